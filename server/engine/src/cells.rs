//! Single values of Arrow arrays as JSON, in the forms that [`viz_facts::Rows`] documents.
//!
//! A [`Cell`] serializes itself, so that the same code makes values in memory and text in a file. It expects what DuckDB
//! exports with `arrow_lossless_conversion`: types that Arrow lacks are bytes, and the field's metadata say whose.

use crate::digits;
use base64::Engine as _;
use duckdb::arrow::array::{Array, AsArray, UnionArray};
use duckdb::arrow::datatypes::{
    ArrowPrimitiveType, DataType, Date32Type, Decimal128Type, Field, Float32Type, Float64Type, Int8Type, Int16Type,
    Int32Type, Int64Type, IntervalMonthDayNanoType, IntervalUnit, Time64MicrosecondType, Time64NanosecondType,
    TimeUnit, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType,
    UInt8Type, UInt16Type, UInt32Type, UInt64Type, UnionFields,
};
use serde::ser::{Error, SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};

/// The largest whole number of which JavaScript knows the neighbours.
const SAFE: u64 = 1 << 53;

/// One value.
#[derive(Clone, Copy)]
pub(crate) struct Cell<'a> {
    pub field: &'a Field,
    pub array: &'a dyn Array,
    pub row: usize,
    /// Counts values that JSON has no form for.
    pub nulled: &'a std::cell::Cell<u64>,
}

impl<'a> Cell<'a> {
    fn primitive<T: ArrowPrimitiveType>(&self) -> T::Native {
        self.array.as_primitive::<T>().value(self.row)
    }

    fn inner(&self, field: &'a Field, array: &'a dyn Array, row: usize) -> Cell<'a> {
        Cell { field, array, row, nulled: self.nulled }
    }

    fn lost<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.nulled.set(self.nulled.get() + 1);
        to.serialize_unit()
    }

    fn float<S: Serializer>(&self, number: f64, to: S) -> Result<S::Ok, S::Error> {
        if number.is_finite() { to.serialize_f64(number) } else { self.lost(to) }
    }

    fn text_or_lost<S: Serializer>(&self, text: Option<String>, to: S) -> Result<S::Ok, S::Error> {
        match text {
            Some(text) => to.serialize_str(&text),
            None => self.lost(to),
        }
    }

    /// The name of the type that these bytes stand for.
    fn extension(&self) -> Option<&'a str> {
        let metadata = self.field.metadata();
        match metadata.get("ARROW:extension:name")?.as_str() {
            "arrow.opaque" => metadata.get("ARROW:extension:metadata")?.split('"').nth(3),
            name => Some(name),
        }
    }

    fn bytes<S: Serializer>(&self, bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        let wrong = || S::Error::custom("bytes that don't fit their type");
        let text = match self.extension() {
            Some("hugeint") => return integer(i128::from_le_bytes(bytes.try_into().map_err(|_| wrong())?), to),
            Some("uhugeint") => return unsigned(u128::from_le_bytes(bytes.try_into().map_err(|_| wrong())?), to),
            Some("bignum") => digits::bignum(bytes).ok_or_else(wrong)?,
            Some("bit") => digits::bits(bytes).ok_or_else(wrong)?,
            Some("time_tz") => digits::time_tz(u64::from_le_bytes(bytes.try_into().map_err(|_| wrong())?)),
            Some("arrow.uuid") => digits::uuid(bytes.try_into().map_err(|_| wrong())?),
            _ => base64::engine::general_purpose::STANDARD.encode(bytes),
        };
        to.serialize_str(&text)
    }

    fn list<S: Serializer>(&self, field: &Field, values: &dyn Array, to: S) -> Result<S::Ok, S::Error> {
        let mut list = to.serialize_seq(Some(values.len()))?;
        for row in 0..values.len() {
            list.serialize_element(&Cell { field, array: values, row, nulled: self.nulled })?;
        }
        list.end()
    }

    fn union<S: Serializer>(&self, fields: &UnionFields, to: S) -> Result<S::Ok, S::Error> {
        let union = self.array.as_any().downcast_ref::<UnionArray>();
        let union = union.ok_or_else(|| S::Error::custom("a union that is none"))?;
        let tag = union.type_id(self.row);
        let field = fields.iter().find(|(id, _)| *id == tag).map(|(_, field)| field);
        let field = field.ok_or_else(|| S::Error::custom("a union without its member"))?;
        let mut map = to.serialize_map(Some(1))?;
        let member = self.inner(field, union.child(tag).as_ref(), union.value_offset(self.row));
        map.serialize_entry(field.name(), &member)?;
        map.end()
    }

    /// The count of a timestamp's units, and how many nanoseconds each has.
    fn instant(&self, unit: TimeUnit) -> (i64, i128) {
        match unit {
            TimeUnit::Second => (self.primitive::<TimestampSecondType>(), 1_000_000_000),
            TimeUnit::Millisecond => (self.primitive::<TimestampMillisecondType>(), 1_000_000),
            TimeUnit::Microsecond => (self.primitive::<TimestampMicrosecondType>(), 1000),
            TimeUnit::Nanosecond => (self.primitive::<TimestampNanosecondType>(), 1),
        }
    }

    /// The key of an ENUM's value. Keys have the size that the number of values needs.
    fn enum_key(&self) -> Result<usize, String> {
        let key = match self.array.as_any_dictionary().keys().data_type() {
            DataType::UInt8 => self.array.as_dictionary::<UInt8Type>().key(self.row),
            DataType::UInt16 => self.array.as_dictionary::<UInt16Type>().key(self.row),
            DataType::UInt32 => self.array.as_dictionary::<UInt32Type>().key(self.row),
            other => return Err(format!("an ENUM with keys of the type {other}")),
        };
        key.ok_or_else(|| "an ENUM without its key".to_owned())
    }
}

