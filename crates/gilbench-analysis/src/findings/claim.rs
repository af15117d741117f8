//! What a run says of claims.

use std::collections::BTreeMap;

use gilbench_model::Name;
use gilbench_model::claim::{Kind, Measure, Range};
use serde::{Deserialize, Serialize};

use crate::statistics::{Estimate, FALSE_DISCOVERY_RATE};

/// A verdict on a claim, for one interpreter or as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It holds.
    Confirmed,
    /// It does not hold.
    Refuted,
    /// It holds for some interpreters or conditions, not for others.
    Partly,
    /// The measurement does not decide it.
    Inconclusive,
    /// It was not measured.
    Untestable,
    /// It is not a matter of measurement.
    Opinion,
}

impl Verdict {
    /// The word in every file, table and page.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Refuted => "refuted",
            Self::Partly => "partly",
            Self::Inconclusive => "inconclusive",
            Self::Untestable => "untestable",
            Self::Opinion => "opinion",
        }
    }
}

/// What a run says about a claim. The shape of `gilbench claims --format json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClaimFinding {
    /// `c01` … `c90`.
    pub id: Name,
    /// What could decide it.
    #[serde(default)]
    pub kind: Kind,
    /// The statement, in our words.
    pub statement: String,
    /// Where it stands in the article.
    pub place: String,
    /// The fixes that it speaks of, by their ids.
    #[serde(default)]
    pub fixes: Vec<Name>,
    /// What would have to be seen to call it refuted; `null` where nothing could be seen.
    pub refuted_if_seen: Option<String>,
    /// Over all interpreters.
    pub verdict: Verdict,
    /// Why it is not decided.
    pub reason: Option<String>,
    /// The statement put right, with figures of the run; `null` unless it is refuted or holds in part.
    pub correction: Option<String>,
    /// Ids of cases that inform who has to judge for themselves.
    #[serde(default)]
    pub bears_on: Vec<String>,
    /// What would decide it on another machine.
    #[serde(default)]
    pub decided_by: Option<String>,
    /// Interpreter by interpreter.
    pub interpreters: Vec<InterpreterFinding>,
    /// How many comparisons it rests on.
    pub counts: ComparisonCounts,
}

impl ClaimFinding {
    /// The reason, unless an interpreter gives the same one: for who shows both.
    pub fn overall_reason(&self) -> Option<&str> {
        let said = self.interpreters.iter().any(|finding| finding.reason == self.reason);
        self.reason.as_deref().filter(|_| !said)
    }
}

/// What a run says about a claim on one interpreter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InterpreterFinding {
    /// The interpreter.
    pub interpreter: Name,
    /// Over its comparisons.
    pub verdict: Verdict,
    /// Why it is not decided.
    pub reason: Option<String>,
    /// The number of the comparison that shows the verdict: see [`Self::shown`].
    pub estimate: Option<RatioFinding>,
    /// Ids of all cases that were used.
    pub cases: Vec<String>,
    /// Each comparison.
    pub comparisons: Vec<Comparison>,
}

impl InterpreterFinding {
    /// The comparison that shows the verdict: the first that came to it, of one that holds in part the first that does
    /// not, and else the first that has a number.
    pub fn shown(&self) -> Option<&Comparison> {
        let wanted = if self.verdict == Verdict::Partly { Verdict::Refuted } else { self.verdict };
        let numbers = || self.comparisons.iter().filter(|comparison| comparison.estimate.is_some());
        numbers().find(|comparison| comparison.verdict == wanted).or_else(|| numbers().next())
    }
}

/// A ratio and its interval, in the names of the JSON contract.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RatioFinding {
    /// The ratio.
    pub ratio: f64,
    /// Lower end of its 95 % interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl From<Estimate> for RatioFinding {
    fn from(estimate: Estimate) -> Self {
        Self { ratio: estimate.point, low: estimate.low, high: estimate.high }
    }
}

/// One comparison and what it decides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// Which of the claim's tests it is, from 0.
    #[serde(default)]
    pub test: usize,
    /// What was measured.
    pub measure: Measure,
    /// What of the cases counts, where it is not their whole iterations: a phase, or an observation.
    #[serde(default)]
    pub part: Option<String>,
    /// What numbers of an observation stand for, where they are no count.
    #[serde(default)]
    pub words: BTreeMap<i64, String>,
    /// Id of the case.
    pub case: String,
    /// Id of the case that it is compared with.
    pub against: Option<String>,
    /// The number, with its interval.
    pub estimate: Option<Estimate>,
    /// The range that confirms the claim.
    pub confirmed: Range,
    /// The range that refutes it; `null` for everything else.
    pub refuted: Option<Range>,
    /// The chance of rounds that decide as clearly by noise alone; `null` for an exact count, and where nothing can be
    /// decided whatever the number is.
    pub p_value: Option<f64>,
    /// The same, adjusted for the number of comparisons of the run.
    pub adjusted_p_value: Option<f64>,
    /// Whether the number is told from its thresholds at 5 %, with the adjusted p-value; `null` without one.
    pub significant: Option<bool>,
    /// Whether the difference of two cases matters: true if the whole interval lies outside the band of ±3 % around
    /// 1, false if wholly within it, `null` if it reaches across an edge or is of no two times.
    pub relevant: Option<bool>,
    /// The least difference, as a share, that rounds like these would find four times in five.
    pub minimum_detectable_effect: Option<f64>,
    /// What follows.
    pub verdict: Verdict,
    /// Why it is not decided.
    pub reason: Option<String>,
    /// What to know of a number that decides all the same.
    #[serde(default)]
    pub caveat: Option<String>,
}

/// How many comparisons there are, and how many of them find something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComparisonCounts {
    /// Comparisons, with or without a number.
    pub made: u32,
    /// Those of them with a p-value: they can decide something, and are no counts.
    pub tested: u32,
    /// Those of them that would be significant if each were the only one.
    pub significant_alone: u32,
    /// Those that are significant among all of the run.
    pub significant: u32,
}

impl ComparisonCounts {
    /// Counts comparisons.
    pub fn of<'a>(comparisons: impl IntoIterator<Item = &'a Comparison>) -> Self {
        let mut counts = Self::default();
        for comparison in comparisons {
            counts.made += 1;
            counts.tested += u32::from(comparison.p_value.is_some());
            counts.significant_alone +=
                u32::from(comparison.p_value.is_some_and(|p_value| p_value <= FALSE_DISCOVERY_RATE));
            counts.significant += u32::from(comparison.significant == Some(true));
        }
        counts
    }
}
