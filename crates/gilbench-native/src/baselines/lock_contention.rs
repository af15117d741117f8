//! The work of threads that may take a lock at every step, without the lock: its ceiling.

use std::hint::black_box;

use gilbench_model::protocol::Request;
use rayon::prelude::*;

use crate::baseline::{Baseline, PrepareError, parameter, threads, unsupported, widen};

/// Prepares a strategy.
pub(crate) fn prepare(request: &Request) -> Result<Baseline, PrepareError> {
    let (work, steps) = (parameter(request, "work")?, parameter(request, "steps")?);
    Ok(match request.strategy.as_str() {
        "sequential" => Box::new(move || Ok(widen([sequential(work, steps)]))),
        "rayon" => {
            let threads = threads(request)?;
            Box::new(move || Ok(widen([threads.install(|| rayon(work, steps))])))
        }
        _ => return Err(unsupported(request)),
    })
}

/// The sum of the numbers below `work`; `black_box`, because LLVM knows the closed form.
fn compute(work: u64) -> u64 {
    (0..work).fold(0, |total, i| total + black_box(i))
}

/// All steps, one after another.
pub fn sequential(work: u64, steps: u64) -> u64 {
    (0..steps).map(|_| compute(work)).sum()
}

/// All steps, on as many threads as the current rayon pool has.
pub fn rayon(work: u64, steps: u64) -> u64 {
    (0..steps).into_par_iter().map(|_| compute(work)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_agree_with_the_closed_form() {
        assert_eq!(sequential(100, 7), 7 * 99 * 100 / 2);
        assert_eq!(rayon(100, 7), 7 * 99 * 100 / 2);
    }
}
