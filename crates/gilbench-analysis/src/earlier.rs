//! A run beside earlier ones: what differs between two, and which of several it is compared with.
//!
//! Not responsible for the comparison itself, which is [`compare`](crate::compare)'s, nor for what many runs show in a
//! row, which is [`history`](crate::history)'s.

use std::collections::{BTreeMap, BTreeSet};

use gilbench_model::Name;
use gilbench_model::machine::Machine;
use gilbench_model::run_directory::Run;
use gilbench_model::workload::Digest;
use serde::{Deserialize, Serialize};

use crate::compare::{Compared, across};
use crate::history::{History, Past, history};
use crate::statistics::EQUIVALENCE_BAND;

/// What earlier runs add to one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Earlier {
    /// The run against one of them.
    pub comparison: Comparison,
    /// The run after all of them.
    pub history: History,
}

impl Earlier {
    /// What `past`, in any order, adds to a run. `nearest` is that of them that [`nearest`] names.
    pub fn new(run: &Run, past: Vec<Past>, nearest: &Run) -> Self {
        Self { comparison: Comparison::of(nearest, run), history: history(run, past) }
    }
}

/// A run against an earlier one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// As `gilbench compare EARLIER RUN` has it: the earlier run is the first of two.
    pub compared: Compared,
    /// Everything in which the two could differ, whether they do or not.
    pub aspects: Vec<Aspect>,
}

impl Comparison {
    fn of(earlier: &Run, run: &Run) -> Self {
        Self {
            compared: across(earlier, &[run], None, EQUIVALENCE_BAND),
            aspects: Identity::of(run).against(&Identity::of(earlier)),
        }
    }
}

/// Index of the run that another is compared with: of those with a time of one of its cases, the latest of the same
/// machine and suite, else the latest of the same machine, else the latest; where none has one, the same of all. `None` of
/// none.
pub fn nearest(run: &Run, past: &[Past]) -> Option<usize> {
    let this = Identity::of(run);
    let asked_for = || run.plan.cases.iter().filter(|case| case.is_measured());
    let rank = |past: &Past| {
        let shares = asked_for().any(|case| past.has_time(&case.id));
        let machine = past.identity.machine.differences(&this.machine).is_empty();
        (shares, machine, machine && past.identity.suite == this.suite, past.planned_ms)
    };
    (0..past.len()).max_by_key(|&index| rank(&past[index]))
}

/// What makes a run comparable with another: with what, where and of what it was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Identity {
    /// Version of gilbench.
    pub gilbench: String,
    /// The suite.
    pub suite: Name,
    /// Its plan's seed.
    pub seed: u64,
    /// Digest of the definitions and scripts that were measured.
    pub definitions: Digest,
    /// The machine.
    pub machine: Machine,
    /// The interpreters that the plan has, with their versions where they are known.
    pub interpreters: BTreeMap<Name, Option<String>>,
}

/// A part of what makes a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aspect {
    /// Which part it is.
    pub part: Part,
    /// What it was in the earlier run; `null` where that had none, or it is not known.
    pub before: Option<String>,
    /// What it is in the later one.
    pub now: Option<String>,
}

/// Which part an [`Aspect`] is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "name")]
pub enum Part {
    /// Version of gilbench.
    Gilbench,
    /// Suite.
    Suite,
    /// Seed of the plan.
    Seed,
    /// Digest of the definitions.
    Definitions,
    /// A part of the machine.
    Machine(String),
    /// An interpreter's version.
    Interpreter(Name),
}

impl Aspect {
    /// Whether both runs have the same.
    pub fn is_same(&self) -> bool {
        self.before == self.now
    }
}

impl Identity {
    /// That of a run.
    pub fn of(run: &Run) -> Self {
        let (plan, environment) = (&run.plan, &run.environment);
        let names: BTreeSet<&Name> = plan.cases.iter().map(|case| &case.interpreter).collect();
        let version = |name: &Name| {
            let state = environment.interpreters.iter().find(|state| state.id == *name);
            state.and_then(|state| state.version.clone())
        };
        Self {
            gilbench: environment.gilbench.clone(),
            suite: plan.suite.clone(),
            seed: plan.seed,
            definitions: plan.definitions.clone(),
            machine: environment.machine.clone(),
            interpreters: names.into_iter().map(|name| (name.clone(), version(name))).collect(),
        }
    }

    /// What it is beside what it was. Parts of the machine that are the same in both are one aspect together.
    pub fn against(&self, before: &Self) -> Vec<Aspect> {
        let aspect = |part, before: Option<String>, now: Option<String>| Aspect { part, before, now };
        let machine = |name: &str| Part::Machine(name.to_owned());
        let mut aspects = vec![
            aspect(Part::Gilbench, Some(before.gilbench.clone()), Some(self.gilbench.clone())),
            aspect(Part::Suite, Some(before.suite.to_string()), Some(self.suite.to_string())),
            aspect(
                Part::Definitions,
                Some(before.definitions.as_str().to_owned()),
                Some(self.definitions.as_str().to_owned()),
            ),
            aspect(Part::Seed, Some(before.seed.to_string()), Some(self.seed.to_string())),
        ];
        let differences = self.machine.differences(&before.machine);
        if differences.is_empty() {
            let model = &self.machine.cpu_model;
            aspects.push(aspect(machine("CPUs"), model.clone(), model.clone()));
        }
        aspects.extend(
            differences.into_iter().map(|(part, there, here)| aspect(machine(part), Some(there), Some(here))),
        );
        for (part, of) in [
            ("kernel", (|machine| machine.kernel.clone()) as fn(&Machine) -> Option<String>),
            ("governor", |machine| machine.governor.clone()),
        ] {
            aspects.push(aspect(machine(part), of(&before.machine), of(&self.machine)));
        }
        let names: BTreeSet<&Name> = before.interpreters.keys().chain(self.interpreters.keys()).collect();
        aspects.extend(names.into_iter().map(|name| {
            let of = |side: &Self| {
                let version = side.interpreters.get(name)?;
                Some(version.clone().unwrap_or_else(|| "of unknown version".to_owned()))
            };
            aspect(Part::Interpreter(name.clone()), of(before), of(self))
        }));
        aspects
    }
}
