//! SQLGlot's parser: FILTER and OVER.

use super::Stop;
use super::facts::FACTS;
use super::parser::Parser;
use super::tree::{Bound, Frame, Kind, Node, Over, boxed};

impl Parser {
    /// FILTER and OVER behind a function.
    pub fn window(&mut self, this: Node) -> Result<Node, Stop> {
        let mut this = this;
        if self.is_word(0, "WITHIN") && self.is_word(1, "GROUP") {
            return Err(Stop::Unknown);
        }
        // The comments of the function go to its window.
        let mut comments = this.comments.clone();
        if self.kind() == "FILTER" && self.kind_at(1) == "L_PAREN" {
            self.go(self.at + 2);
            self.eat("WHERE");
            if !self.comments.is_empty() {
                return Err(Stop::Unknown);
            }
            let condition = Self::required(self.assignment()?)?;
            if !self.comments.is_empty() || !comments.is_empty() {
                return Err(Stop::Unknown);
            }
            this = self.node(Kind::Filter(boxed(this), boxed(condition)));
            comments.clear();
            if !self.eat("R_PAREN") {
                return Err(Stop::Refused);
            }
        }
        if self.is_word(1, "NULLS") && (self.is_word(0, "IGNORE") || self.is_word(0, "RESPECT")) {
            return Err(Stop::Unknown);
        }
        if !self.eat("OVER") {
            return Ok(this);
        }
        if !comments.is_empty() {
            return Err(Stop::Unknown);
        }
        let mut over = Over::default();
        if !self.eat("L_PAREN") {
            over.alias = Some(boxed(Self::required(self.name(false)?)?));
            return Ok(self.node(Kind::Window(boxed(this), over)));
        }
        if FACTS.has("window_alias", self.kind()) || self.kind() == "IDENTIFIER" {
            // `partition` alone would be the name of a window.
            return Err(Stop::Unknown);
        }
        if self.eat("PARTITION_BY") {
            over.partition = self.list(Self::assignment)?;
        }
        over.order = self.order()?;
        if matches!(self.kind(), "ROWS" | "RANGE") {
            over.frame = Some(self.frame()?);
        }
        if !self.eat("R_PAREN") {
            return Err(Stop::Refused);
        }
        if self.kind() == "OVER" {
            return Err(Stop::Unknown);
        }
        Ok(self.node(Kind::Window(boxed(this), over)))
    }

    fn frame(&mut self) -> Result<Frame, Stop> {
        let kind = self.text().to_owned();
        self.advance();
        self.eat("BETWEEN");
        let start = self.bound()?;
        let end = if self.eat("AND") { self.bound()? } else { (None, None) };
        if self.is_word(0, "EXCLUDE") {
            return Err(Stop::Unknown);
        }
        Ok(Frame { kind, start, end })
    }

    fn bound(&mut self) -> Result<(Option<Bound>, Option<String>), Stop> {
        let value = if self.eat_words(&["UNBOUNDED"]) {
            Some(Bound::Words("UNBOUNDED"))
        } else if self.eat_words(&["CURRENT", "ROW"]) {
            Some(Bound::Words("CURRENT ROW"))
        } else {
            self.typed()?.map(|value| Bound::Value(boxed(value)))
        };
        let side = ["FOLLOWING", "PRECEDING"].iter().any(|side| self.is_word(0, side));
        let side = side.then(|| self.text().to_owned());
        if side.is_some() {
            self.advance();
        }
        if !self.comments.is_empty() {
            return Err(Stop::Unknown);
        }
        Ok((value, side))
    }
}
