//! The native function that is called through foreign-function interfaces, called from where it is native.

use std::hint::black_box;

use gilbench_model::protocol::Request;
use rayon::prelude::*;

use super::integer_chain::xorshift;
use crate::baseline::{Baseline, PrepareError, parameter, threads, unsupported, widen};

/// Prepares a strategy.
pub(crate) fn prepare(request: &Request) -> Result<Baseline, PrepareError> {
    let (tasks, calls) = (parameter(request, "tasks")?, parameter(request, "calls")?);
    let steps = parameter(request, "steps")?;
    Ok(match request.strategy.as_str() {
        "sequential" => Box::new(move || Ok(widen(sequential(tasks, calls, steps)))),
        "rayon" => {
            let threads = threads(request)?;
            Box::new(move || Ok(widen(threads.install(|| rayon(tasks, calls, steps)))))
        }
        _ => return Err(unsupported(request)),
    })
}

/// So many calls, each of which goes on from where the last one ended.
fn chain(seed: u64, calls: u64, steps: u64) -> u64 {
    (0..calls).fold(seed, |state, _| xorshift(black_box(state), black_box(steps)))
}

/// All tasks, one after another: the chains from 1, 2, ….
pub fn sequential(tasks: u64, calls: u64, steps: u64) -> Vec<u64> {
    (1..=tasks).map(|seed| chain(seed, calls, steps)).collect()
}

/// All tasks, on as many threads as the current rayon pool has.
pub fn rayon(tasks: u64, calls: u64, steps: u64) -> Vec<u64> {
    (1..=tasks).into_par_iter().map(|seed| chain(seed, calls, steps)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_go_on_from_each_other() {
        assert_eq!(sequential(3, 4, 5), [1, 2, 3].map(|seed| xorshift(seed, 20)));
        assert_eq!(rayon(3, 4, 5), sequential(3, 1, 20));
    }
}
