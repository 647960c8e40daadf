//! The table of sources (3.3 of the format reference): their fields depend on their `type`.

use super::tables::{ENV, NAME, TEXT};
use super::types::{Field, Shape, Type, Variants, field};
use super::versions::Rule;

const HOST: Field = field("host", ENV, "Host name.");
pub(super) const PORT: Field = field("port", Type::Integer, "Port.");
const DATABASE: Field = field("database", ENV, "Name or file of the database.").required();
const USERNAME: Field = field("username", ENV, "User name.");
const PASSWORD: Field = field("password", ENV, "Password; write `${env.NAME}`.");
const DB_SCHEMA: Field = field("db_schema", ENV, "Schema that unqualified table names are looked up in.");
const SEEDS: Field =
    field("seeds", Type::List(&SEED_TYPE), "Commands whose CSV output becomes tables.").by(Rule::Seeds);
const POOL: Field = field("connection_pool_size", Type::Integer, "How many connections are kept.").default("1");

static SEED_TYPE: Type = Type::Mapping(&SEED);

static SEED: Shape = Shape::plain(
    "seed",
    &[
        field("args", Type::List(&TEXT), "Command and arguments; it prints CSV with a header.").required(),
        field("table_name", Type::Word, "Table to fill; holds at least one letter, digit or `_`.").required(),
        field("allow_empty", Type::Boolean, "Whether no output is fine.").default("false"),
        field("existing_table", Type::Choice(&["skip", "append", "overwrite"]), "What to do if the table exists.")
            .default("skip"),
    ],
);

/// The fields that every database has, and those of one type.
macro_rules! database {
    ($database:expr $(, $more:expr)* $(,)?) => {
        &[HOST, PORT, $database, USERNAME, PASSWORD, DB_SCHEMA, SEEDS $(, $more)*]
    };
}

const SCHEMA_NAME: Field = field("schema_name", TEXT, "Name by which queries see the attached database.").required();

static ATTACH_DUCKDB: Shape = Shape::plain(
    "attach",
    &[SCHEMA_NAME, field("source", Type::SourceOfType("duckdb"), "The database to attach, written here.").required()],
);

static ATTACH_SQLITE: Shape = Shape::plain(
    "attach",
    &[SCHEMA_NAME, field("source", Type::SourceOfType("sqlite"), "The database to attach, written here.").required()],
);

const FILE_FIELDS: &[Field] = &[
    field("file", TEXT, "The file, relative to the working directory.").required(),
    field("delimiter", TEXT, "Field separator.").default(","),
    field("encoding", TEXT, "Character encoding.").default("utf-8"),
    field("has_header", Type::Boolean, "Whether the first line holds the column names.").default("true"),
];

/// What a source's queries are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// DuckDB.
    DuckDb,
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    PostgreSql,
    /// MySQL.
    MySql,
    /// Snowflake.
    Snowflake,
    /// BigQuery.
    BigQuery,
    /// Redshift.
    Redshift,
    /// ClickHouse.
    ClickHouse,
}

impl Dialect {
    /// The name that the reference's SQL parser has for it (`R-SRC-04`).
    pub fn parser_name(self) -> &'static str {
        match self {
            Self::DuckDb => "duckdb",
            Self::Sqlite => "sqlite",
            Self::PostgreSql => "postgres",
            Self::MySql => "mysql",
            Self::Snowflake => "snowflake",
            Self::BigQuery => "bigquery",
            Self::Redshift => "redshift",
            Self::ClickHouse => "clickhouse",
        }
    }
}

/// How a source is opened from here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opened {
    /// A DuckDB database: a file, or in memory.
    DuckDb,
    /// A file of SQLite.
    Sqlite,
    /// A text file, as one table.
    Csv,
    /// Not at all: a server has it. Columns and options are those that an earlier run of the project left.
    Elsewhere,
}

macro_rules! source_types {
    ($($ty:ident $name:literal $opened:ident $dialect:ident),* $(,)?) => {
        /// Values of a source's `type`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum SourceType {
            $(#[doc = concat!("`", $name, "`.")] $ty),*
        }

        /// Values of a source's `type`, as they are written.
        pub const SOURCE_TYPES: &[&str] = &[$($name),*];

        impl SourceType {
            const ALL: &[SourceType] = &[$(SourceType::$ty),*];

            /// How it is opened from here.
            pub fn opened(self) -> Opened {
                match self {
                    $(Self::$ty => Opened::$opened),*
                }
            }

            /// What its queries are written in.
            pub fn dialect(self) -> Dialect {
                match self {
                    $(Self::$ty => Dialect::$dialect),*
                }
            }
        }
    };
}

