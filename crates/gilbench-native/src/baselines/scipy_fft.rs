//! The discrete Fourier transform of complex numbers by the crate `rustfft`: the ceiling of SciPy's `fft`.

use std::hint::black_box;
use std::sync::Arc;

use gilbench_model::protocol::Request;
use rustfft::num_complex::Complex;
use rustfft::{Fft, FftPlanner};

use crate::baseline::{Baseline, PrepareError, count, each, whole};

/// More bytes than a transform allocates.
const KEPT: usize = 16 << 20;

/// Complex numbers, and the plan of a transform of so many.
#[derive(Clone)]
pub struct Signal {
    numbers: Arc<[Complex<f64>]>,
    plan: Arc<dyn Fft<f64>>,
}

/// Prepares a strategy. All tasks read the same numbers.
pub(crate) fn prepare(request: &Request) -> Result<Baseline, PrepareError> {
    let (n, tasks) = (count(request, "n")?, count(request, "tasks")?);
    // Once so much was freed, glibc keeps what is freed, in the main thread as in others.
    drop(black_box(Vec::<u8>::with_capacity(KEPT)));
    each(request, vec![signal(n); tasks], transform)
}

/// `n` numbers, a multiple of four. Their real and imaginary parts are whole.
pub fn signal(n: usize) -> Signal {
    let number = |k: usize| Complex::new((k * k % 9973) as f64, (k * k % 9967) as f64);
    Signal { numbers: (0..n).map(number).collect(), plan: FftPlanner::new().plan_fft_forward(n) }
}

/// The parts of the spectrum's first value and of those a quarter, a half and three quarters of the way to its end, all
/// taken as positive and added.
///
/// These values are sums of the numbers times 1, i, -1 or -i: whole, and far from the next whole number after rounding.
pub fn transform(signal: &Signal) -> u128 {
    let mut spectrum = black_box(&signal.numbers).to_vec();
    signal.plan.process(&mut spectrum);
    let at_quarters = spectrum.iter().step_by(spectrum.len() / 4);
    whole(at_quarters.map(|value| value.re.abs() + value.im.abs()).sum::<f64>().round())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_values_at_quarters_are_sums_of_whole_numbers() {
        let number = |k: i64| Complex::new(k * k % 9973, k * k % 9967);
        let minus_i = Complex::new(0_i64, -1);
        let value = |quarter: u32| {
            let turned = (0..1000).map(|k| number(i64::from(k)) * minus_i.powu(quarter * k % 4));
            turned.sum::<Complex<i64>>()
        };
        let magnitudes = |value: Complex<i64>| value.re.unsigned_abs() + value.im.unsigned_abs();
        let expected: u64 = (0..4).map(|quarter| magnitudes(value(quarter))).sum();
        assert_eq!(transform(&signal(1000)), u128::from(expected));
    }

    #[test]
    fn a_wave_has_one_frequency() {
        let mut spectrum = vec![Complex::new(0.0, 0.0); 12];
        for (k, value) in spectrum.iter_mut().enumerate() {
            *value = Complex::cis(std::f64::consts::TAU * 5.0 * k as f64 / 12.0);
        }
        signal(12).plan.process(&mut spectrum);
        for (frequency, value) in spectrum.iter().enumerate() {
            let expected = if frequency == 5 { 12.0 } else { 0.0 };
            assert!((value - expected).norm() < 1e-12, "{frequency}: {value}");
        }
    }
}
