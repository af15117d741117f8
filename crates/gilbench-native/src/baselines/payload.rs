//! Sums of the squares of numbers that are in memory: nothing has to be handed over between threads.

use std::hint::black_box;

use gilbench_model::protocol::Request;
use rayon::prelude::*;

use crate::baseline::{Baseline, PrepareError, parameter, threads, unsupported, widen};

/// Prepares a strategy.
pub(crate) fn prepare(request: &Request) -> Result<Baseline, PrepareError> {
    let passes = parameter(request, "passes")?;
    let data = data(parameter(request, "tasks")?, parameter(request, "numbers")?);
    Ok(match request.strategy.as_str() {
        "sequential" => Box::new(move || Ok(widen(sequential(&data, passes)))),
        "rayon" => {
            let threads = threads(request)?;
            Box::new(move || Ok(widen(threads.install(|| rayon(&data, passes)))))
        }
        _ => return Err(unsupported(request)),
    })
}

/// As many chunks as there are tasks: successive whole numbers from 0.
pub fn data(tasks: u64, numbers: u64) -> Vec<Vec<u64>> {
    (0..tasks).map(|task| (task * numbers..(task + 1) * numbers).collect()).collect()
}

/// The sum for each chunk, one after another.
pub fn sequential(data: &[Vec<u64>], passes: u64) -> Vec<u64> {
    data.iter().map(|chunk| process(chunk, passes)).collect()
}

/// The sum for each chunk, on as many threads as the current rayon pool has.
pub fn rayon(data: &[Vec<u64>], passes: u64) -> Vec<u64> {
    data.par_iter().map(|chunk| process(chunk, passes)).collect()
}

/// The squares, summed up once for each pass; `black_box`, because one pass could stand for all.
fn process(chunk: &[u64], passes: u64) -> u64 {
    (0..passes).map(|_| black_box(chunk).iter().map(|number| number * number).sum::<u64>()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pass_adds_the_squares_of_a_chunk() {
        let data = data(2, 3);
        assert_eq!(data, [[0, 1, 2], [3, 4, 5]]);
        assert_eq!(sequential(&data, 2), [2 * (1 + 4), 2 * (9 + 16 + 25)]);
        assert_eq!(rayon(&data, 2), sequential(&data, 2));
    }
}
