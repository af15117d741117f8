//! A function applied to each row of two columns: what pandas spends on making objects of rows is not there.

use std::hint::black_box;

use gilbench_model::protocol::Request;

use crate::baseline::{Baseline, PrepareError, each, parameter};

/// Prepares a strategy.
pub(crate) fn prepare(request: &Request) -> Result<Baseline, PrepareError> {
    let rows = parameter(request, "rows")?;
    let frames = (0..parameter(request, "tasks")?).map(|index| frame(index, rows)).collect();
    each(request, frames, |frame| sum_of_rows(frame))
}

/// The same frame as in `worker.py`: its rows.
pub fn frame(index: u64, rows: u64) -> Vec<(u64, u64)> {
    (0..rows).map(|row| (row + index, row % 97)).collect()
}

/// The sum over all rows.
pub fn sum_of_rows(rows: &[(u64, u64)]) -> u128 {
    black_box(rows).iter().map(|&row| u128::from(black_box(weigh)(row))).sum()
}

fn weigh((a, b): (u64, u64)) -> u64 {
    a * b % 1009
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_weighed_and_added_up() {
        // The answer in `workloads/pandas-apply/README.md`.
        let found: Vec<u128> = (0..4).map(|index| sum_of_rows(&frame(index, 50))).collect();
        assert_eq!(found, [17_218, 18_443, 17_650, 18_875]);
    }
}
