//! Claims of the article and the predicates that decide them: `workloads/claims.yaml`.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Name;
use crate::condition::{Affinity, Gil, Omp, Quota, StartMethod, Workers};

/// The whole file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    /// What the article proposes, in its order.
    #[serde(default)]
    pub fixes: Vec<Fix>,
    /// In the order of the article.
    pub claims: Vec<Claim>,
}

/// A remedy that the article proposes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fix {
    /// What a claim names it by.
    pub id: Name,
    /// What to do, in a few words.
    pub title: String,
}

/// A statement of the article, and what decides it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// `c01` … `c90`.
    pub id: Name,
    /// Where it stands in the article.
    pub place: String,
    /// The fixes that it speaks of, by their ids: that they work, what they cost, where they do not.
    #[serde(default)]
    pub fixes: Vec<Name>,
    /// The statement, in our words.
    pub statement: String,
    /// What could decide it.
    #[serde(default)]
    pub kind: Kind,
    /// What would have to be seen to call it refuted, in words; `null` where nothing could be seen.
    #[serde(default)]
    pub refuted_if_seen: Option<String>,
    /// The comparisons that decide it, on each interpreter. None unless its kind says that there are some.
    #[serde(default)]
    pub tests: Vec<Test>,
    /// What is said in its place where it does not hold or holds in part, with `{placeholders}` for figures of the run:
    /// see [`Claim::placeholders`].
    #[serde(default)]
    pub correction: Option<String>,
    /// Why no comparison of this machine decides it.
    #[serde(default)]
    pub because: Option<String>,
    /// Cases that inform who has to judge for themselves.
    #[serde(default)]
    pub bears_on: Vec<Selector>,
    /// What would decide it on another machine: a command, or what to do.
    #[serde(default)]
    pub decided_by: Option<String>,
}

/// What could decide a claim.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Times, or other numbers that vary from process to process.
    #[default]
    Measured,
    /// What an interpreter does, exactly.
    Behaviour,
    /// Nothing: it is a matter of judgement.
    Opinion,
    /// Documents: what was released, decided or intended when.
    History,
    /// A machine of another kind than this one.
    OtherHardware,
}

impl Kind {
    /// Whether comparisons of a run decide it.
    pub fn is_tested(self) -> bool {
        matches!(self, Self::Measured | Self::Behaviour)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Measured => "measured",
            Self::Behaviour => "behaviour",
            Self::Opinion => "opinion",
            Self::History => "history",
            Self::OtherHardware => "other hardware",
        })
    }
}

/// A place for a figure in a correction: `{name}` or `{name:interpreter}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placeholder<'a> {
    /// What the figure takes the place of, with its braces.
    pub text: &'a str,
    /// The test, by its name; [`FIRST_TEST`] for the first.
    pub test: &'a str,
    /// The interpreter; `None` for all of them.
    pub interpreter: Option<&'a str>,
}

/// The first test of a claim, in its correction.
pub const FIRST_TEST: &str = "value";

impl Claim {
    /// The places for figures in the correction, in order.
    pub fn placeholders(&self) -> impl Iterator<Item = Placeholder<'_>> {
        let text = self.correction.as_deref().unwrap_or_default();
        text.match_indices('{').filter_map(|(start, _)| {
            let text = &text[start..=start + text[start..].find('}')?];
            let inner = &text[1..text.len() - 1];
            let (test, interpreter) =
                inner.split_once(':').map_or((inner, None), |(test, id)| (test, Some(id)));
            Some(Placeholder { text, test, interpreter })
        })
    }

    /// The test that a placeholder means, by its position.
    pub fn test_named(&self, name: &str) -> Option<usize> {
        let named = |test: &Test| test.name.as_ref().is_some_and(|found| *found == *name);
        self.tests
            .iter()
            .position(named)
            .or_else(|| (name == FIRST_TEST && !self.tests.is_empty()).then_some(0))
    }
}

/// One comparison and the thresholds on it.
///
/// Confirmed when the whole interval satisfies `confirmed`, refuted when the whole interval satisfies
/// `refuted`, inconclusive otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Test {
    /// How the correction refers to it.
    #[serde(default)]
    pub name: Option<Name>,
    /// What is measured.
    pub measure: Measure,
    /// The name of the observation, for measures of observations.
    #[serde(default)]
    pub observation: Option<Name>,
    /// What numbers of the observation stand for, where they are no count: `{0: "no", 1: "yes"}`.
    #[serde(default)]
    pub words: BTreeMap<i64, String>,
    /// The cases that the statement is about.
    pub case: Selector,
    /// What they are compared with; what is left out is as in the case.
    #[serde(default)]
    pub against: Option<Selector>,
    /// Whether both interpreters must be built alike (same version, compiler, optimisation) but for the GIL.
    #[serde(default)]
    pub built_alike: bool,
    /// The range that confirms the statement.
    pub confirmed: Range,
    /// The range that refutes it. Left out: everything outside `confirmed`.
    #[serde(default)]
    pub refuted: Option<Range>,
}

/// A number formed from one or two cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// Time of the case over time of what it is compared with.
    TimeRatio,
    /// The inverse: how many times faster the case is.
    SpeedUp,
    /// Speed-up over the number of workers or effective CPUs, whichever is smaller.
    Efficiency,
    /// CPU seconds over wall seconds of the case alone: the number of CPUs kept busy.
    CpuPerWall,
    /// A number that the worker observed: the least and the most of all steady iterations.
    Observation,
    /// The observed number of the case over that of what it is compared with.
    ObservationRatio,
}

impl Measure {
    /// Whether it compares times of steady iterations.
    pub fn is_of_times(self) -> bool {
        matches!(self, Self::TimeRatio | Self::SpeedUp | Self::Efficiency)
    }

