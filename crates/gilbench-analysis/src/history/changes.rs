//! Where a case's time changed over the runs.
//!
//! The search is the one that finds the steady state of a process, see [`warm_up`](crate::warm_up): noise from
//! differences of runs near each other, runs out of line labelled and set aside, and the exact segments of least cost
//! among the others ([`Partition`]). Two things are done otherwise. A series of runs has no slow beginning, so its first
//! runs can be out of line as its last can, and at either end three that agree are a level. And a change has to last: a level of fewer than three runs joins the
//! neighbour that it is nearer to, and neighbours that differ by no more than the band are one level. That the
//! machine drifts within a level is no change; where its noise lasts for several runs, changes can be found that it made.
//! How often one is found where there is none is counted by `tests/history.rs`.

use serde::{Deserialize, Serialize};

use crate::earlier::Aspect;
use crate::statistics::{Estimate, Partition, median, unpaired_ratio};
use crate::warm_up::{
    FEWEST_OF_A_LEVEL, LEAST_ITERATIONS, LEAST_NOISE, NEIGHBOURS, NOISE_OF_A_LEVEL, PENALTY, SAME_LEVEL,
    is_outlier, noise,
};

/// The fewest runs in which changes are searched for, as of iterations of a process.
pub const LEAST_RUNS: usize = LEAST_ITERATIONS;

/// What the search for changes came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "outcome")]
pub enum Search {
    /// Too few runs have a time at the present pace.
    TooFew {
        /// How many have.
        runs: usize,
        /// How many are needed.
        needed: usize,
    },
    /// It was searched.
    Searched {
        /// The runs that took part.
        runs: usize,
        /// The usual difference of a run from its level: a standard deviation of logarithms.
        noise: f64,
        /// Where it changed, in order; empty where it did not.
        changes: Vec<Change>,
    },
}

impl Search {
    /// The changes that were found.
    pub fn changes(&self) -> &[Change] {
        match self {
            Self::TooFew { .. } => &[],
            Self::Searched { changes, .. } => changes,
        }
    }

    pub(super) fn changes_mut(&mut self) -> &mut [Change] {
        match self {
            Self::TooFew { .. } => &mut [],
            Self::Searched { changes, .. } => changes,
        }
    }
}

/// From one level to the next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Index of the last run of the level before.
    pub last_before: usize,
    /// Index of the first run of the level after.
    pub first_after: usize,
    /// The level after over the level before: geometric means of the times at the present pace.
    pub ratio: f64,
    /// The median ratio with its interval, where both levels have runs enough. The place was chosen for being the
    /// clearest, which this interval does not know.
    pub estimate: Option<Estimate>,
    /// What else is not the same in the two runs.
    pub besides: Vec<Aspect>,
}

impl Change {
    /// The one number that is shown where there is room for no more.
    pub fn point(&self) -> f64 {
        self.estimate.map_or(self.ratio, |estimate| estimate.point)
    }
}

/// The rule in a sentence or two, with its figures.
pub fn rule() -> String {
    format!(
        "Changes are searched for where at least {LEAST_RUNS} runs have a time, in the logarithms of the times at this \
         run's pace: the segments of least cost (PELT, normal likelihood of mean and variance, a penalty of {PENALTY} \
         times the logarithm of the number of runs for each change, no segment taken to be quieter than the noise \
         between neighbouring runs or {} %). Runs out of line are set aside first. A level has at least \
         {FEWEST_OF_A_LEVEL} runs, and levels that differ by less than {} %, or twice the noise, are one.",
        LEAST_NOISE * 100.0,
        SAME_LEVEL * 100.0
    )
}

/// Searches a series of times, each with the index of its run; also says which runs are out of line.
///
/// Times are positive and in one unit. What else changed where something did is not known here.
pub fn search(series: &[(usize, f64)]) -> (Search, Vec<usize>) {
    let too_few = || (Search::TooFew { runs: series.len(), needed: LEAST_RUNS }, Vec::new());
    if series.len() < LEAST_RUNS {
        return too_few();
    }
    let logs: Vec<f64> = series.iter().map(|(_, time)| time.ln()).collect();
    let Some(noise) = noise(&logs).map(|noise| noise.max(LEAST_NOISE)) else { return too_few() };
    let penalty = PENALTY * (logs.len() as f64).ln();
    let (apart, kept): (Vec<usize>, Vec<usize>) =
        (0..logs.len()).partition(|&place| is_out_of_line(&logs, place, noise, penalty));
    let usual: Vec<f64> = kept.iter().map(|&place| logs[place]).collect();
    let Ok(ends) = (Partition { penalty, least_deviation: noise }).change_points(&usual) else {
        return too_few();
    };
    let band = (NOISE_OF_A_LEVEL * noise).max(SAME_LEVEL.ln_1p());
    let levels = levels(&usual, &ends, band);
    let changes = levels.windows(2).map(|pair| {
        let (before, after) = (&usual[pair[0].clone()], &usual[pair[1].clone()]);
        let times = |logs: &[f64]| logs.iter().map(|log| log.exp()).collect::<Vec<f64>>();
        Change {
            last_before: series[kept[pair[1].start - 1]].0,
            first_after: series[kept[pair[1].start]].0,
            ratio: (mean(after) - mean(before)).exp(),
            estimate: unpaired_ratio(&times(after), &times(before)).ok(),
            besides: Vec::new(),
        }
    });
    let search = Search::Searched { runs: series.len(), noise, changes: changes.collect() };
    (search, apart.into_iter().map(|place| series[place].0).collect())
}

