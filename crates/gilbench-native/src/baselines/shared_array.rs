//! Sums over one array that all threads share: what handing it over to processes is measured against.

use std::hint::black_box;
use std::sync::Arc;

use gilbench_model::protocol::Request;

use crate::baseline::{Baseline, PrepareError, each, parameter};

/// Prepares a strategy.
pub(crate) fn prepare(request: &Request) -> Result<Baseline, PrepareError> {
    let numbers: Arc<[u64]> = (0..parameter(request, "numbers")?).collect();
    let tasks = (0..parameter(request, "tasks")?).map(|offset| (Arc::clone(&numbers), offset)).collect();
    each(request, tasks, |(numbers, offset)| add_up(numbers, *offset))
}

/// The sum of the array; the offset makes each task's sum its own.
pub fn add_up(numbers: &[u64], offset: u64) -> u128 {
    u128::from(black_box(numbers).iter().sum::<u64>() + offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tasks_differ_by_their_offset() {
        assert_eq!(add_up(&[1, 2, 3], 0), 6);
        assert_eq!(add_up(&[1, 2, 3], 7), 13);
    }
}
