//! When a case is known well enough: the half-width of its intervals, nothing else.

use gilbench_analysis::partners;
use gilbench_analysis::statistics::{Estimate, median_interval, paired_ratio};
use gilbench_model::event::{Reached, Yardstick};
use gilbench_model::plan::Plan;
use gilbench_runner::{RoundValues, StopRule};

/// Judges a case by its ratios to its partners, and by its time where it has none.
#[derive(Clone, Debug)]
pub(crate) struct Precision {
    /// Of each case of the plan.
    partners: Vec<Vec<u32>>,
}

impl Precision {
    /// For the cases of a plan.
    pub(crate) fn of(plan: &Plan) -> Self {
        Self { partners: partners(plan) }
    }
}

impl StopRule for Precision {
    fn partners(&self, case: u32) -> &[u32] {
        self.partners.get(case as usize).map_or(&[], Vec::as_slice)
    }

    fn reached(&self, values: &RoundValues, partners: &[&RoundValues]) -> Option<Reached> {
        let (of, half_width) = if partners.is_empty() {
            let values: Vec<f64> = values.values().copied().collect();
            (Yardstick::Time, median_interval(&values).ok()?.half_width_relative())
        } else {
            let half_widths = partners.iter().map(|partner| ratio(values, partner)?.half_width_logarithmic());
            let half_widths = half_widths.collect::<Option<Vec<f64>>>()?;
            (Yardstick::Ratio, half_widths.into_iter().fold(0.0, f64::max))
        };
        half_width.is_finite().then_some(Reached { of, half_width })
    }
}

/// The ratio of the rounds that both have.
fn ratio(values: &RoundValues, partner: &RoundValues) -> Option<Estimate> {
    let both = values.iter().filter_map(|(round, value)| Some((*value, *partner.get(round)?)));
    let (values, partners): (Vec<f64>, Vec<f64>) = both.unzip();
    paired_ratio(&values, &partners).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The noise of the rounds, in percent.
    const NOISE: [f64; 8] = [3.0, -5.0, 4.0, -2.0, 6.0, -4.0, 1.0, -6.0];

    fn values(percent: impl Fn(usize) -> f64) -> RoundValues {
        (0..).zip(0..NOISE.len()).map(|(round, index)| (round, 1.0 + percent(index) / 100.0)).collect()
    }

    fn reached(values: &RoundValues, partners: &[&RoundValues]) -> Option<Reached> {
        Precision { partners: Vec::new() }.reached(values, partners)
    }

    #[test]
    fn what_the_machine_does_to_both_does_not_widen_a_ratio() {
        let case = values(|round| NOISE[round]);
        let alone = reached(&case, &[]).unwrap();
        assert!(alone.of == Yardstick::Time && alone.half_width > 0.03, "{alone:?}");
        let partner = values(|round| NOISE[round]);
        let paired = reached(&case, &[&partner]).unwrap();
        assert!(paired.of == Yardstick::Ratio && paired.half_width < 0.001, "{paired:?}");
    }

    #[test]
    fn the_widest_ratio_counts_and_all_are_needed() {
        let case = values(|round| NOISE[round]);
        let (like, unlike) = (case.clone(), values(|round| -NOISE[round]));
        let widest = reached(&case, &[&like, &unlike]).unwrap();
        assert_eq!(Some(widest), reached(&case, &[&unlike]));
        let few: RoundValues = like.clone().into_iter().take(5).collect();
        assert_eq!(reached(&case, &[&like, &few]), None);
        assert_eq!(reached(&few, &[]), None);
    }
}
