//! Fibonacci numbers by their definition: calls of a small function.

use std::hint::black_box;

use gilbench_model::protocol::Request;
use rayon::prelude::*;

use crate::baseline::{Baseline, PrepareError, parameter, threads, unsupported, widen};

/// Prepares a strategy.
pub(crate) fn prepare(request: &Request) -> Result<Baseline, PrepareError> {
    let (n, tasks) = (parameter(request, "n")?, parameter(request, "tasks")?);
    Ok(match request.strategy.as_str() {
        "sequential" => Box::new(move || Ok(widen(sequential(n, tasks)))),
        "rayon" => {
            let threads = threads(request)?;
            Box::new(move || Ok(widen(threads.install(|| rayon(n, tasks)))))
        }
        _ => return Err(unsupported(request)),
    })
}

/// The nth Fibonacci number. Not inlined into itself and of an unknown `n`, so that each call is made.
#[inline(never)]
pub fn fib(n: u64) -> u64 {
    let n = black_box(n);
    if n < 2 { n } else { fib(n - 1) + fib(n - 2) }
}

/// All tasks, one after another.
pub fn sequential(n: u64, tasks: u64) -> Vec<u64> {
    (0..tasks).map(|_| fib(n)).collect()
}

/// All tasks, on as many threads as the current rayon pool has.
pub fn rayon(n: u64, tasks: u64) -> Vec<u64> {
    (0..tasks).into_par_iter().map(|_| fib(n)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_the_sequence() {
        let first: Vec<u64> = (0..12).map(fib).collect();
        assert_eq!(first, [0, 1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89]);
        assert_eq!(sequential(20, 3), [6765; 3]);
        assert_eq!(rayon(20, 3), [6765; 3]);
    }
}
