//! What SQLGlot makes of paths, keys and indices.

use super::Stop;
use super::tree::{Kind, Node};

/// The path of `->`, as SQLGlot writes it, where we know that.
pub(super) fn json_path(path: Node) -> Result<Node, Stop> {
    let text = match &path.kind {
        Kind::Text(text) => text.clone(),
        Kind::Number(text) => format!("[{text}]"),
        _ => return Ok(path),
    };
    if !path.comments.is_empty() {
        return Err(Stop::Unknown);
    }
    if text.starts_with('/') || text.contains("[#") {
        return Ok(path);
    }
    let rest = text.strip_prefix('$').unwrap_or(&text);
    let mut pieces = String::from("$");
    let mut rest = rest.strip_prefix('.').unwrap_or(rest);
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix('[') {
            let (number, behind) = inner.split_once(']').ok_or(Stop::Unknown)?;
            let plain = !number.is_empty()
                && number.chars().all(|c| c.is_ascii_digit())
                && (number == "0" || !number.starts_with('0'));
            if !plain {
                return Err(Stop::Unknown);
            }
            pieces.push_str(&format!("[{number}]"));
            rest = behind;
        } else {
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            let key = &rest[..end];
            let word = |word: &str| {
                word.chars().all(|c| c.is_alphanumeric() || c == '_')
                    && word.starts_with(|c: char| c.is_alphabetic() || c == '_')
            };
            if !key.split(' ').all(word) {
                return Err(Stop::Unknown);
            }
            let safe = key.is_ascii() && !key.contains(' ');
            pieces.push_str(&if safe { format!(".{key}") } else { format!(".\"{key}\"") });
            rest = &rest[end..];
        }
        if let Some(behind) = rest.strip_prefix('.') {
            if behind.is_empty() || behind.starts_with(['.', '[']) {
                return Err(Stop::Unknown);
            }
            rest = behind;
        }
    }
    if pieces == "$" && text != "$" {
        return Err(Stop::Unknown);
    }
    Ok(Node { kind: Kind::Text(pieces), ..path })
}

/// A pair of a struct or map: its key as a text, whether that is printed as a text literal, and its value.
pub(super) fn entry(item: Node, map: bool) -> Result<(String, bool, Node), Stop> {
    let (key, value) = match item.kind {
        Kind::Slice(Some(key), Some(value)) | Kind::Binary(":=", key, value) if item.comments.is_empty() => {
            (key, value)
        }
        _ => return Err(Stop::Unknown),
    };
    if !key.comments.is_empty() {
        return Err(Stop::Unknown);
    }
    match &key.kind {
        Kind::Text(text) => Ok((text.clone(), true, *value)),
        Kind::Number(text) if map => Ok((text.clone(), false, *value)),
        Kind::Column(parts) if parts.len() == 1 => Ok((key.name().to_owned(), true, *value)),
        _ => Err(Stop::Unknown),
    }
}

/// SQLGlot counts indices from 0 and computes with those that it knows to be numbers: whole numbers are made anew, without
/// their comments.
pub(super) fn index_is_plain(list: &mut [Node]) -> Result<(), Stop> {
    let [index] = list else { return Ok(()) };
    let whole = |text: &str| text.chars().all(|c| c.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    // Of a column's type nothing is known, nor of what is computed with it.
    let column = |node: &Node| matches!(node.kind, Kind::Column(_));
    match &mut index.kind {
        Kind::Number(text) if whole(text) => index.comments.clear(),
        Kind::Sign('-', inner) if matches!(&inner.kind, Kind::Number(text) if text != "0" && whole(text)) => {
            inner.comments.clear();
            index.comments.clear();
        }
        Kind::Text(_) | Kind::Column(_) => {}
        Kind::Slice(..) if index.comments.is_empty() => {}
        Kind::Binary("+" | "-" | "*", left, right) if column(left) || column(right) => {}
        _ => return Err(Stop::Unknown),
    }
    Ok(())
}
