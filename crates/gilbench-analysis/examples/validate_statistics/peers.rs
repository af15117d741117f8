//! What others commonly do with the same data: the percentile bootstrap, and t intervals.

use std::f64::consts::FRAC_PI_2;

use gilbench_analysis::statistics::Bootstrap;
use rand::RngExt;
use rand_pcg::Pcg64;

use crate::amdahl::serial_fraction;
use crate::interval::Interval;

/// Resamples of a percentile bootstrap, as many as is usual.
const RESAMPLES: usize = 999;

/// The percentile bootstrap of the median.
pub(crate) fn bootstrap_of_median(values: &[f64], generator: &mut Pcg64) -> Interval {
    let mut sample = Resampled::of(values);
    percentiles((0..RESAMPLES).map(|_| sample.median(generator)).collect())
}

/// The percentile bootstrap of the logarithm of a ratio of medians, each case resampled for itself.
pub(crate) fn bootstrap_of_log_ratio(
    numerators: &[f64],
    denominators: &[f64],
    generator: &mut Pcg64,
) -> Interval {
    let (mut above, mut below) = (Resampled::of(numerators), Resampled::of(denominators));
    percentiles((0..RESAMPLES).map(|_| (above.median(generator) / below.median(generator)).ln()).collect())
}

/// The bias-corrected and accelerated bootstrap over rounds of the serial fraction of the cases' medians.
pub(crate) fn bootstrap_of_fit(workers: &[f64], cases: &[Vec<f64>], seed: u64) -> Option<Interval> {
    let rounds = cases.first()?.len();
    let sorted: Vec<Vec<usize>> = cases.iter().map(|values| ascending(values)).collect();
    let mut counts = vec![0; rounds];
    let estimate = Bootstrap::new(seed).interval(rounds, |drawn| {
        counts.fill(0);
        for &round in drawn {
            counts[round] += 1;
        }
        let medians: Vec<f64> = cases
            .iter()
            .zip(&sorted)
            .map(|(values, order)| {
                middle(order.iter().map(|&round| (values[round], counts[round])), drawn.len())
            })
            .collect();
        serial_fraction(workers, &medians)
    });
    estimate.ok().map(Interval::from)
}

/// Student's t interval of the mean.
pub(crate) fn student(values: &[f64]) -> Option<Interval> {
    let Moments { count, mean, variance } = Moments::of(values)?;
    Some(Interval::around(mean, student_quantile(count - 1.0) * (variance / count).sqrt()))
}

/// Welch's t interval of a difference of means ("The Generalization of 'Student's' Problem", Biometrika 34, 1947).
pub(crate) fn welch(left: &[f64], right: &[f64]) -> Option<Interval> {
    let (left, right) = (Moments::of(left)?, Moments::of(right)?);
    let [a, b] = [&left, &right].map(|moments| moments.variance / moments.count);
    let degrees = (a + b).powi(2) / (a * a / (left.count - 1.0) + b * b / (right.count - 1.0));
    Some(Interval::around(left.mean - right.mean, student_quantile(degrees) * (a + b).sqrt()))
}

struct Moments {
    count: f64,
    mean: f64,
    variance: f64,
}

impl Moments {
    /// None of fewer than two values.
    fn of(values: &[f64]) -> Option<Self> {
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0);
        (values.len() > 1).then_some(Self { count, mean, variance })
    }
}

/// The value that Student's t exceeds in size with a chance of 5 %, for three degrees of freedom or more: Hill's
/// series (Algorithm 396, Communications of the ACM 13, 1970), right to a thousandth there.
#[expect(clippy::many_single_char_names, reason = "the names of the publication")]
fn student_quantile(degrees: f64) -> f64 {
    /// The same of the normal distribution.
    const NORMAL: f64 = 1.959_963_984_540_054;
    let a = 1.0 / (degrees - 0.5);
    let b = 48.0 / (a * a);
    let c = ((20_700.0 * a / b - 98.0) * a - 16.0) * a + 96.36;
    let d = ((94.5 / (b + c) - 3.0) / b + 1.0) * (a * FRAC_PI_2).sqrt() * degrees;
    let x = -NORMAL;
    let square = x * x;
    let c = if degrees < 5.0 { c + 0.3 * (degrees - 4.5) * (x + 0.6) } else { c };
    let c = (((0.05 * d * x - 5.0) * x - 7.0) * x - 2.0) * x + b + c;
    let y = (((((0.4 * square + 6.3) * square + 36.0) * square + 94.5) / c - square - 3.0) / b + 1.0) * x;
    (degrees * (a * y * y).exp_m1()).sqrt()
}

/// Values to be drawn from with repetition.
struct Resampled {
    sorted: Vec<f64>,
    counts: Vec<usize>,
}

impl Resampled {
    fn of(values: &[f64]) -> Self {
        let mut sorted = values.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        Self { counts: vec![0; sorted.len()], sorted }
    }

    /// The median of as many draws as there are values.
    fn median(&mut self, generator: &mut Pcg64) -> f64 {
        self.counts.fill(0);
        let count = self.sorted.len() as u64;
        for _ in 0..count {
            // The upper half of a product with 32 random bits: uneven by less than one in a million.
            let drawn = (u64::from(generator.random::<u32>()) * count) >> 32;
            self.counts[drawn as usize] += 1;
        }
        middle(self.sorted.iter().copied().zip(self.counts.iter().copied()), self.sorted.len())
    }
}

fn ascending(values: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_unstable_by(|&left, &right| values[left].total_cmp(&values[right]));
    order
}

/// The median of ascending values that count several times each, `count` times together.
fn middle(ascending: impl Iterator<Item = (f64, usize)>, count: usize) -> f64 {
    let (left, right) = ((count - 1) / 2, count / 2);
    let (mut passed, mut low) = (0, None);
    for (value, times) in ascending {
        passed += times;
        if low.is_none() && passed > left {
            low = Some(value);
        }
        if let (Some(low), true) = (low, passed > right) {
            return f64::midpoint(low, value);
        }
    }
    f64::NAN
}

fn percentiles(mut replicates: Vec<f64>) -> Interval {
    replicates.sort_unstable_by(f64::total_cmp);
    // Of 999 ascending values the 25th and the 975th: a fortieth beyond each.
    let outside = (RESAMPLES + 1) / 40;
    Interval { low: replicates[outside - 1], high: replicates[RESAMPLES - outside] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_tables() {
        for (degrees, expected) in [(3.0, 3.1824), (5.0, 2.5706), (10.0, 2.2281), (59.0, 2.0010)] {
            assert!((student_quantile(degrees) - expected).abs() < 1e-3, "{degrees}");
        }
    }
}
