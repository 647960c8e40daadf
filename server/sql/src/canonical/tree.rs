//! Expressions as SQLGlot has them.

/// An expression.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub kind: Kind,
    pub comments: Vec<String>,
    /// Its bytes in the source, of names and literals.
    pub source: Option<(usize, usize)>,
}

/// What an expression is.
#[derive(Debug, Clone)]
pub(super) enum Kind {
    Name {
        text: String,
        quoted: bool,
    },
    Alias(Box<Node>, Box<Node>),
    /// Several names in parentheses.
    Aliases(Box<Node>, Vec<Node>),
    /// A word that is printed as it is.
    Word(String),
    /// Up to four parts.
    Column(Vec<Node>),
    Dot(Box<Node>, Box<Node>),
    Text(String),
    Number(String),
    Null,
    Bool(bool),
    Star,
    /// By the text of the operator.
    Binary(&'static str, Box<Node>, Box<Node>),
    /// `->` and `->>` on JSON.
    Json(&'static str, Box<Node>, Box<Node>),
    Not(Box<Node>),
    /// `-` or `~`.
    Sign(char, Box<Node>),
    In(Box<Node>, Vec<Node>),
    InColumn(Box<Node>, Box<Node>),
    Between {
        this: Box<Node>,
        low: Box<Node>,
        high: Box<Node>,
        symmetric: bool,
    },
    Case {
        this: Option<Box<Node>>,
        ifs: Vec<(Node, Node)>,
        default: Option<Box<Node>>,
    },
    Cast {
        safe: bool,
        this: Box<Node>,
        to: String,
    },
    Interval {
        this: Box<Node>,
        unit: Option<String>,
    },
    AtTimeZone(Box<Node>, Box<Node>),
    Paren(Box<Node>),
    Tuple(Vec<Node>),
    Array(Vec<Node>),
    /// Keys as they are printed.
    Struct(Vec<(String, bool, Node)>),
    /// `MAP {…}`.
    ToMap(Box<Node>),
    Bracket(Box<Node>, Vec<Node>),
    Slice(Option<Box<Node>>, Option<Box<Node>>),
    Lambda {
        args: Vec<Node>,
        body: Box<Node>,
        colon: bool,
    },
    Distinct(Vec<Node>),
    /// An argument with its order.
    Ordered(Box<Node>, Vec<Sort>),
    Filter(Box<Node>, Box<Node>),
    Window(Box<Node>, Over),
    Extract(String, Box<Node>),
    /// A function that the parser knows: its name and arguments.
    Call(String, Vec<Node>),
    /// A function that it doesn't know.
    Other(String, Vec<Node>),
    /// `LISTAGG` and its aliases.
    ListAgg {
        args: Vec<Node>,
        order: Vec<Sort>,
    },
    For {
        this: Box<Node>,
        name: Box<Node>,
        list: Box<Node>,
        condition: Option<Box<Node>>,
    },
}

/// An item of ORDER BY.
#[derive(Debug, Clone)]
pub(super) struct Sort {
    pub this: Node,
    pub direction: &'static str,
    pub nulls_first: bool,
}

/// What stands in the parentheses of `OVER`.
#[derive(Debug, Clone, Default)]
pub(super) struct Over {
    /// Without parentheses: only a name.
    pub alias: Option<Box<Node>>,
    pub partition: Vec<Node>,
    pub order: Vec<Sort>,
    pub frame: Option<Frame>,
}

/// Rows of a window.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    /// As written.
    pub kind: String,
    pub start: (Option<Bound>, Option<String>),
    pub end: (Option<Bound>, Option<String>),
}

/// An end of a frame.
#[derive(Debug, Clone)]
pub(super) enum Bound {
    Words(&'static str),
    Value(Box<Node>),
}

impl Node {
    pub fn new(kind: Kind) -> Self {
        Self { kind, comments: Vec::new(), source: None }
    }

    /// What SQLGlot calls its name: of names, columns, literals and words.
    pub fn name(&self) -> &str {
        match &self.kind {
            Kind::Name { text, .. } | Kind::Word(text) | Kind::Text(text) | Kind::Number(text) => text,
            Kind::Column(parts) => parts.last().map_or("", Node::name),
            Kind::Cast { this, .. } | Kind::Paren(this) | Kind::Bracket(this, _) | Kind::Not(this) => this.name(),
            _ => "",
        }
    }

    /// Whether it is of a class for which comments are dropped when it is printed as a whole.
    pub fn drops_comments(&self) -> bool {
        matches!(self.kind, Kind::Binary(..) | Kind::Json(..) | Kind::Dot(..) | Kind::Slice(..))
    }
}

/// A node for the heap.
pub(super) fn boxed(node: Node) -> Box<Node> {
    Box::new(node)
}
