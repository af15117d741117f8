//! What a comparison of runs or cases comes to, and how each row is decided.

use serde::{Deserialize, Serialize};

use super::calibration::Shift;
use crate::findings::NoiseFloor;
use crate::statistics::{Answer, Estimate, decide};

/// All that was compared. The shape of `gilbench compare --format json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Compared {
    /// Differences within this band do not matter, as a share of 1.
    pub band: f64,
    /// The runs; the first is the one that the others are compared with.
    pub runs: Vec<ComparedRun>,
    /// How far each calibration workload moved from the first run to another.
    pub calibration: Vec<Shift>,
    /// One for each pair, run after run, in the order of the plan.
    pub rows: Vec<Row>,
    /// How many rows have which verdict.
    pub counts: Counts,
}

/// A run that takes part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ComparedRun {
    /// Its directory.
    pub run: String,
    /// Its suite.
    pub suite: String,
    /// Version of gilbench that measured it.
    pub gilbench: String,
    /// Milliseconds of Unix time when it was planned.
    pub planned_ms: u64,
    /// Why it is not complete; `null` where it is.
    #[serde(default)]
    pub unfinished: Option<String>,
    /// How far one case lies from itself in it.
    pub noise_floor: Option<NoiseFloor>,
    /// By how much ratios of times to the first run were widened, as a share of 1; `null` for the first run, and where
    /// it is not known.
    pub shift: Option<f64>,
    /// Why its times are not compared with the first run's; `null` where they are.
    pub reason: Option<String>,
}

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Quantity {
    /// Seconds of a steady iteration.
    Steady,
    /// Seconds of a whole process.
    Whole,
    /// The time over that of the case's baseline in the same run: what is left where machines differ.
    TimeRatio,
}

impl Quantity {
    /// The word in every table and file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Steady => "steady",
            Self::Whole => "whole",
            Self::TimeRatio => "time-ratio",
        }
    }
}

/// A case beside what it is compared with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Index in `runs` of the case's run.
    pub run: usize,
    /// Id of the case.
    pub case: String,
    /// Id of the case that it is compared with: another one of its run, or the same one of the first.
    pub against: Option<String>,
    /// What `a`, `b` and their ratio are about.
    pub quantity: Quantity,
    /// What it is compared with.
    pub a: Option<Estimate>,
    /// The case itself.
    pub b: Option<Estimate>,
    /// `b` over `a`, as measured: below 1, the case takes less time.
    pub ratio: Option<Estimate>,
    /// The same with an interval as wide as the machine's moving makes it; `null` where nothing has to be widened.
    pub widened: Option<Estimate>,
    /// Successive rounds of one of them resemble each other more than chance allows: where rounds do not pair, the
    /// interval is too narrow then.
    pub drifting: bool,
    /// What follows.
    pub verdict: Answer,
    /// Whether the interval excludes 1; `null` where nothing can be said.
    pub significant: Option<bool>,
    /// Whether the difference matters: outside the band, inside, or, `null`, neither.
    pub relevant: Option<bool>,
    /// Why there is no ratio, or why nothing follows from it.
    pub reason: Option<String>,
}

impl Row {
    /// A row about which nothing is known yet.
    pub(super) fn new(run: usize, case: &str, quantity: Quantity) -> Self {
        Self {
            run,
            case: case.to_owned(),
            against: None,
            quantity,
            a: None,
            b: None,
            ratio: None,
            widened: None,
            drifting: false,
            verdict: Answer::Undecided,
            significant: None,
            relevant: None,
            reason: None,
        }
    }

    /// The ratio that decides: the widened one, where there is one.
    pub fn deciding(&self) -> Option<&Estimate> {
        self.widened.as_ref().or(self.ratio.as_ref())
    }
}

/// How many rows have which verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// The case takes less time.
    pub faster: usize,
    /// It takes more.
    pub slower: usize,
    /// It takes as much, as far as matters.
    pub equivalent: usize,
    /// Nothing follows, or nothing could be compared.
    pub undecided: usize,
}

impl Compared {
    /// Decides every row that nothing stands in the way of, and counts the verdicts.
    ///
    /// Each by its own interval: here, where all rows are known, is the place for what their number asks for.
    pub(super) fn decided(
        band: f64,
        runs: Vec<ComparedRun>,
        calibration: Vec<Shift>,
        mut rows: Vec<Row>,
    ) -> Self {
        for row in rows.iter_mut().filter(|row| row.reason.is_none()) {
            let Some(decision) = row.deciding().map(|ratio| decide(ratio, band)) else { continue };
            row.verdict = decision.answer;
            row.significant = Some(decision.significant);
            row.relevant = decision.relevant;
        }
        let count = |answer| rows.iter().filter(|row| row.verdict == answer).count();
        let counts = Counts {
            faster: count(Answer::Faster),
            slower: count(Answer::Slower),
            equivalent: count(Answer::Equivalent),
            undecided: count(Answer::Undecided),
        };
        Self { band, runs, calibration, rows, counts }
    }
}
