//! What DuckDB's functions, and the views in its own catalogue, can do besides computing values. All names are in lower case.

/// Functions that run SQL which the gate has not seen, or do something besides giving values. (Verified for DuckDB 2.0:
/// `json_execute_serialized_sql` executes even a COPY.) `enable_…` and `disable_…` count too. Some take addresses of memory.
const ACTING: [&str; 19] = [
    "query",
    // Binds a text, and computes what is constant in it.
    "json_serialize_plan",
    // What stands in a database's log runs while the log is read, and the database's own functions and columns are anybody's.
    "read_duckdb",
    "json_execute_serialized_sql",
    "checkpoint",
    "force_checkpoint",
    "copy_database",
    "import_database",
    "add_parquet_key",
    "truncate_duckdb_logs",
    "write_log",
    "verify_parallelism",
    "start_ui",
    "start_ui_server",
    "set_config",
    "arrow_scan",
    "arrow_scan_dumb",
    "pandas_scan",
    "seq_scan",
];

/// Functions and views that tell where files are, of this program's own too, or what other queries did.
const TELLING: [&str; 15] = [
    "duckdb_databases",
    "duckdb_extension_repositories",
    "duckdb_extensions",
    "duckdb_external_file_cache",
    "duckdb_log_contexts",
    "duckdb_logs",
    "duckdb_logs_parsed",
    "duckdb_profiling_settings",
    "duckdb_secrets",
    "duckdb_settings",
    "duckdb_temporary_files",
    "pg_settings",
    "pragma_database_list",
    "pragma_database_size",
    "which_secret",
];

/// Functions whose first argument names a table, which may be a file.
const OF_TABLES: [&str; 5] = ["query_table", "histogram", "histogram_values", "pragma_show", "pragma_table_info"];

/// Whether a function does something besides giving values.
pub(crate) fn acts(name: &str) -> bool {
    ACTING.contains(&name)
        || name.starts_with("enable_")
        || name.starts_with("disable_")
        || name.contains("external_resource") && !name.starts_with("duckdb_")
}

/// Whether a function or a view tells where files are.
pub(crate) fn tells(name: &str) -> bool {
    TELLING.contains(&name)
}

/// Whether a function's first argument names files, or a table.
pub(crate) fn takes_files(name: &str) -> bool {
    name.starts_with("read_")
        || name.starts_with("parquet_")
        || name.ends_with("_scan")
        || ["sniff_csv", "st_read", "st_read_meta"].contains(&name)
        || takes_a_table(name)
}

/// Whether a function's first argument names a table.
pub(crate) fn takes_a_table(name: &str) -> bool {
    OF_TABLES.contains(&name)
}

/// Whether an aggregate is called as a function that names a table is.
pub(crate) fn is_aggregate(name: &str) -> bool {
    name == "histogram"
}

/// Whether the arguments of a function must be known before it is called.
pub(crate) fn names_something(name: &str) -> bool {
    takes_files(name) || name == "current_setting"
}

