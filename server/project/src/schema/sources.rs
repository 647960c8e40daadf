//! The table of sources (3.3 of the format reference): their fields depend on their `type`.

use super::tables::{ENV, NAME, TEXT};
use super::types::{Field, Shape, Target, Type, Variants, field};

const HOST: Field = field("host", ENV, "Host name.");
pub(super) const PORT: Field = field("port", Type::Integer, "Port.");
const DATABASE: Field = field("database", ENV, "Name or file of the database.").required();
const USERNAME: Field = field("username", ENV, "User name.");
const PASSWORD: Field = field("password", ENV, "Password; write `${env.NAME}`.");
const DB_SCHEMA: Field = field("db_schema", ENV, "Schema that unqualified table names are looked up in.");
const SEEDS: Field =
    field("seeds", Type::List(&SEED_TYPE), "Commands whose CSV output becomes tables.").only(Target::V2_1);
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

/// Values of a source's `type`.
pub const SOURCE_TYPES: &[&str] =
    &["duckdb", "sqlite", "postgresql", "mysql", "snowflake", "bigquery", "redshift", "clickhouse", "csv", "xls"];

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
