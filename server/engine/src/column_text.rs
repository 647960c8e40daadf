//! A column of a query as JSON text, on its way into a file: batch by batch, in flat memory.
//!
//! What most columns are made of has loops of its own here, since ten million rows are written so; everything else is
//! written value by value by [`Cell`]. Both give the same text: a test compares them.

// Runs in the worker, which can write to the staging folder and nowhere else.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

use crate::cells::Cell;
use crate::digits;
use duckdb::arrow::array::{Array, AsArray};
use duckdb::arrow::datatypes::{
    ArrowPrimitiveType, DataType, Date32Type, Field, Float64Type, Int32Type, Int64Type, TimeUnit,
    TimestampMicrosecondType,
};
use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;

/// Bytes of text to collect before writing.
const BUFFER: usize = 256 << 10;

/// The values of a column, separated by commas.
pub(crate) struct ColumnText {
    pub path: PathBuf,
    file: File,
    buffer: Vec<u8>,
    /// Whether a value was written.
    begun: bool,
    /// Counts values that JSON has no form for.
    pub nulled: std::cell::Cell<u64>,
}

impl ColumnText {
    /// A new file, with what stands before the values.
    pub(crate) fn create(path: PathBuf, before: &str) -> io::Result<Self> {
        let file = File::options().read(true).write(true).create_new(true).open(&path)?;
        let mut buffer = Vec::with_capacity(BUFFER * 2);
        buffer.extend_from_slice(before.as_bytes());
        Ok(Self { path, file, buffer, begun: false, nulled: Default::default() })
    }

    /// Adds the values of a batch.
    pub(crate) fn push(&mut self, field: &Field, array: &dyn Array) -> io::Result<()> {
        match array.data_type() {
            DataType::Int32 => self.numbers::<Int32Type>(array, |number, out| json(&number, out)),
            // Larger ones are texts.
            DataType::Int64 if all_safe(array) => self.numbers::<Int64Type>(array, |number, out| json(&number, out)),
            DataType::Float64 if all_finite(array) => {
                self.numbers::<Float64Type>(array, |number, out| json(&number, out))
            }
            DataType::Date32 if all_common(array) => self.numbers::<Date32Type>(array, |days, out| {
                out.push(b'"');
                digits::put_date(days.into(), out);
                out.push(b'"');
                Ok(())
            }),
            DataType::Timestamp(TimeUnit::Microsecond, zone) if all_common_moments(array) => {
                let end = if zone.is_some() { &b"Z\""[..] } else { b"\"" };
                self.numbers::<TimestampMicrosecondType>(array, |count, out| {
                    out.push(b'"');
                    digits::put_moment(count, out);
                    out.extend_from_slice(end);
                    Ok(())
                })
            }
            DataType::Utf8 => {
                let texts = array.as_string::<i32>();
                self.values(texts, |row, out| json(texts.value(row), out))
            }
            _ => self.cells(field, array),
        }
    }

    fn numbers<T: ArrowPrimitiveType>(
        &mut self,
        array: &dyn Array,
        mut put: impl FnMut(T::Native, &mut Vec<u8>) -> io::Result<()>,
    ) -> io::Result<()> {
        let numbers = array.as_primitive::<T>();
        self.values(numbers, |row, out| put(numbers.value(row), out))
    }

    /// Values of one type, of which `put` writes the one of a row that is not null.
    fn values<A: Array>(
        &mut self,
        array: &A,
        mut put: impl FnMut(usize, &mut Vec<u8>) -> io::Result<()>,
    ) -> io::Result<()> {
        for row in 0..array.len() {
            self.next()?;
            if array.is_null(row) {
                self.buffer.extend_from_slice(b"null");
            } else {
                put(row, &mut self.buffer)?;
            }
        }
        Ok(())
    }

    /// Any values.
    fn cells(&mut self, field: &Field, array: &dyn Array) -> io::Result<()> {
        for row in 0..array.len() {
            self.next()?;
            json(&Cell { field, array, row, nulled: &self.nulled }, &mut self.buffer)?;
        }
        Ok(())
    }

    /// Makes room for the next value.
    fn next(&mut self) -> io::Result<()> {
        if self.buffer.len() >= BUFFER {
            self.file.write_all(&self.buffer)?;
            self.buffer.clear();
        }
        if self.begun {
            self.buffer.push(b',');
        }
        self.begun = true;
        Ok(())
    }

