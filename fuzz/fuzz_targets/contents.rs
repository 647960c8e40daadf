//! `contents` of `tests/fuzz` for libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| viz_fuzz::contents(bytes));
