//! Many steps on an array of ten numbers: the computing in what NumPy spends on calls.

use std::hint::black_box;

use gilbench_model::protocol::Request;

use crate::baseline::{Baseline, PrepareError, count, each, parameter};

/// Prepares a strategy.
pub(crate) fn prepare(request: &Request) -> Result<Baseline, PrepareError> {
    each(request, vec![parameter(request, "steps")?; count(request, "tasks")?], |&steps| many_steps(steps))
}

/// The sum of the array after all steps.
pub fn many_steps(steps: u64) -> u128 {
    let mut array: [i64; 10] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
    for _ in 0..steps {
        array = black_box(array).map(|element| (element * 5 + 3) % 1009);
    }
    array.iter().map(|element| u128::from(element.unsigned_abs())).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_multiplies_and_adds_below_1009() {
        assert_eq!(many_steps(0), 45);
        assert_eq!(many_steps(1), 5 * 45 + 30);
    }
}
