//! When a case's time is known well enough: the half-width of its interval, nothing else.

use gilbench_analysis::statistics::median_interval;
use gilbench_model::units::Fraction;
use gilbench_runner::StopRule;

/// Stops at a relative half-width.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Precision {
    /// The half-width to reach, as a share of the time.
    pub(crate) target: Fraction,
}

impl StopRule for Precision {
    fn is_precise(&self, values: &[f64]) -> bool {
        median_interval(values).is_ok_and(|estimate| estimate.half_width_relative() <= self.target.get())
    }
}
