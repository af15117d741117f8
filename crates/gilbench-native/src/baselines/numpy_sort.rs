//! Sorting whole numbers in random order: the ceiling of NumPy's `sort`.

use gilbench_model::protocol::Request;
use rayon::prelude::*;

use crate::baseline::{Answer, Baseline, PrepareError, count, threads, unsupported};

/// Prepares a strategy.
pub(crate) fn prepare(request: &Request) -> Result<Baseline, PrepareError> {
    let (n, tasks) = (count(request, "n")?, count(request, "tasks")?);
    let arrays = arrays(n, tasks);
    Ok(match request.strategy.as_str() {
        "sequential" => Box::new(move || Ok(sequential(&arrays))),
        "rayon" => {
            let threads = threads(request)?;
            Box::new(move || Ok(threads.install(|| rayon(&arrays))))
        }
        _ => return Err(unsupported(request)),
    })
}

/// `tasks` arrays of `n` scrambled numbers.
pub fn arrays(n: usize, tasks: usize) -> Vec<Vec<i64>> {
    let numbers = |task| (task * n..(task + 1) * n).map(|number| scrambled(number as u64));
    (0..tasks).map(|task| numbers(task).collect()).collect()
}

/// Another number of 63 bits that looks random: `SplitMix64` (Steele, Lea and Flood, "Fast Splittable Pseudorandom
/// Number Generators", OOPSLA 2014; the constants are Vigna's).
fn scrambled(number: u64) -> i64 {
    let z = number.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((z ^ (z >> 31)) >> 1).cast_signed()
}

/// A sorted copy of each array, one after another; of each, the sum of the three numbers at its quarters.
pub fn sequential(arrays: &[Vec<i64>]) -> Answer {
    let sorted = |array: &Vec<i64>| {
        let mut ordered = array.clone();
        ordered.sort_unstable();
        sum_of_quartiles(&ordered)
    };
    arrays.iter().map(sorted).collect()
}

/// The same on as many threads as the current rayon pool has: arrays at once, and parts of each.
pub fn rayon(arrays: &[Vec<i64>]) -> Answer {
    let sorted = |array: &Vec<i64>| {
        let mut ordered = array.clone();
        ordered.par_sort_unstable();
        sum_of_quartiles(&ordered)
    };
    arrays.par_iter().map(sorted).collect()
}

fn sum_of_quartiles(ordered: &[i64]) -> u128 {
    let at = |quarter: usize| u128::from(ordered[ordered.len() * quarter / 4].unsigned_abs());
    [1, 2, 3].map(at).iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sort_alike() {
        let arrays = arrays(1000, 3);
        assert_eq!(sequential(&arrays), rayon(&arrays));
    }

    #[test]
    fn the_first_number_is_that_of_the_reference_implementation() {
        // SplitMix64 with the seed 0 begins with 0xE220A8397B1DCDAF.
        assert_eq!(scrambled(0), (0xE220_A839_7B1D_CDAF_u64 >> 1).cast_signed());
        assert_eq!(sum_of_quartiles(&[1, 2, 3, 4]), 2 + 3 + 4);
    }
}
