//! One short system call after another, each for one byte.

use std::fs::File;
use std::io::{self, Read};

use gilbench_model::protocol::Request;

use crate::baseline::{Baseline, PrepareError, parameter, unsupported, widen};

/// Prepares a strategy.
pub(crate) fn prepare(request: &Request) -> Result<Baseline, PrepareError> {
    let calls = parameter(request, "calls")?;
    Ok(match request.strategy.as_str() {
        "sequential" => Box::new(move || Ok(widen([sequential(calls)?]))),
        _ => return Err(unsupported(request)),
    })
}

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