    /// Whether it compares two cases.
    pub fn is_of_two(self) -> bool {
        self.is_of_times() || self == Self::ObservationRatio
    }

    /// Whether it is of numbers that the worker observed.
    pub fn is_of_observations(self) -> bool {
        matches!(self, Self::Observation | Self::ObservationRatio)
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TimeRatio => "time ratio",
            Self::SpeedUp => "speed-up",
            Self::Efficiency => "efficiency",
            Self::CpuPerWall => "CPU seconds per second",
            Self::Observation => "observation",
            Self::ObservationRatio => "observation ratio",
        })
    }
}

/// Picks cases of a run. What is left out matches every value, but for the size, which is `default`, and
/// for omp, affinity, GIL and quota, which are neutral.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Selector {
    /// The workload.
    #[serde(default)]
    pub workload: Option<Name>,
    /// The strategy.
    #[serde(default)]
    pub strategy: Option<Name>,
    /// The interpreter; left out: each one but the native baseline.
    #[serde(default)]
    pub interpreter: Option<Name>,
    /// Sizes in order of preference: the first that the run has of an interpreter is used there.
    #[serde(default)]
    pub size: Option<Vec<Name>>,
    /// The number of workers.
    #[serde(default)]
    pub workers: Option<Workers>,
    /// Library threads.
    #[serde(default)]
    pub omp: Option<Omp>,
    /// The CPU set.
    #[serde(default)]
    pub affinity: Option<Affinity>,
    /// The GIL state.
    #[serde(default)]
    pub gil: Option<Gil>,
    /// The start method.
    #[serde(default)]
    pub start_method: Option<StartMethod>,
    /// The CFS quota.
    #[serde(default)]
    pub quota: Option<Quota>,
    /// The phase whose time counts. Left out, of what a case is compared with too: the whole iteration.
    #[serde(default)]
    pub phase: Option<Name>,
}

impl fmt::Display for Selector {
    /// `sum-squares/threads/cpython-3.12 workers=cpus size=default|brief`; what is left out is a `*` or not named.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |name: &Option<Name>| name.as_ref().map_or_else(|| "*".to_owned(), ToString::to_string);
        write!(f, "{}/{}/{}", part(&self.workload), part(&self.strategy), part(&self.interpreter))?;
        let sizes =
            self.size.as_ref().map(|sizes| sizes.iter().map(Name::as_str).collect::<Vec<_>>().join("|"));
        let conditions = [
            ("workers", self.workers.map(|workers| workers.to_string())),
            ("size", sizes),
            ("omp", self.omp.map(|omp| omp.to_string())),
            ("affinity", self.affinity.as_ref().map(ToString::to_string)),
            ("gil", self.gil.map(|gil| gil.to_string())),
            ("start", self.start_method.map(|method| method.to_string())),
            ("quota", self.quota.map(|quota| quota.to_string())),
            ("phase", self.phase.as_ref().map(ToString::to_string)),
        ];
        for (name, value) in conditions {
            if let Some(value) = value {
                write!(f, " {name}={value}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Test {
    /// `time ratio of a/b/* workers=2 over */sequential/*: at least 3 confirms, at most 1.5 refutes`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.measure)?;
        if let Some(name) = &self.observation {
            write!(f, " {name}")?;
        }
        write!(f, " of {}", self.case)?;
        if let Some(against) = &self.against {
            write!(f, " over {against}")?;
        }
        write!(f, ": {} confirms", self.confirmed)?;
        match self.refuted {
            Some(refuted) => write!(f, ", {refuted} refutes"),
            None => write!(f, ", anything else refutes"),
        }?;
        write!(f, "{}", Legend(&self.words))
    }
}

/// What numbers stand for, behind what is said of them: `; 0 is no, 1 is yes`. Nothing where they are only numbers.
#[derive(Clone, Copy, Debug)]
pub struct Legend<'a>(pub &'a BTreeMap<i64, String>);

impl fmt::Display for Legend<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (number, word)) in self.0.iter().enumerate() {
            write!(f, "{} {number} is {word}", if place == 0 { ";" } else { "," })?;
        }
        Ok(())
    }
}

/// A closed range, open on the side that is left out.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// Smallest value inside.
    #[serde(default)]
    pub at_least: Option<f64>,
    /// Largest value inside.
    #[serde(default)]
    pub at_most: Option<f64>,
}

impl Range {
    /// Whether all of `low..=high` lies inside.
    pub fn contains_all(&self, low: f64, high: f64) -> bool {
        self.at_least.is_none_or(|least| low >= least) && self.at_most.is_none_or(|most| high <= most)
    }

    /// Whether some number lies in both.
    pub fn meets(&self, other: &Self) -> bool {
        let least = self.at_least.into_iter().chain(other.at_least).fold(f64::NEG_INFINITY, f64::max);
        let most = self.at_most.into_iter().chain(other.at_most).fold(f64::INFINITY, f64::min);
        least <= most
    }

    /// Whether all of `low..=high` lies outside.
    pub fn contains_none(&self, low: f64, high: f64) -> bool {
        self.at_least.is_some_and(|least| high < least) || self.at_most.is_some_and(|most| low > most)
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.at_least, self.at_most) {
            (Some(least), Some(most)) => write!(f, "from {least} to {most}"),
            (Some(least), None) => write!(f, "at least {least}"),
            (None, Some(most)) => write!(f, "at most {most}"),
            (None, None) => f.write_str("anything"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_on_the_edge_is_neither_inside_nor_outside() {
        let range = Range { at_least: None, at_most: Some(1.1) };
        assert!(range.contains_all(1.0, 1.1));
        assert!(range.contains_none(1.2, 1.3));
        assert!(!range.contains_all(1.0, 1.2) && !range.contains_none(1.0, 1.2));
    }
}