/// Whether a run is out of line: as an iteration would be, and among the first ones as it would be from the other end.
/// The two at an end have too few beyond them; they are not out of line if the third is where they are, for three are a
/// level.
fn is_out_of_line(logs: &[f64], place: usize, noise: f64, penalty: f64) -> bool {
    let backwards: Vec<f64> = logs.iter().rev().copied().collect();
    let (logs, place) =
        if place + 1 < FEWEST_OF_A_LEVEL { (&backwards[..], logs.len() - 1 - place) } else { (logs, place) };
    let third = logs.len() - FEWEST_OF_A_LEVEL;
    let away = |at: usize| {
        let before = &logs[at.saturating_sub(NEIGHBOURS)..at];
        median(before).map_or(0.0, |usual| (logs[at] - usual) / noise)
    };
    let joins = || away(third).powi(2) > penalty && away(third).signum() == away(place).signum();
    is_outlier(logs, place, noise, penalty) && (place <= third || !joins())
}

/// The levels between change points, once what is too short or too near has been joined.
fn levels(usual: &[f64], change_points: &[usize], band: f64) -> Vec<std::ops::Range<usize>> {
    let begins = std::iter::once(0).chain(change_points.iter().copied());
    let ends = change_points.iter().copied().chain([usual.len()]);
    let mut levels: Vec<_> = begins.zip(ends).map(|(begin, end)| begin..end).collect();
    let gap = |levels: &[std::ops::Range<usize>], left: usize| {
        (mean(&usual[levels[left].clone()]) - mean(&usual[levels[left + 1].clone()])).abs()
    };
    let join = |levels: &mut Vec<std::ops::Range<usize>>, left: usize| {
        levels[left].end = levels.remove(left + 1).end;
    };
    while levels.len() > 1 {
        let Some(short) = (0..levels.len()).find(|&at| levels[at].len() < FEWEST_OF_A_LEVEL) else { break };
        let left = match short {
            0 => 0,
            last if last + 1 == levels.len() => last - 1,
            middle if gap(&levels, middle - 1) <= gap(&levels, middle) => middle - 1,
            middle => middle,
        };
        join(&mut levels, left);
    }
    while let Some(left) = (0..levels.len() - 1).min_by(|&a, &b| gap(&levels, a).total_cmp(&gap(&levels, b)))
    {
        if gap(&levels, left) > band {
            break;
        }
        join(&mut levels, left);
    }
    levels
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Noise of about half a percent that has no pattern over a few runs.
    fn wobble(index: usize) -> f64 {
        1.0 + 0.01 * ((index * 7 % 11) as f64 / 10.0 - 0.5)
    }

    fn series(levels: &[(usize, f64)]) -> Vec<(usize, f64)> {
        let level = levels.iter().flat_map(|(count, level)| std::iter::repeat_n(*level, *count));
        level.enumerate().map(|(index, level)| (index, level * wobble(index))).collect()
    }

    fn found(series: &[(usize, f64)]) -> (Vec<usize>, Vec<usize>) {
        let (search, apart) = search(series);
        (search.changes().iter().map(|change| change.first_after).collect(), apart)
    }

    #[test]
    fn a_change_that_lasts_is_found_where_it_is_with_its_size() {
        let (search, apart) = search(&series(&[(15, 1.0), (15, 1.12)]));
        let [change] = search.changes() else { panic!("{search:?}") };
        assert_eq!((change.last_before, change.first_after, apart), (14, 15, vec![]));
        assert!((change.ratio - 1.12).abs() < 0.004, "{change:?}");
        assert!(change.estimate.is_some_and(|found| found.contains(1.12)), "{change:?}");
        assert_eq!(found(&series(&[(10, 1.0), (10, 0.8), (10, 1.0)])).0, [10, 20]);
    }

    #[test]
    fn nothing_is_found_where_nothing_changes_or_too_little_to_matter() {
        assert_eq!(found(&series(&[(30, 0.2)])), (vec![], vec![]));
        assert_eq!(found(&series(&[(15, 1.0), (15, 1.02)])).0, [0; 0]);
    }

    #[test]
    fn one_or_two_runs_out_of_line_are_said_and_are_no_change() {
        for place in [0, 12, 29] {
            let mut runs = series(&[(30, 1.0)]);
            runs[place].1 *= 1.4;
            assert_eq!(found(&runs), (vec![], vec![place]));
        }
        assert_eq!(found(&series(&[(28, 1.0), (2, 1.4)])), (vec![], vec![28, 29]));
        assert_eq!(found(&series(&[(27, 1.0), (3, 1.4)])).0, [27], "three are a level");
    }

    #[test]
    fn runs_keep_their_numbers_where_some_are_missing() {
        let runs: Vec<_> =
            series(&[(12, 1.0), (12, 1.3)]).into_iter().map(|(index, time)| (2 * index + 1, time)).collect();
        let (search, _) = search(&runs);
        assert_eq!((search.changes()[0].last_before, search.changes()[0].first_after), (23, 25));
    }

    #[test]
    fn a_level_with_few_runs_has_a_ratio_without_an_interval() {
        let (search, _) = search(&series(&[(20, 1.0), (4, 1.5)]));
        let [change] = search.changes() else { panic!("{search:?}") };
        assert!(change.estimate.is_none() && (change.ratio - 1.5).abs() < 0.01, "{change:?}");
    }

    #[test]
    fn too_few_runs_are_said() {
        let (search, _) = search(&series(&[(9, 1.0)]));
        assert_eq!(search, Search::TooFew { runs: 9, needed: 10 });
    }
}
