//! Sums by group in a hash table, of whole numbers with whole numbers as keys.

use std::collections::HashMap;
use std::hint::black_box;

use gilbench_model::protocol::Request;

use crate::baseline::{Baseline, PrepareError, each, parameter};

/// The columns of a frame.
pub struct Frame {
    categories: Vec<u64>,
    values: Vec<u64>,
}

/// Prepares a strategy.
pub(crate) fn prepare(request: &Request) -> Result<Baseline, PrepareError> {
    let (rows, groups) = (parameter(request, "rows")?, parameter(request, "groups")?);
    let frames = (0..parameter(request, "tasks")?).map(|index| frame(index, rows, groups)).collect();
    each(request, frames, weighted_sums)
}

/// The same frame as in `worker.py`.
pub fn frame(index: u64, rows: u64, groups: u64) -> Frame {
    let mixed = |row: u64| (row + index) * 2_654_435_761 % 1_000_003;
    Frame {
        categories: (0..rows).map(|row| mixed(row) % groups).collect(),
        values: (0..rows).map(|row| mixed(row) % 1009).collect(),
    }
}

/// The sum of each group, multiplied by its key, all added up.
pub fn weighted_sums(frame: &Frame) -> u128 {
    let mut sums: HashMap<u64, u64> = HashMap::new();
    let frame = black_box(frame);
    for (&category, value) in frame.categories.iter().zip(&frame.values) {
        *sums.entry(category).or_default() += value;
    }
    sums.into_iter().map(|(category, sum)| u128::from(category) * u128::from(sum)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_weighted_by_their_keys() {
        let frame = Frame { categories: vec![2, 1, 2], values: vec![10, 100, 5] };
        assert_eq!(weighted_sums(&frame), 2 * 15 + 100);
    }
}
