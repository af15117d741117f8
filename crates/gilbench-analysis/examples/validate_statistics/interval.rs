//! An interval as the simulation counts it, and those that are to be validated.

use gilbench_analysis::statistics::{Estimate, location, median_interval, paired_ratio};

use crate::amdahl::serial_fraction;

/// Two bounds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Interval {
    pub(crate) low: f64,
    pub(crate) high: f64,
}

impl Interval {
    pub(crate) fn around(middle: f64, half_width: f64) -> Self {
        Self { low: middle - half_width, high: middle + half_width }
    }

    pub(crate) fn width(self) -> f64 {
        self.high - self.low
    }

    pub(crate) fn contains(self, truth: f64) -> bool {
        (self.low..=self.high).contains(&truth)
    }
}

impl From<Estimate> for Interval {
    fn from(estimate: Estimate) -> Self {
        Self { low: estimate.low, high: estimate.high }
    }
}

/// The logarithm of a ratio.
pub(crate) fn log_ratio(shared: &[Vec<f64>]) -> Option<Interval> {
    let estimate = paired_ratio(&shared[0], &shared[1]).ok()?;
    Some(Interval { low: estimate.low.ln(), high: estimate.high.ln() })
}

/// One case's time.
pub(crate) fn time(values: &[f64]) -> Option<Interval> {
    median_interval(values).ok().map(Interval::from)
}

/// The serial fraction: one value a round, and the location of these. As `amdahl` does, without the rest of the fit,
/// which would take most of the time.
pub(crate) fn fit(workers: &[f64], shared: &[Vec<f64>]) -> Option<Interval> {
    let rounds = shared.first()?.len();
    let fractions: Vec<f64> = (0..rounds)
        .map(|round| {
            let times: Vec<f64> = shared.iter().map(|values| values[round]).collect();
            serial_fraction(workers, &times)
        })
        .collect();
    location(&fractions).ok().map(Interval::from)
}

#[cfg(test)]
mod tests {
    use gilbench_analysis::statistics::amdahl;

    use super::*;

    #[test]
    fn the_fit_is_that_of_the_library() {
        let time = |workers: f64, round: u8| {
            (0.2 + 0.8 / workers) * (1.0 + 0.01 * f64::from(round * 5 % 11) * workers.sqrt())
        };
        let points = [1_u32, 2, 4, 8]
            .map(|workers| (workers, (0..9).map(|round| time(f64::from(workers), round)).collect()));
        let shared: Vec<Vec<f64>> = points.iter().map(|(_, times): &(u32, Vec<f64>)| times.clone()).collect();
        let (found, expected) =
            (fit(&[1.0, 2.0, 4.0, 8.0], &shared).unwrap(), amdahl(&points).unwrap().serial_fraction);
        assert!((found.low - expected.low).abs() < 1e-12 && (found.high - expected.high).abs() < 1e-12);
    }
}
