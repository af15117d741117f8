//! Tasks that count, each for itself.

use std::hint::black_box;

use gilbench_model::protocol::Request;
use rayon::prelude::*;

use crate::baseline::{Baseline, PrepareError, parameter, threads, unsupported, widen};

/// Prepares a strategy.
pub(crate) fn prepare(request: &Request) -> Result<Baseline, PrepareError> {
    let (steps, tasks) = (parameter(request, "steps")?, parameter(request, "tasks")?);
    Ok(match request.strategy.as_str() {
        "sequential" => Box::new(move || Ok(widen([sequential(steps, tasks)]))),
        "rayon" => {
            let threads = threads(request)?;
            Box::new(move || Ok(widen([threads.install(|| rayon(steps, tasks))])))
        }
        _ => return Err(unsupported(request)),
    })
}

/// Counts to `steps`, one at a time.
fn count(steps: u64) -> u64 {
    (0..steps).fold(0, |count, _| black_box(count + 1))
}

/// All tasks, one after another.
pub fn sequential(steps: u64, tasks: u64) -> u64 {
    (0..tasks).map(|_| count(steps)).sum()
}

/// All tasks, on as many threads as the current rayon pool has.
pub fn rayon(steps: u64, tasks: u64) -> u64 {
    (0..tasks).into_par_iter().map(|_| count(steps)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_counted() {
        assert_eq!(sequential(1000, 3), 3000);
        assert_eq!(rayon(1000, 3), 3000);
    }
}
