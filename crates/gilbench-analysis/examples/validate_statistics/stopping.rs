//! The adaptive stop: looks, the width to be reached, and when a trial ends.

use crate::interval::Interval;

/// Every count of rounds at which intervals are formed: caps and looks.
pub(crate) const COUNTS: [usize; 11] = [6, 8, 10, 13, 17, 22, 28, 36, 46, 58, 60];

/// Counts that a run may be limited to.
pub(crate) const CAPS: [usize; 7] = [6, 8, 10, 13, 22, 36, 60];

/// The counts at which a run looks whether to stop; the cap is one of them.
const LOOKS: [usize; 9] = [8, 10, 13, 17, 22, 28, 36, 46, 58];

/// One trial's intervals, one for each of [`COUNTS`]; none where there were too few values.
pub(crate) type Row = [Option<Interval>; COUNTS.len()];

/// What follows a look at which the interval is narrow enough.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Rule {
    /// The end.
    AtOnce,
    /// Rounds up to the next look, and then the end, whatever the width is there.
    OneLookLater,
}

/// The widths that a third and a half of the trials reach by their third look.
pub(crate) fn targets(rows: &[Row]) -> [f64; 2] {
    let early = |index: &usize| LOOKS[..3].contains(&COUNTS[*index]);
    let mut least: Vec<f64> = rows
        .iter()
        .filter_map(|row| {
            let widths = (0..COUNTS.len()).filter(early).filter_map(|index| row[index]).map(Interval::width);
            widths.min_by(f64::total_cmp)
        })
        .collect();
    least.sort_unstable_by(f64::total_cmp);
    [3, 2].map(|share| least[least.len() / share])
}

/// Which of [`COUNTS`] a trial ends at.
pub(crate) fn end(row: &Row, target: f64, cap: usize, rule: Rule) -> usize {
    let looks = (0..COUNTS.len()).filter(|&index| COUNTS[index] < cap && LOOKS.contains(&COUNTS[index]));
    let last = COUNTS.iter().position(|&count| count == cap).expect("every cap is a count");
    let mut reached = false;
    for index in looks {
        if reached {
            return index;
        }
        if row[index].is_some_and(|interval| interval.width() <= target) {
            if rule == Rule::AtOnce {
                return index;
            }
            reached = true;
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trial_ends_at_the_first_narrow_look_or_the_one_after_it_or_the_cap() {
        let mut row: Row = [Some(Interval { low: 0.0, high: 2.0 }); COUNTS.len()];
        row[2] = Some(Interval { low: 0.0, high: 1.0 });
        let ended = |target, cap, rule| COUNTS[end(&row, target, cap, rule)];
        assert_eq!(ended(1.0, 60, Rule::AtOnce), 10);
        assert_eq!(ended(1.0, 60, Rule::OneLookLater), 13);
        assert_eq!(ended(0.5, 60, Rule::AtOnce), 60);
        assert_eq!(ended(1.0, 10, Rule::OneLookLater), 10);
        assert_eq!(ended(2.0, 60, Rule::AtOnce), 8);
    }
}