impl Serialize for Cell<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if self.array.is_null(self.row) {
            return to.serialize_unit();
        }
        match self.array.data_type() {
            DataType::Null => to.serialize_unit(),
            DataType::Boolean => to.serialize_bool(self.array.as_boolean().value(self.row)),
            DataType::Int8 if self.extension() == Some("arrow.bool8") => {
                to.serialize_bool(self.primitive::<Int8Type>() != 0)
            }
            DataType::Int8 => to.serialize_i8(self.primitive::<Int8Type>()),
            DataType::Int16 => to.serialize_i16(self.primitive::<Int16Type>()),
            DataType::Int32 => to.serialize_i32(self.primitive::<Int32Type>()),
            DataType::Int64 => integer(self.primitive::<Int64Type>().into(), to),
            DataType::UInt8 => to.serialize_u8(self.primitive::<UInt8Type>()),
            DataType::UInt16 => to.serialize_u16(self.primitive::<UInt16Type>()),
            DataType::UInt32 => to.serialize_u32(self.primitive::<UInt32Type>()),
            DataType::UInt64 => unsigned(self.primitive::<UInt64Type>().into(), to),
            DataType::Float32 => self.float(self.primitive::<Float32Type>().into(), to),
            DataType::Float64 => self.float(self.primitive::<Float64Type>(), to),
            DataType::Decimal128(_, scale) => {
                to.serialize_str(&digits::decimal(self.primitive::<Decimal128Type>(), scale.unsigned_abs()))
            }
            DataType::Utf8 => to.serialize_str(self.array.as_string::<i32>().value(self.row)),
            DataType::LargeUtf8 => to.serialize_str(self.array.as_string::<i64>().value(self.row)),
            DataType::Binary => self.bytes(self.array.as_binary::<i32>().value(self.row), to),
            DataType::LargeBinary => self.bytes(self.array.as_binary::<i64>().value(self.row), to),
            DataType::FixedSizeBinary(_) => self.bytes(self.array.as_fixed_size_binary().value(self.row), to),
            DataType::Date32 => self.text_or_lost(digits::date(self.primitive::<Date32Type>()), to),
            DataType::Time64(TimeUnit::Microsecond) => {
                to.serialize_str(&digits::time(i128::from(self.primitive::<Time64MicrosecondType>()) * 1000))
            }
            DataType::Time64(TimeUnit::Nanosecond) => {
                to.serialize_str(&digits::time(self.primitive::<Time64NanosecondType>().into()))
            }
            DataType::Timestamp(unit, zone) => {
                let (count, size) = self.instant(*unit);
                self.text_or_lost(digits::timestamp(count, size, zone.is_some()), to)
            }
            DataType::Interval(IntervalUnit::MonthDayNano) => {
                let interval = self.primitive::<IntervalMonthDayNanoType>();
                to.serialize_str(&digits::interval(interval.months, interval.days, interval.nanoseconds))
            }
            DataType::Dictionary(_, _) => {
                let key = self.enum_key().map_err(S::Error::custom)?;
                let values = self.array.as_any_dictionary().values();
                self.inner(self.field, values.as_ref(), key).serialize(to)
            }
            DataType::List(field) => self.list(field, &*self.array.as_list::<i32>().value(self.row), to),
            DataType::LargeList(field) => self.list(field, &*self.array.as_list::<i64>().value(self.row), to),
            DataType::FixedSizeList(field, _) => {
                self.list(field, &*self.array.as_fixed_size_list().value(self.row), to)
            }
            DataType::Map(field, _) => {
                let entries = self.array.as_map().value(self.row);
                self.list(field, &entries, to)
            }
            DataType::Struct(fields) => {
                let columns = self.array.as_struct().columns();
                let members = fields.iter().zip(columns);
                to.collect_map(members.map(|(field, array)| (field.name(), self.inner(field, array, self.row))))
            }
            DataType::Union(fields, _) => self.union(fields, to),
            other => Err(S::Error::custom(format!("values of the type {other} can't be read"))),
        }
    }
}

fn integer<S: Serializer>(number: i128, to: S) -> Result<S::Ok, S::Error> {
    match i64::try_from(number) {
        Ok(small) if small.unsigned_abs() <= SAFE => to.serialize_i64(small),
        _ => to.collect_str(&number),
    }
}

fn unsigned<S: Serializer>(number: u128, to: S) -> Result<S::Ok, S::Error> {
    match u64::try_from(number) {
        Ok(small) if small <= SAFE => to.serialize_u64(small),
        _ => to.collect_str(&number),
    }
}
