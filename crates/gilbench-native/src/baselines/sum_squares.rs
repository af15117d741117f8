//! The sum of the squares below n, several times over: the ceiling of the article's CPU-bound task.

use std::hint::black_box;

use gilbench_model::protocol::Request;
use rayon::prelude::*;

use crate::baseline::{Baseline, PrepareError, parameter, threads, unsupported};

/// Prepares a strategy.
pub(crate) fn prepare(request: &Request) -> Result<Baseline, PrepareError> {
    let (n, tasks) = (parameter(request, "n")?, parameter(request, "tasks")?);
    Ok(match request.strategy.as_str() {
        "sequential" => Box::new(move || Ok(sequential(n, tasks))),
        "rayon" => {
            let threads = threads(request)?;
            Box::new(move || Ok(threads.install(|| rayon(n, tasks))))
        }
        _ => return Err(unsupported(request)),
    })
}

/// The sum of the squares below `n`. `u128`, because the total passes 2^64 at n = 3,810,779; `black_box` in each
/// step, because LLVM knows the closed form and would not loop at all.
pub fn sum_of_squares(n: u64) -> u128 {
    (0..n).fold(0, |total, i| total + black_box(u128::from(i) * u128::from(i)))
}

/// All tasks, one after another.
pub fn sequential(n: u64, tasks: u64) -> Vec<u128> {
    (0..tasks).map(|_| sum_of_squares(n)).collect()
}

/// All tasks, on as many threads as the current rayon pool has.
pub fn rayon(n: u64, tasks: u64) -> Vec<u128> {
    (0..tasks).into_par_iter().map(|_| sum_of_squares(n)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_agree_with_the_closed_form() {
        let closed = |n: u128| (n - 1) * n * (2 * n - 1) / 6;
        for n in [1, 2, 1000, 4_000_000] {
            assert_eq!(sum_of_squares(n), closed(n.into()));
        }
        assert_eq!(sequential(1000, 3), rayon(1000, 3));
    }
}
