//! What rounds of two commands tell: the ratio of their times, what it answers, and what a better answer would take.

use crate::statistics::{Decision, Estimate, StatisticsError, decide, paired_ratio};

/// What is known of two commands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ContestFinding {
    /// The time of B over that of A, paired by round.
    pub ratio: Estimate,
    /// What it answers.
    pub decision: Decision,
    /// So many rounds in all would most likely decide it; `None` where it is decided, or where no number would do.
    pub rounds_to_decide: Option<u32>,
}

/// Judges the seconds of each round, of A and of B. `band` is the share that a difference has to exceed to matter.
pub fn judge(rounds: &[[f64; 2]], band: f64) -> Result<ContestFinding, StatisticsError> {
    let (a, b): (Vec<f64>, Vec<f64>) = rounds.iter().map(|[a, b]| (*a, *b)).unzip();
    let ratio = paired_ratio(&b, &a)?;
    let decision = decide(&ratio, band);
    let open = !decision.significant && decision.relevant != Some(false);
    let rounds_to_decide = open.then(|| rounds_to_decide(&ratio, band)).flatten();
    Ok(ContestFinding { ratio, decision, rounds_to_decide })
}

/// More rounds than this are not worth foretelling: the noise of the machine will be another by then.
const FORETOLD: f64 = 1e6;

/// The interval has to leave 1, or come to lie within the band, whichever is nearer. An interval's width shrinks with
/// the square root of the rounds.
fn rounds_to_decide(ratio: &Estimate, band: f64) -> Option<u32> {
    let difference = ratio.point.ln().abs();
    let needed = difference.max((1.0 + band).ln() - difference);
    let rounds = ratio.count as f64 * (ratio.half_width_logarithmic()? / needed).powi(2);
    let more_than_now = u32::try_from(ratio.count + 1).unwrap_or(u32::MAX);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "positive and below the bound"
    )]
    (rounds <= FORETOLD).then(|| more_than_now.max(rounds.ceil() as u32))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::Answer;

    fn rounds(ratios: &[f64]) -> Vec<[f64; 2]> {
        ratios.iter().map(|ratio| [0.2, 0.2 * ratio]).collect()
    }

    #[test]
    fn the_ratio_is_that_of_b_over_a() {
        let finding = judge(&rounds(&[1.10, 1.11, 1.09, 1.12, 1.10, 1.08, 1.10, 1.11]), 0.03).unwrap();
        assert_eq!(finding.decision.answer, Answer::Slower);
        assert!((finding.ratio.point - 1.10).abs() < 0.01);
        assert_eq!(finding.rounds_to_decide, None);
    }

    #[test]
    fn what_is_open_says_how_many_rounds_it_needs() {
        let noisy = [0.9, 1.1, 0.95, 1.06, 0.92, 1.09, 1.02, 0.98];
        let finding = judge(&rounds(&noisy), 0.03).unwrap();
        assert_eq!(finding.decision.answer, Answer::Undecided);
        let needed = finding.rounds_to_decide.unwrap();
        // The band is .03 wide on either side, and the interval reached is about .08: (.08 / .03)² times as many.
        assert!((30..=150).contains(&needed), "{needed}");
        let wider = judge(&rounds(&noisy), 0.06).unwrap().rounds_to_decide.unwrap();
        assert!(wider < needed);
    }

    #[test]
    fn equal_times_are_equivalent() {
        let finding = judge(&rounds(&[1.0; 8]), 0.03).unwrap();
        assert_eq!(finding.decision.answer, Answer::Equivalent);
    }

    #[test]
    fn few_rounds_and_times_of_zero_are_refused() {
        assert!(matches!(judge(&rounds(&[1.0; 5]), 0.03), Err(StatisticsError::TooFew { count: 5, .. })));
        assert!(matches!(judge(&rounds(&[0.0; 8]), 0.03), Err(StatisticsError::NotPositive { .. })));
    }
}
