//! What a ratio of two times answers: faster, slower, equivalent, or nothing yet.
//!
//! *Significant* and *relevant* are two questions. The first asks whether the interval excludes 1: is there a
//! difference at all? The second asks where it lies against a band around 1: is the difference, if there is one,
//! large enough to matter? A small difference can be significant and irrelevant. *Equivalent* is said only on
//! evidence, never for want of it: the whole interval lies within the band, which is two one-sided tests against its
//! edges (Schuirmann, "A Comparison of the Two One-Sided Tests Procedure and the Power Approach for Assessing the
//! Equivalence of Average Bioavailability", Journal of Pharmacokinetics and Biopharmaceutics 15, 1987), here at
//! half of 5 % each, since they read the interval that every other answer reads.
//!
//! Does not correct for the number of comparisons, and does not know what was compared.

use serde::{Deserialize, Serialize};

use super::estimate::Estimate;

/// The band that differences have to leave to matter, as a share of 1: 3 %.
///
/// A convention, not a measurement: the layout of memory alone moves the time of a program by some percent (Mytkowicz
/// et al., "Producing Wrong Data Without Doing Anything Obviously Wrong!", ASPLOS 2009). Whoever knows which
/// differences matter to them says so instead.
pub const EQUIVALENCE_BAND: f64 = 0.03;

/// How the time of one compares with that of another.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// It takes less time: the whole interval lies below 1.
    Faster,
    /// It takes more: the whole interval lies above 1.
    Slower,
    /// The interval reaches across 1 and nowhere out of the band.
    Equivalent,
    /// The interval reaches across 1 and out of the band.
    Undecided,
}

impl Answer {
    /// The word in every table and file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Faster => "faster",
            Self::Slower => "slower",
            Self::Equivalent => "equivalent",
            Self::Undecided => "undecided",
        }
    }
}

/// An answer, and the two questions that it must not be taken for.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// How the two compare.
    pub answer: Answer,
    /// Whether the interval excludes 1.
    pub significant: bool,
    /// Whether the difference matters: true if the whole interval lies outside the band on one side, false if the
    /// whole interval lies within it, `null` if it reaches across an edge.
    pub relevant: Option<bool>,
}

/// What the ratio of times, b over a, says of b.
///
/// `band` is a share: with .03, differences of less than 3 % do not matter. It reaches from `1 / (1 + band)` to
/// `1 + band`, so that swapping the two swaps the answer and nothing else. An edge belongs to the band, and 1 to
/// both sides: an interval that ends there excludes nothing. Whatever is not a positive interval (a ratio of times is
/// one) comes out undecided rather than wrong.
pub fn decide(ratio_of_times_b_over_a: &Estimate, band: f64) -> Decision {
    let Estimate { low, high, .. } = *ratio_of_times_b_over_a;
    let (inner, outer) = ((1.0 + band).recip(), 1.0 + band);
    let significant = low > 1.0 || high < 1.0;
    let within = inner <= low && high <= outer;
    let outside = high < inner || low > outer;
    let answer = match (significant, within) {
        (true, _) if high < 1.0 => Answer::Faster,
        (true, _) => Answer::Slower,
        (false, true) => Answer::Equivalent,
        (false, false) => Answer::Undecided,
    };
    let relevant = if outside {
        Some(true)
    } else if within {
        Some(false)
    } else {
        None
    };
    Decision { answer, significant, relevant }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(low: f64, high: f64) -> (&'static str, bool, Option<bool>) {
        let estimate = Estimate::new((low * high).sqrt(), low, high, 8).unwrap();
        let decision = decide(&estimate, EQUIVALENCE_BAND);
        (decision.answer.as_str(), decision.significant, decision.relevant)
    }

    #[test]
    fn the_side_of_one_answers_and_the_band_says_whether_it_matters() {
        assert_eq!(of(0.5, 0.6), ("faster", true, Some(true)));
        assert_eq!(of(0.9, 0.98), ("faster", true, None));
        assert_eq!(of(0.98, 0.99), ("faster", true, Some(false)));
        assert_eq!(of(1.01, 1.02), ("slower", true, Some(false)));
        assert_eq!(of(1.01, 1.2), ("slower", true, None));
        assert_eq!(of(1.1, 1.2), ("slower", true, Some(true)));
    }

    #[test]
    fn equivalent_needs_the_whole_interval_within_the_band() {
        assert_eq!(of(0.98, 1.02), ("equivalent", false, Some(false)));
        assert_eq!(of(0.96, 1.02), ("undecided", false, None));
        assert_eq!(of(0.98, 1.04), ("undecided", false, None));
        assert_eq!(of(0.5, 2.0), ("undecided", false, None));
    }

    #[test]
    fn an_interval_that_ends_at_one_excludes_nothing() {
        assert!(!of(1.0, 1.2).1);
        assert!(!of(0.8, 1.0).1);
    }

    #[test]
    fn swapping_the_two_swaps_the_answer_and_nothing_else() {
        for (low, high) in [(0.5, 0.6), (0.9, 0.98), (0.975, 0.99), (0.975, 1.02), (0.8, 1.1), (0.8, 1.0)] {
            let (answer, significant, relevant) = of(low, high);
            let swapped = match answer {
                "faster" => "slower",
                "slower" => "faster",
                other => other,
            };
            assert_eq!(of(high.recip(), low.recip()), (swapped, significant, relevant));
        }
    }

    #[test]
    fn a_wider_band_makes_no_difference_significant() {
        let estimate = Estimate::new(1.04, 1.02, 1.06, 8).unwrap();
        let relevant = |band| (decide(&estimate, band).significant, decide(&estimate, band).relevant);
        assert_eq!(relevant(0.01), (true, Some(true)));
        assert_eq!(relevant(0.03), (true, None));
        assert_eq!(relevant(0.1), (true, Some(false)));
    }
}
