//! The exponential of every element of an array: one call of the platform's `exp` each.

use std::hint::black_box;

use gilbench_model::protocol::Request;
use rayon::prelude::*;

use crate::baseline::{Answer, Baseline, PrepareError, count, threads, unsupported};

/// Prepares a strategy.
pub(crate) fn prepare(request: &Request) -> Result<Baseline, PrepareError> {
    let (n, tasks) = (count(request, "n")?, count(request, "tasks")?);
    let numbers = numbers(n);
    Ok(match request.strategy.as_str() {
        "sequential" => Box::new(move || Ok(sequential(&numbers, tasks))),
        "rayon" => {
            let threads = threads(request)?;
            Box::new(move || Ok(threads.install(|| rayon(&numbers, tasks))))
        }
        _ => return Err(unsupported(request)),
    })
}

/// `n` numbers, evenly from 0 up to 1.
pub fn numbers(n: usize) -> Vec<f64> {
    (0..n).map(|k| k as f64 / n as f64).collect()
}

/// All tasks, one after another.
pub fn sequential(numbers: &[f64], tasks: usize) -> Answer {
    (0..tasks).map(|_| mean_exponential(black_box(numbers))).collect()
}

/// All tasks, on as many threads as the current rayon pool has.
pub fn rayon(numbers: &[f64], tasks: usize) -> Answer {
    (0..tasks).into_par_iter().map(|_| mean_exponential(black_box(numbers))).collect()
}

/// The mean of the exponentials in millionths, by way of an array of them, as NumPy has one.
fn mean_exponential(numbers: &[f64]) -> u128 {
    let exponentials: Vec<f64> = numbers.iter().map(|number| number.exp()).collect();
    let mean = black_box(&exponentials).iter().sum::<f64>() / numbers.len() as f64;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is about 1,700,000")]
    let millionths = (mean * 1e6) as u128;
    millionths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_is_that_of_a_geometric_series() {
        // (1 + q + … + q^(n-1)) / n with q = e^(1/n) is (e - 1) / (n (q - 1)).
        let n = 1000.0_f64;
        let mean = (1.0_f64.exp() - 1.0) / (n * (1.0 / n).exp_m1());
        let found = sequential(&numbers(1000), 2);
        assert_eq!(found, rayon(&numbers(1000), 2));
        assert_eq!(format!("{}", found[0]), format!("{:.0}", (mean * 1e6).floor()));
    }
}
