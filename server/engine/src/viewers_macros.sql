-- What `viz_sql::engine_1_4::reworded` calls: in DuckDB 2.0 they do as 1.4 does. Names from `server/sql/src/engine_1_4/facts/meaning.tsv`.
CREATE TEMP MACRO IF NOT EXISTS viz_1_4_positive(x) AS CASE
    WHEN x < 0 THEN error('cannot take logarithm of a negative number') WHEN x = 0 THEN error('cannot take logarithm of zero') ELSE x END;
CREATE TEMP MACRO IF NOT EXISTS viz_1_4_not_negative(x) AS CASE WHEN x < 0 THEN error('cannot take square root of a negative number') ELSE x END;
CREATE TEMP MACRO IF NOT EXISTS viz_1_4_within_one(x) AS CASE
    WHEN x < -1 OR x > 1 AND NOT isnan(x::DOUBLE) THEN error('an input value is outside of [-1, 1]') ELSE x END;
CREATE TEMP MACRO IF NOT EXISTS viz_1_4_not_zero(x) AS CASE WHEN x = 0 THEN error('an input value is zero') ELSE x END;
CREATE TEMP MACRO IF NOT EXISTS viz_1_4_not_one(x) AS CASE WHEN x = 1 THEN error('division by zero in a logarithm of base 1') ELSE x END;
CREATE TEMP MACRO IF NOT EXISTS viz_1_4_finite(x) AS CASE WHEN isinf(x::DOUBLE) THEN error('an input value is infinite') ELSE x END;
-- Not of `system.main`: with a time zone there may be a stand-in.
CREATE TEMP MACRO IF NOT EXISTS viz_1_4_date_trunc
    (part, x DATE) AS CAST(date_trunc(part, x) AS DATE),
    (part, x TIMESTAMP) AS CAST(date_trunc(part, x) AS DATE),
    (part, x) AS date_trunc(part, x);
CREATE TEMP MACRO IF NOT EXISTS viz_1_4_divisor(x) AS nullif(x, 0);
CREATE TEMP MACRO IF NOT EXISTS viz_1_4_factorial(x) AS greatest(x, 0);
CREATE TEMP MACRO IF NOT EXISTS viz_1_4_replacement(x) AS regexp_replace(x, '\\[1-9]', '', 'g');
-- Of a MAP only.
CREATE TEMP MACRO IF NOT EXISTS viz_1_4_map(x) AS map_from_entries(map_entries(x));
