//! Uniform random numbers, from a generator for each task: PCG64, as NumPy recommends it.

use std::hint::black_box;

use gilbench_model::protocol::Request;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

use crate::baseline::{Baseline, PrepareError, count, each, whole};

/// Prepares a strategy.
pub(crate) fn prepare(request: &Request) -> Result<Baseline, PrepareError> {
    let n = count(request, "n")?;
    let tasks = (0..count(request, "tasks")?).map(|seed| (seed as u64, n)).collect();
    each(request, tasks, |&(seed, n)| mean_in_tenths(seed, n))
}

/// Draws `n` numbers into an array, as NumPy has one; their mean in tenths, rounded.
pub fn mean_in_tenths(seed: u64, n: usize) -> u128 {
    let mut generator = Pcg64::seed_from_u64(seed);
    let numbers: Vec<f64> = (0..n).map(|_| generator.random()).collect();
    whole((black_box(&numbers).iter().sum::<f64>() / n as f64 * 10.0).round())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_is_a_half() {
        assert_eq!((0..8).map(|seed| mean_in_tenths(seed, 10_000)).collect::<Vec<_>>(), [5; 8]);
    }
}
