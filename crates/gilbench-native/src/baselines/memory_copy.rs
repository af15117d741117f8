//! Copying a block that fits into no cache, over and over, on one thread or on several: how fast the memory is (the kernel *Copy* of STREAM, from
//! "Memory Bandwidth and Machine Balance in Current High Performance Computers", IEEE TCCA Newsletter, 1995).

use std::hint::black_box;

use gilbench_model::protocol::Request;
use rayon::prelude::*;

use crate::baseline::{Baseline, PrepareError, count, parameter, threads, unsupported, widen};

/// Prepares a strategy.
pub(crate) fn prepare(request: &Request) -> Result<Baseline, PrepareError> {
    let (mebibytes, passes) = (count(request, "mebibytes")?, parameter(request, "passes")?);
    Ok(match request.strategy.as_str() {
        "sequential" => {
            let mut blocks = Blocks::new(mebibytes);
            Box::new(move || Ok(widen(blocks.copy(passes, sequential))))
        }
        "rayon" => {
            let (mut blocks, threads) = (Blocks::new(mebibytes), threads(request)?);
            Box::new(move || Ok(widen(threads.install(|| blocks.copy(passes, rayon)))))
        }
        _ => return Err(unsupported(request)),
    })
}

/// All of it on this thread.
pub fn sequential(target: &mut [u8], source: &[u8]) {
    target.copy_from_slice(source);
}

/// An equal part on each thread of the current rayon pool.
pub fn rayon(target: &mut [u8], source: &[u8]) {
    let part = target.len().div_ceil(rayon::current_num_threads()).max(1);
    let parts = target.par_chunks_mut(part).zip(source.par_chunks(part));
    parts.for_each(|(target, source)| target.copy_from_slice(source));
}

/// Between two bytes that are looked at.
const STRIDE: usize = 1 << 20;

/// Two blocks of memory, both touched, so that no page is first met while the clock runs.
pub struct Blocks {
    source: Vec<u8>,
    target: Vec<u8>,
}

impl Blocks {
    /// Blocks of so many mebibytes each.
    pub fn new(mebibytes: usize) -> Self {
        let filled = |byte| vec![byte; mebibytes * STRIDE];
        Self { source: filled(1), target: filled(2) }
    }

    /// Copies the block `passes` times. Each time one byte in a mebibyte says which pass it is; their sums in the
    /// copies are the answer.
    pub fn copy(&mut self, passes: u64, how: fn(&mut [u8], &[u8])) -> Vec<u64> {
        let copied = (1..=passes).map(|pass| {
            let stamp = u8::try_from(pass % 251).unwrap_or_default();
            self.source.iter_mut().step_by(STRIDE).for_each(|byte| *byte = stamp);
            how(&mut self.target, black_box(&self.source));
            black_box(&self.target).iter().step_by(STRIDE).map(|&byte| u64::from(byte)).sum()
        });
        copied.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pass_arrives() {
        let mut blocks = Blocks::new(3);
        assert_eq!(blocks.copy(4, sequential), [3, 6, 9, 12]);
        assert_eq!(blocks.copy(2, rayon), [3, 6]);
    }
}
