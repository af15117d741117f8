//! Suite definitions: `workloads/suites/<name>.yaml`.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::Name;
use crate::condition::{Affinity, Gil, Omp, Quota, StartMethod, Workers};
use crate::units::{Fraction, duration_text};

/// What to measure, and how precisely.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suite {
    /// Its name; the file's stem.
    pub name: Name,
    /// What it is for, in a sentence.
    pub summary: String,
    /// Rounds, precision and limits.
    pub profile: Profile,
    /// The interpreters to measure.
    pub interpreters: Selection,
    /// Measure each of them in a container too, where that can be done: rows of their own.
    #[serde(default)]
    pub containers: bool,
    /// Another suite, whose groups come before its own.
    #[serde(default)]
    pub extends: Option<Name>,
    /// The cases.
    #[serde(default)]
    pub groups: Vec<Group>,
    /// Which of its cases are watched too, once each, after all were measured.
    #[serde(default)]
    pub timelines: Vec<Watched>,
}

impl Suite {
    /// Whether any of it is measured in containers.
    pub fn uses_containers(&self) -> bool {
        self.containers || self.groups.iter().any(|group| group.in_containers)
    }

    /// Whether it measures the interpreter with this id in a container.
    pub fn contains(&self, id: &Name) -> bool {
        let of_group =
            |group: &Group| group.interpreters.as_ref().is_none_or(|interpreters| interpreters.contains(id));
        self.containers || self.groups.iter().any(|group| group.in_containers && of_group(group))
    }
}

/// Every interpreter that has a definition, or a list of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "SelectionText", into = "SelectionText")]
pub enum Selection {
    /// All that have a definition and can be found; those that are missing are left out.
    Found,
    /// Exactly these; one that is missing is shown as skipped.
    These(Vec<Name>),
}

#[derive(Serialize)]
#[serde(untagged)]
enum SelectionText {
    Word(String),
    List(Vec<Name>),
}

impl<'de> Deserialize<'de> for SelectionText {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = SelectionText;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("`found` or a list of interpreters")
            }
            fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<SelectionText, E> {
                Ok(SelectionText::Word(word.to_owned()))
            }
            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut list: A) -> Result<SelectionText, A::Error> {
                let mut names = Vec::new();
                while let Some(name) = list.next_element()? {
                    names.push(name);
                }
                Ok(SelectionText::List(names))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl TryFrom<SelectionText> for Selection {
    type Error = String;

    fn try_from(text: SelectionText) -> Result<Self, String> {
        match text {
            SelectionText::Word(word) if word == "found" => Ok(Self::Found),
            SelectionText::Word(word) => {
                Err(format!("found `{word}`, expected `found` or a list of interpreters"))
            }
            SelectionText::List(list) => Ok(Self::These(list)),
        }
    }
}

impl From<Selection> for SelectionText {
    fn from(selection: Selection) -> Self {
        match selection {
            Selection::Found => Self::Word("found".into()),
            Selection::These(list) => Self::List(list),
        }
    }
}

/// How precisely to measure, and what may be spent on it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// A case has at least and at most so many rounds.
    pub rounds: Rounds,
    /// A case ends when the half-width of the intervals of its ratios to its partners is at most this, on the log scale;
    /// without partners, when that of its time's interval is at most this share of the time.
    pub target: Fraction,
    /// A case ends when its processes have taken this long in all, with its part of what ended partners took for it.
    #[serde(with = "duration_text")]
    pub case_time: Duration,
    /// A process is killed after this time.
    #[serde(with = "duration_text")]
    pub timeout: Duration,
    /// Iterations of one process.
    pub iterations: Iterations,
}

/// Least and most rounds of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rounds {
    /// Least.
    pub least: u32,
    /// Most.
    pub most: u32,
}

/// How the pilot sets the number of iterations of a case's processes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Iterations {
    /// At most so many.
    pub most: u32,
    /// As many as fit into this time, but at least one.
    #[serde(with = "duration_text")]
    pub time: Duration,
    /// At least so many where the interpreter compiles while it runs.
    pub least_with_jit: u32,
    /// Other limits where the interpreter compiles while it runs, which takes time before it saves any.
    #[serde(default)]
    pub with_jit: Option<Room>,
}

impl Iterations {
    /// The limits of a pilot.
    pub fn room(&self, jit: bool) -> Room {
        self.with_jit.filter(|_| jit).unwrap_or(Room { most: self.most, time: self.time })
    }
}

/// Limits of a pilot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Room {
    /// At most so many iterations.
    pub most: u32,
    /// No iteration begins after this time.
    #[serde(with = "duration_text")]
    pub time: Duration,
}

/// Cases of one workload: strategies × axes, less what is excluded, plus what is included.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// The workload.
    pub workload: Name,
    /// Its strategies; all of them if left out.
    #[serde(default)]
    pub strategies: Option<Vec<Name>>,
    /// Only these of the suite's interpreters.
    #[serde(default)]
    pub interpreters: Option<Vec<Name>>,
    /// Measured in containers, and not on the machine itself.
    #[serde(default)]
    pub in_containers: bool,
    /// What varies.
    #[serde(default)]
    pub axes: Axes,
    /// Combinations to leave out.
    #[serde(default)]
    pub exclude: Vec<Pattern>,
    /// Combinations to add.
    #[serde(default)]
    pub include: Vec<Pattern>,
    /// Measured cold: each process runs one iteration, and hyperfine, where it is installed, times the very
    /// same processes.
    #[serde(default)]
    pub cold: bool,
}

/// Cases of one workload that are watched too: those of the suite that have one of the values that are listed. What is
/// left out matches anything.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Watched {
    /// The workload.
    pub workload: Name,
    /// Its strategies.
    #[serde(default)]
    pub strategies: Option<Vec<Name>>,
    /// The interpreters.
    #[serde(default)]
    pub interpreters: Option<Vec<Name>>,
    /// The values of axes.
    #[serde(default)]
    pub axes: Axes,
}

/// The values of each axis. An axis that is left out has one neutral value.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Axes {
    /// Names of the workload's sizes.
    #[serde(default)]
    pub size: Option<Vec<Name>>,
    /// Numbers of workers.
    #[serde(default)]
    pub workers: Option<Vec<Workers>>,
    /// Library threads.
    #[serde(default)]
    pub omp: Option<Vec<Omp>>,
    /// CPU sets.
    #[serde(default)]
    pub affinity: Option<Vec<Affinity>>,
    /// GIL states, where the interpreter can switch.
    #[serde(default)]
    pub gil: Option<Vec<Gil>>,
    /// Start methods, where the strategy starts processes.
    #[serde(default)]
    pub start_method: Option<Vec<StartMethod>>,
    /// CFS quotas, for interpreters in containers.
    #[serde(default)]
    pub quota: Option<Vec<Quota>>,
}

/// A combination, or part of one: what is left out matches anything (exclude) or is neutral (include).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pattern {
    /// The strategy.
    #[serde(default)]
    pub strategy: Option<Name>,
    /// The interpreter.
    #[serde(default)]
    pub interpreter: Option<Name>,
    /// The size.
    #[serde(default)]
    pub size: Option<Name>,
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
}
