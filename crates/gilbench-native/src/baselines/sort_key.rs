//! Sorting whole numbers by a key.

use gilbench_model::protocol::Request;
use rayon::prelude::*;

use crate::baseline::{Baseline, PrepareError, count, parameter, threads, unsupported, widen};

/// Prepares a strategy.
pub(crate) fn prepare(request: &Request) -> Result<Baseline, PrepareError> {
    let tasks = parameter(request, "tasks")?;
    let length = count(request, "length")?;
    Ok(match request.strategy.as_str() {
        "sequential" => Box::new(move || Ok(widen(sequential(length, tasks)))),
        "rayon" => {
            let threads = threads(request)?;
            Box::new(move || Ok(widen(threads.install(|| rayon(length, tasks)))))
        }
        _ => return Err(unsupported(request)),
    })
}

/// Numbers below 2^31 that look random: the generator of the C standard's example.
fn made_up(length: usize, mut seed: u64) -> Vec<u64> {
    let mut next = || {
        seed = (seed * 1_103_515_245 + 12_345) & 0x7FFF_FFFF;
        seed
    };
    (0..length).map(|_| next()).collect()
}

/// The sum of every 97th number, once all are in the order of their last three digits; those with the same digits stay
/// in the order in which they were.
pub fn sort(length: usize, seed: u64) -> u64 {
    let mut numbers = made_up(length, seed);
    numbers.sort_by_key(|number| number % 1000);
    numbers.iter().step_by(97).sum()
}

/// All tasks, one after another.
pub fn sequential(length: usize, tasks: u64) -> Vec<u64> {
    (0..tasks).map(|seed| sort(length, seed)).collect()
}

/// All tasks, on as many threads as the current rayon pool has.
pub fn rayon(length: usize, tasks: u64) -> Vec<u64> {
    (0..tasks).into_par_iter().map(|seed| sort(length, seed)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_digits_come_first() {
        let numbers = made_up(90, 0);
        assert_eq!(numbers[..2], [12_345, 1_406_932_606]);
        let least = numbers.iter().min_by_key(|number| *number % 1000);
        assert_eq!(Some(sort(90, 0)), least.copied());
        assert_eq!(sequential(1000, 3), rayon(1000, 3));
    }
}