/// Whether a setting's value tells where files are, or how to reach others.
pub(crate) fn is_telling_setting(name: &str) -> bool {
    let name = name.to_lowercase();
    let plain = ["search_path", "explain_output", "default_secret_storage"];
    let words = ["path", "director", "allowed_", "_output", "secret", "proxy", "password", "repositor"];
    !plain.contains(&name.as_str()) && words.iter().any(|word| name.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Table functions of this DuckDB that only compute, or look into the catalogue.
    const HARMLESS: [&str; 38] = [
        "duckdb_approx_database_count",
        "duckdb_available_metrics",
        "duckdb_columns",
        "duckdb_connection_count",
        "duckdb_constraints",
        "duckdb_coordinate_systems",
        "duckdb_dependencies",
        "duckdb_dialects",
        "duckdb_eviction_queues",
        "duckdb_external_resource_types",
        "duckdb_external_resources",
        "duckdb_functions",
        "duckdb_grammar_extensions",
        "duckdb_indexes",
        "duckdb_keywords",
        "duckdb_memory",
        "duckdb_optimizers",
        "duckdb_prepared_statements",
        "duckdb_schemas",
        "duckdb_secret_type_parameters",
        "duckdb_secret_types",
        "duckdb_sequences",
        "duckdb_table_sample",
        "duckdb_tables",
        "duckdb_triggers",
        "duckdb_types",
        "duckdb_variables",
        "duckdb_views",
        "generate_series",
        "glob",
        "json_each",
        "json_tree",
        "range",
        "repeat",
        "repeat_row",
        "summary",
        "unnest",
        "pg_timezone_names",
    ];

    /// The names of this DuckDB's functions of the types that fit.
    fn names(types: &str) -> Vec<String> {
        let conn = duckdb::Connection::open_in_memory().unwrap();
        let sql =
            format!("select distinct function_name from duckdb_functions() where function_type {types} order by 1");
        let mut statement = conn.prepare(&sql).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }

    /// A function that a new DuckDB brings must be looked at by a person.
    #[test]
    fn every_table_function_is_known() {
        let names = names("= 'table'");
        assert!(names.len() > 60);
        let plain = |name: &str| {
            HARMLESS.contains(&name)
                || name.starts_with("test_")
                || name.starts_with("icu_")
                || ["pragma_collations", "pragma_metadata_info", "pragma_platform", "pragma_storage_info"]
                    .contains(&name)
                || ["pragma_user_agent", "pragma_version"].contains(&name)
        };
        for name in &names {
            let known = [acts(name), tells(name), takes_files(name), plain(name)];
            assert!(known.contains(&true), "{name}");
        }
    }

    /// Scalar functions, aggregates and macros of this DuckDB that a person has looked at: they compute values from their arguments, from the
    /// time, or from the catalogue. What a collation or a time zone brings is left out.
    const LOOKED_AT: &str = include_str!("tests/functions.txt");

    /// As `json_serialize_plan`, which binds its argument, a new one may see what the gate has not.
    #[test]
    fn every_other_function_is_known() {
        let names = names("<> 'table'");
        let plain = |name: &&String| !name.starts_with("collate_") && !name.starts_with("icu_collate_");
        let known: std::collections::HashSet<&str> = LOOKED_AT.lines().collect();
        let unknown: Vec<&String> = names
            .iter()
            .filter(plain)
            .filter(|name| !known.contains(name.as_str()) && !acts(name) && !tells(name) && !takes_files(name))
            .collect();
        assert!(
            unknown.is_empty(),
            "look at these, and add them to `tests/functions.txt` if they only compute: {unknown:?}"
        );
        assert!(known.iter().all(|name| !acts(name)), "what acts is not among those that only compute");
    }

    #[test]
    fn settings_that_tell_paths_are_known() {
        let conn = duckdb::Connection::open_in_memory().unwrap();
        let sql = "select name, value from duckdb_settings()";
        let mut statement = conn.prepare(sql).unwrap();
        let settings = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, Option<String>>(1)?))).unwrap();
        let settings: Vec<(String, Option<String>)> = settings.map(Result::unwrap).collect();
        assert!(settings.len() > 100);
        for (name, value) in settings {
            let value = value.unwrap_or_default();
            assert!(name == "TimeZone" || !value.contains('/') || is_telling_setting(&name), "{name} is {value}");
        }
        for name in ["allowed_directories", "ALLOWED_PATHS", "temp_directory", "home_directory", "http_proxy_password"]
        {
            assert!(is_telling_setting(name), "{name}");
        }
        for name in ["TimeZone", "threads", "search_path", "enable_external_access", "memory_limit", "schema"] {
            assert!(!is_telling_setting(name), "{name}");
        }
    }

    #[test]
    fn acting_functions() {
        assert!(acts("enable_logging") && acts("create_external_resource") && !acts("duckdb_external_resources"));
    }
}
