//! SQLGlot's parser of expressions: where it is in the text, and the nodes that it makes.

use super::Stop;
use super::token::Token;
use super::tree::{Kind, Node};

/// An expression or nothing, where SQLGlot's methods give `None`.
pub(super) type Found = Result<Option<Node>, Stop>;

/// Deeper than this nobody writes; SQLGlot itself fails at Python's limit.
pub(super) const MAX_DEPTH: usize = 120;

/// Some words are read twice, as one thing and then as another; nested, that doubles each time.
const MAX_STEPS: usize = 20_000;

/// The state of SQLGlot's parser.
pub(super) struct Parser {
    pub tokens: Vec<Token>,
    pub at: usize,
    /// Comments of the last token, until an expression takes them.
    pub comments: Vec<String>,
    pub depth: usize,
    /// What is left of [`MAX_STEPS`].
    pub steps: usize,
}

impl Parser {
    pub fn new(tokens: Vec<Token>) -> Self {
        Self { tokens, at: 0, comments: Vec::new(), depth: 0, steps: MAX_STEPS }
    }

    // ---- tokens

    pub fn kind(&self) -> &'static str {
        self.kind_at(0)
    }

    pub fn kind_at(&self, ahead: usize) -> &'static str {
        self.tokens.get(self.at + ahead).map_or("", |token| token.kind)
    }

    pub fn text(&self) -> &str {
        self.tokens.get(self.at).map_or("", |token| &token.text)
    }

    /// Where the next token begins in the text.
    pub fn offset(&self) -> usize {
        self.tokens.get(self.at).map_or(usize::MAX, |token| token.start)
    }

    pub fn last(&self) -> Option<&Token> {
        self.at.checked_sub(1).and_then(|at| self.tokens.get(at))
    }

    pub fn last_text(&self) -> String {
        self.last().map(|token| token.text.clone()).unwrap_or_default()
    }

    pub fn advance(&mut self) {
        self.go(self.at + 1);
    }

    pub fn go(&mut self, at: usize) {
        if at != self.at {
            self.at = at;
            self.comments = self.last().map(|token| token.comments.clone()).unwrap_or_default();
        }
    }

    pub fn eat(&mut self, kind: &str) -> bool {
        let found = self.kind() == kind;
        if found {
            self.advance();
        }
        found
    }

    /// [`Self::eat`], with the token's comments for an expression.
    pub fn eat_for(&mut self, kind: &str, node: &mut Node) -> bool {
        let found = self.eat(kind);
        if found {
            self.comment(node);
        }
        found
    }

    pub fn is_word(&self, ahead: usize, word: &str) -> bool {
        let token = self.tokens.get(self.at + ahead);
        token.is_some_and(|token| token.kind != "STRING" && token.text.eq_ignore_ascii_case(word))
    }

    pub fn eat_words(&mut self, words: &[&str]) -> bool {
        let found = words.iter().enumerate().all(|(ahead, word)| self.is_word(ahead, word));
        if found {
            self.go(self.at + words.len());
        }
        found
    }

    // ---- nodes

    /// An expression, which takes the comments of the last token.
    pub fn node(&mut self, kind: Kind) -> Node {
        let mut node = Node::new(kind);
        self.comment(&mut node);
        node
    }

    pub fn comment(&mut self, node: &mut Node) {
        node.comments.append(&mut self.comments);
    }

    /// An expression with these comments, or if there are none with those of the last token.
    pub fn node_with(&mut self, kind: Kind, comments: Vec<String>) -> Node {
        if comments.is_empty() {
            return self.node(kind);
        }
        Node { comments, ..Node::new(kind) }
    }

    /// The expression that must be there.
    pub fn required(found: Option<Node>) -> Result<Node, Stop> {
        found.ok_or(Stop::Refused)
    }

    pub fn list(&mut self, mut one: impl FnMut(&mut Self) -> Found) -> Result<Vec<Node>, Stop> {
        let mut out = Vec::new();
        loop {
            let mut found = one(self)?;
            let comma = self.eat("COMMA");
            if comma && let Some(node) = &mut found {
                self.comment(node);
            }
            out.extend(found);
            if !comma {
                return Ok(out);
            }
        }
    }
}