    /// The file, with everything in it.
    pub(crate) fn finish(mut self) -> io::Result<File> {
        self.file.write_all(&self.buffer)?;
        Ok(self.file)
    }
}

fn json<T: serde::Serialize + ?Sized>(value: &T, out: &mut Vec<u8>) -> io::Result<()> {
    Ok(serde_json::to_writer(out, value)?)
}

fn all_safe(array: &dyn Array) -> bool {
    array.as_primitive::<Int64Type>().values().iter().all(|number| number.unsigned_abs() <= 1 << 53)
}

fn all_finite(array: &dyn Array) -> bool {
    array.as_primitive::<Float64Type>().values().iter().all(|number| number.is_finite())
}

/// Days of the years 0 to 9999.
fn all_common(array: &dyn Array) -> bool {
    array.as_primitive::<Date32Type>().values().iter().all(|days| digits::COMMON_DAYS.contains(&i64::from(*days)))
}

fn all_common_moments(array: &dyn Array) -> bool {
    let common = |count: &i64| digits::COMMON_DAYS.contains(&count.div_euclid(86_400_000_000));
    array.as_primitive::<TimestampMicrosecondType>().values().iter().all(common)
}

#[cfg(test)]
mod tests {
    use super::*;
    use duckdb::arrow::array::{
        ArrayRef, Date32Array, Float64Array, Int32Array, Int64Array, StringArray, TimestampMicrosecondArray,
    };
    use std::io::{Read, Seek};
    use std::sync::Arc;

    fn text(of: impl Fn(&mut ColumnText) -> io::Result<()>) -> String {
        let folder = tempfile::tempdir().unwrap();
        let mut column = ColumnText::create(folder.path().join("x"), "").unwrap();
        of(&mut column).unwrap();
        let (mut file, mut text) = (column.finish().unwrap(), String::new());
        file.rewind().unwrap();
        file.read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn fast_loops_give_what_cells_give() {
        let moments = [0, -1, 1, 1_709_210_096_123_456, -62_167_219_200_000_000, 253_402_300_799_999_999, 1_500_000];
        let arrays: Vec<ArrayRef> = vec![
            Arc::new(Int32Array::from(vec![Some(0), None, Some(i32::MIN), Some(i32::MAX)])),
            Arc::new(Int64Array::from(vec![Some(0), None, Some(1 << 53), Some(-(1 << 53))])),
            Arc::new(Int64Array::from(vec![Some((1 << 53) + 1), None, Some(i64::MIN)])),
            Arc::new(Float64Array::from(vec![Some(0.1), None, Some(-0.0), Some(1e300), Some(5.0)])),
            Arc::new(Float64Array::from(vec![Some(f64::NAN), None, Some(f64::INFINITY), Some(1.5)])),
            Arc::new(StringArray::from(vec![Some("Köln \"x\"\n\u{1}"), None, Some("")])),
            Arc::new(Date32Array::from(vec![Some(0), None, Some(19_782), Some(-719_528), Some(2_932_896)])),
            Arc::new(Date32Array::from(vec![Some(i32::MAX), Some(-i32::MAX), Some(2_932_897), Some(-719_529)])),
            Arc::new(TimestampMicrosecondArray::from(moments.map(Some).to_vec())),
            Arc::new(TimestampMicrosecondArray::from(moments.map(Some).to_vec()).with_timezone("UTC")),
            Arc::new(TimestampMicrosecondArray::from(vec![Some(i64::MAX), Some(-i64::MAX), None, Some(5)])),
        ];
        for array in arrays {
            let field = Field::new("x", array.data_type().clone(), true);
            let fast = text(|column| column.push(&field, &array));
            let slow = text(|column| column.cells(&field, &array));
            assert_eq!(fast, slow, "{array:?}");
            assert_eq!(fast.matches("null").count(), slow.matches("null").count());
        }
    }

    #[test]
    fn more_than_the_buffer_holds_goes_through() {
        let array = Int32Array::from_iter_values(0..100_000);
        let field = Field::new("x", DataType::Int32, true);
        let all = text(|column| column.push(&field, &array));
        let expected: Vec<String> = (0..100_000).map(|number| number.to_string()).collect();
        assert_eq!(all, expected.join(","));
    }
}
