//! One short system call after another, each for one byte.

use std::fs::File;
use std::io::{self, Read};

/// How many bytes `calls` calls read.
pub fn sequential(calls: u64) -> io::Result<u64> {
    let mut zeros = File::open("/dev/zero")?;
    let mut byte = [0];
    (0..calls).map(|_| zeros.read(&mut byte).map(|read| read as u64)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_call_reads_a_byte() {
        assert_eq!(sequential(7).expect("there is a /dev/zero"), 7);
    }
}