// Each type, as it is written, how it is opened, and what its queries are written in.
source_types! {
    DuckDb "duckdb" DuckDb DuckDb,
    Sqlite "sqlite" Sqlite Sqlite,
    PostgreSql "postgresql" Elsewhere PostgreSql,
    MySql "mysql" Elsewhere MySql,
    Snowflake "snowflake" Elsewhere Snowflake,
    BigQuery "bigquery" Elsewhere BigQuery,
    Redshift "redshift" Elsewhere Redshift,
    ClickHouse "clickhouse" Elsewhere ClickHouse,
    Csv "csv" Csv DuckDb,
    // R-SRC-02: `xls` is read with the CSV reader too.
    Xls "xls" Csv DuckDb,
}

impl SourceType {
    /// The type of this name.
    pub fn named(name: &str) -> Option<Self> {
        SOURCE_TYPES.iter().position(|known| *known == name).map(|at| Self::ALL[at])
    }

    /// As it is written.
    pub fn name(self) -> &'static str {
        SOURCE_TYPES[self as usize]
    }
}

pub(super) static SOURCE: Shape = Shape {
    name: "source",
    fields: &[NAME, field("type", Type::Choice(SOURCE_TYPES), "What kind of database or file it is.").required()],
    variants: Some(Variants {
        key: "type",
        default: None,
        cases: &[
            (
                "duckdb",
                database!(
                    DATABASE,
                    POOL,
                    field("attach", Type::List(&Type::Mapping(&ATTACH_DUCKDB)), "Further DuckDB databases."),
                ),
            ),
            (
                "sqlite",
                database!(
                    DATABASE,
                    field("attach", Type::List(&Type::Mapping(&ATTACH_SQLITE)), "Further SQLite databases."),
                ),
            ),
            ("postgresql", database!(DATABASE, POOL)),
            ("mysql", database!(DATABASE, POOL)),
            (
                "snowflake",
                database!(
                    DATABASE,
                    field("account", ENV, "Account identifier."),
                    field("warehouse", ENV, "Warehouse."),
                    field("role", ENV, "Role."),
                    field("timezone", ENV, "Time zone of the session."),
                    field("private_key_path", ENV, "File of the private key."),
                    field("private_key_passphrase", ENV, "Its passphrase; write `${env.NAME}`."),
                    POOL.default("8"),
                    field("protocol", TEXT, "Protocol."),
                ),
            ),
            (
                "bigquery",
                database!(
                    field("database", ENV, "Dataset."),
                    field("project", ENV, "Google Cloud project.").required(),
                    field("credentials_base64", ENV, "Service account key, base64; write `${env.NAME}`."),
                    POOL.default(""),
                ),
            ),
            (
                "redshift",
                database!(
                    DATABASE,
                    field("cluster_identifier", TEXT, "Cluster."),
                    field("region", TEXT, "AWS region."),
                    field("iam", Type::Boolean, "Whether to authenticate by IAM.").default("false"),
                    field("ssl", Type::Boolean, "Whether to use TLS.").default("true"),
                    POOL,
                ),
            ),
            (
                "clickhouse",
                &[
                    HOST,
                    PORT.default("9000"),
                    DATABASE,
                    USERNAME,
                    PASSWORD,
                    DB_SCHEMA,
                    SEEDS,
                    field("protocol", Type::Choice(&["native", "http"]), "Protocol.").default("native"),
                    field("secure", Type::Boolean, "Whether to use TLS.").default("false"),
                    POOL,
                ],
            ),
            ("csv", FILE_FIELDS),
            ("xls", FILE_FIELDS),
        ],
    }),
    open: false,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_has_its_fields() {
        let variants = SOURCE.variants.as_ref().expect("by type");
        let cases: Vec<&str> = variants.cases.iter().map(|(name, _)| *name).collect();
        assert_eq!(cases, SOURCE_TYPES);
        assert!(SourceType::ALL.iter().all(|ty| SourceType::named(ty.name()) == Some(*ty)));
    }
}
