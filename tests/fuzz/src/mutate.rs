//! Random mutations of seeds.

use fastrand::Rng;

/// No input is longer.
const LONGEST: usize = 8 << 10;

/// A seed with one to eight changes.
pub fn mutate(random: &mut Rng, seeds: &[Vec<u8>], words: &[&str]) -> Vec<u8> {
    let Some(seed) = random.choice(seeds) else { return Vec::new() };
    let mut out = seed.clone();
    loop {
        change(random, &mut out, seeds, words);
        if random.bool() || random.u8(..) < 16 {
            break;
        }
    }
    out.truncate(LONGEST);
    out
}

fn change(random: &mut Rng, out: &mut Vec<u8>, seeds: &[Vec<u8>], words: &[&str]) {
    let start = random.usize(..=out.len());
    let length = 1 << random.u32(..6);
    let end = (start + random.usize(..=length)).min(out.len());
    let piece: Vec<u8> = match random.u8(..10) {
        // Cut, or cut off.
        0 => Vec::new(),
        1 => return out.truncate(start),
        // Noise: a byte, a changed bit, a large or small number.
        2 => vec![random.u8(..)],
        3 if start < out.len() => vec![out[start] ^ (1 << random.u8(..8))],
        4 => random.choice([0_u32, 1, 512, 65536, u32::MAX, 1 << 31]).unwrap_or(0).to_be_bytes().to_vec(),
        // What is there once more, here or elsewhere.
        5 => out[start..end].repeat(2),
        6 => {
            let seed = random.choice(seeds).map_or(&[][..], Vec::as_slice);
            let from = random.usize(..=seed.len());
            seed[from..(from + length * 2).min(seed.len())].to_vec()
        }
        _ => match random.choice(words) {
            Some(word) => word.as_bytes().to_vec(),
            None => vec![random.u8(..)],
        },
    };
    // Half of the time it is put in, else it replaces something.
    let end = if random.bool() { start } else { end };
    out.splice(start..end, piece);
}
