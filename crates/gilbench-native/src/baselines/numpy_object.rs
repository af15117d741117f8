//! Squares of whole numbers, and their sum, by way of an array of squares: what is left of arithmetic on Python objects
//! where there are no objects.

use std::hint::black_box;

use gilbench_model::protocol::Request;

use crate::baseline::{Baseline, PrepareError, each, parameter};

/// Prepares a strategy.
pub(crate) fn prepare(request: &Request) -> Result<Baseline, PrepareError> {
    let (n, tasks) = (parameter(request, "n")?, parameter(request, "tasks")?);
    let arrays = (0..tasks).map(|index| (1000 + index..1000 + index + n).collect::<Vec<_>>()).collect();
    each(request, arrays, |array| sum_of_squares(array))
}

/// The sum of the squares.
pub fn sum_of_squares(numbers: &[u64]) -> u128 {
    let squares: Vec<u64> = black_box(numbers).iter().map(|number| number * number).collect();
    black_box(&squares).iter().copied().map(u128::from).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squares_add_up() {
        assert_eq!(sum_of_squares(&[1000, 1001, 1002]), 1_000_000 + 1_002_001 + 1_004_004);
    }
}
