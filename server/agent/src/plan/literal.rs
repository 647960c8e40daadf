//! Values of a plan as SQL, and whether they can be compared with a column.

use super::fault::{Code, Fault, replace};
use chrono::{NaiveDate, NaiveDateTime};
use jsonptr::PointerBuf;
use serde_json::{Value, json};
use viz_facts::{DataType, TypeKind};

/// A text as SQL. DuckDB knows no escapes in it but the doubled quote.
pub(crate) fn text(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A value of a plan as SQL that can be compared with a column of this type; of no type, what it is in JSON.
pub(crate) fn literal(at: &PointerBuf, value: &Value, data_type: Option<&DataType>) -> Result<String, Box<Fault>> {
    let Some(data_type) = data_type else { return Ok(as_it_is(value)) };
    let kind = data_type.kind();
    match value {
        Value::String(given) if data_type.is_temporal() => {
            moment(given, data_type).ok_or_else(|| Box::new(bad_date(at, given, data_type)))
        }
        Value::String(_) if data_type.is_text() => Ok(as_it_is(value)),
        Value::Number(_) if data_type.is_number() => Ok(as_it_is(value)),
        Value::Bool(_) if kind == TypeKind::Boolean => Ok(as_it_is(value)),
        _ if kind == TypeKind::Other || data_type.is_list() || kind == TypeKind::Invalid => Ok(as_it_is(value)),
        other => Err(Box::new(mismatch(at, other, data_type))),
    }
}

fn as_it_is(value: &Value) -> String {
    match value {
        Value::String(given) => text(given),
        other => other.to_string(),
    }
}

fn mismatch(at: &PointerBuf, value: &Value, data_type: &DataType) -> Fault {
    let message = format!("{value} is compared with a {}", data_type.as_str());
    let fault = Fault::new(Code::TypeMismatch, at, value.clone(), message);
    let meant = match value {
        Value::Number(number) if data_type.is_text() => Some(json!(number.to_string())),
        Value::Bool(flag) if data_type.is_text() => Some(json!(flag.to_string())),
        Value::String(text) if data_type.is_number() => number(text),
        Value::String(text) if data_type.kind() == TypeKind::Boolean => {
            text.to_lowercase().parse::<bool>().ok().map(Value::from)
        }
        Value::Number(number) if data_type.kind() == TypeKind::Boolean => {
            number.as_u64().filter(|number| *number < 2).map(|number| json!(number == 1))
        }
        _ => None,
    };
    match meant {
        Some(meant) => fault.meant([meant], "the same as the column's type"),
        None => fault,
    }
}

/// `"5"`, `"1,000"`, `"$ 20"` are left; only what is a number and nothing else.
fn number(text: &str) -> Option<Value> {
    let text = text.trim();
    text.parse::<i64>().ok().map(Value::from).or_else(|| {
        text.parse::<f64>()
            .ok()
            .filter(|number| number.is_finite())
            .and_then(serde_json::Number::from_f64)
            .map(Value::Number)
    })
}

fn moment(given: &str, data_type: &DataType) -> Option<String> {
    let given = given.trim();
    let is_zoned = data_type.as_str().contains("TIME ZONE");
    if let Ok(date) = NaiveDate::parse_from_str(given, "%Y-%m-%d") {
        return Some(format!("DATE '{date}'"));
    }
    let plain = given.strip_suffix(['Z', 'z']).unwrap_or(given);
    let forms = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"];
    let at = forms.iter().find_map(|form| NaiveDateTime::parse_from_str(plain, form).ok())?;
    let word = if is_zoned { "TIMESTAMPTZ" } else { "TIMESTAMP" };
    let zone = if is_zoned { "+00" } else { "" };
    Some(format!("{word} '{}{zone}'", at.format("%Y-%m-%d %H:%M:%S%.6f")))
}

fn bad_date(at: &PointerBuf, given: &str, data_type: &DataType) -> Fault {
    let message = format!(
        "`{given}` is no date: a {} is compared with `2026-06-30` or `2026-06-30 12:00:00`",
        data_type.as_str()
    );
    let fault = Fault::new(Code::BadDate, at, given, message);
    let forms = ["%Y/%m/%d", "%Y.%m.%d", "%Y%m%d"];
    let meant = forms.iter().find_map(|form| NaiveDate::parse_from_str(given.trim(), form).ok());
    match meant {
        Some(date) => {
            let fault = fault.meant([json!(date.to_string())], "the same day");
            let patch = vec![replace(at, json!(date.to_string()))];
            fault.mended_by(patch)
        }
        None => fault,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(value: Value, data_type: &str) -> Result<String, Code> {
        literal(&PointerBuf::root(), &value, Some(&DataType::from(data_type.to_owned()))).map_err(|fault| fault.code)
    }

    #[test]
    fn values_of_types() {
        assert_eq!(of(json!("O'Fallon"), "VARCHAR"), Ok("'O''Fallon'".into()));
        assert_eq!(of(json!("\\'; drop table x; --"), "VARCHAR"), Ok("'\\''; drop table x; --'".into()));
        assert_eq!(of(json!(5), "VARCHAR"), Err(Code::TypeMismatch));
        assert_eq!(of(json!("5"), "DECIMAL(10,2)"), Err(Code::TypeMismatch));
        assert_eq!(of(json!(-2.5), "DOUBLE"), Ok("-2.5".into()));
        assert_eq!(of(json!("2026-02-30"), "DATE"), Err(Code::BadDate));
        assert_eq!(of(json!("2026-02-28"), "TIMESTAMP"), Ok("DATE '2026-02-28'".into()));
        assert_eq!(of(json!("2026-02-28T10:00:00Z"), "TIMESTAMP"), Ok("TIMESTAMP '2026-02-28 10:00:00.000000'".into()));
        assert_eq!(of(json!("2026' or '1'='1"), "DATE"), Err(Code::BadDate));
        assert_eq!(of(json!(true), "BOOLEAN"), Ok("true".into()));
    }
}
