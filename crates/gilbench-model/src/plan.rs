//! The plan: the fully resolved list of cases that a run executes. `plan.json`.
//!
//! A plan is made once, from a suite, the interpreters that were found and what the machine allows; from
//! then on nothing is looked up again, so that a resumed run measures exactly what was begun.

mod controls;
mod definitions;
mod planner;
mod watched;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

pub use self::controls::calibrating;
pub(crate) use self::controls::can_calibrate;
pub use self::definitions::{definitions, python_files, sha256};
pub use self::planner::{PlanError, Planner};
use crate::interpreter::WorkerKind;
use crate::roofline::Roofline;
use crate::suite::Profile;
use crate::workload::{Bound, Digest, Parameter};
use crate::{Conditions, Name};

/// What a run executes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// [`crate::SCHEMA`].
    pub schema: u32,
    /// The suite that it was made from.
    pub suite: Name,
    /// Orders each round, and pads environments.
    pub seed: u64,
    /// Rounds, precision and limits.
    pub profile: Profile,
    /// Which iterations count as steady.
    #[serde(default)]
    pub steady: SteadyRule,
    /// SHA-256 of the definitions and scripts that are measured: runs with another one are not the same experiment.
    pub definitions: Digest,
    /// The workloads that occur, for whoever reads the run without the data folder.
    pub workloads: BTreeMap<Name, WorkloadSummary>,
    /// What is measured, in a fixed order.
    pub cases: Vec<Case>,
    /// Cases of which one more process is watched after the last round, by their index, ascending. None in older plans.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub timelines: Vec<u32>,
}

/// Which iterations of a process count as steady. Kept with the plan, so that a run never changes its values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SteadyRule {
    /// Those that the worker did not tag as warm-up. So in plans that say nothing.
    #[default]
    Tagged,
    /// Those of the steady state that the change points of a process show; where they show none, or the iterations are
    /// too few, those that the worker did not tag.
    Detected,
}

/// What a report says of a workload.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkloadSummary {
    /// A short title.
    pub title: String,
    /// What it shows.
    pub summary: String,
    /// What limits it.
    pub bound: Bound,
    /// Whether one of its strategies is the fastest way of doing the same; left out for true.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub race: bool,
    /// How its native time is read as a limit of the machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roofline: Option<Roofline>,
}

fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_yes(value: &bool) -> bool {
    *value
}

/// Workload × strategy × interpreter × conditions, with all that follows from them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Stable and readable: `sum-squares/threads/cpython-3.13t/workers=4`. That of a control ends in its role.
    pub id: String,
    /// The workload.
    pub workload: Name,
    /// The strategy.
    pub strategy: Name,
    /// The interpreter.
    pub interpreter: Name,
    /// Which side of the worker protocol it runs.
    pub worker: WorkerKind,
    /// Everything else that varies.
    pub conditions: Conditions,
    /// The size's parameters.
    pub parameters: BTreeMap<Name, Parameter>,
    /// The answer's digest.
    pub digest: Digest,
    /// CPUs that the worker is bound to.
    pub cpus: Vec<u32>,
    /// How many of them can really work at once.
    pub effective_cpus: u32,
    /// Independent pieces of work; `null` if the workload does not count them.
    pub units: Option<u64>,
    /// It wants more CPUs than there are: shown, but it decides no claim.
    pub oversubscribed: bool,
    /// Whether the interpreter's own word on CPU time counts.
    pub cpu_time_trusted: bool,
    /// Why it is not measured.
    pub skip: Option<Skip>,
    /// What it is in the plan for.
    #[serde(default, skip_serializing_if = "Role::is_measured")]
    pub role: Role,
}

/// What a case is in the plan for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// The suite asks for it.
    #[default]
    Measured,
    /// It shows how fast the machine is, whatever the suite: runs are compared by it.
    Calibration,
    /// It is one of the measured cases a second time: how the two differ is noise.
    Repeat,
}

impl Role {
    /// What the id of such a case ends in.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Measured => "",
            Self::Calibration => ",calibration",
            Self::Repeat => ",again",
        }
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
    fn is_measured(&self) -> bool {
        *self == Self::Measured
    }
}

impl Case {
    /// Whether the suite asks for it; else it is a control.
    pub fn is_measured(&self) -> bool {
        self.role.is_measured()
    }
}

/// Rounds in which a behaviour is observed: were it not the same in each, the third would show it.
pub const BEHAVIOUR_ROUNDS: u32 = 3;

impl Plan {
    /// Whether a case shows how an interpreter behaves, not how long anything takes.
    pub fn is_behaviour(&self, case: &Case) -> bool {
        self.workloads.get(&case.workload).is_some_and(|workload| workload.bound == Bound::Behaviour)
    }

    /// The case that is in the plan twice, and the same a second time, with their indexes. Older plans have none.
    pub fn repeated(&self) -> Option<[(u32, &Case); 2]> {
        let numbered = || (0_u32..).zip(&self.cases);
        let again = numbered().find(|(_, case)| case.role == Role::Repeat)?;
        let id = again.1.id.strip_suffix(Role::Repeat.suffix())?;
        Some([numbered().find(|(_, case)| case.id == id)?, again])
    }
}

/// Why a case is not measured, and what would change that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Skip {
    /// Why.
    pub reason: String,
    /// A command, where there is one.
    pub hint: Option<String>,
}

impl fmt::Display for Skip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)?;
        match &self.hint {
            Some(hint) => write!(f, "; `{hint}` would get it"),
            None => Ok(()),
        }
    }
}

/// How many workers can be busy on so many CPUs with so many pieces of work.
pub fn useful_workers(cpus: u32, units: Option<u64>) -> u32 {
    let units = units.map_or(u32::MAX, |units| u32::try_from(units).unwrap_or(u32::MAX));
    cpus.min(units).max(1)
}
