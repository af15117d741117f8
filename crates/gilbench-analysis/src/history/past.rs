//! What the history keeps of a run, so that a hundred of them need not be in memory at once.

use std::collections::BTreeMap;

use gilbench_model::Name;
use gilbench_model::plan::{Case, Role};
use gilbench_model::run_directory::Run;
use gilbench_model::workload::{Digest, Parameter};

use crate::compare::side::{Entry, Side};
use crate::earlier::Identity;
use crate::findings::NoiseFloor;
use crate::noise;
use crate::statistics::Estimate;
use crate::steady::tagged;

/// A run, reduced to one time for each of its cases.
#[derive(Clone, Debug)]
pub struct Past {
    /// Its directory's name.
    pub run: String,
    /// With what, where and of what it was made.
    pub identity: Identity,
    /// Milliseconds of Unix time when it was planned.
    pub planned_ms: u64,
    pub(super) unfinished: Option<String>,
    pub(super) noise_floor: Option<NoiseFloor>,
    pub(super) cases: u32,
    pub(super) measured: u32,
    by_id: BTreeMap<String, PastCase>,
}

/// A case of it.
#[derive(Clone, Debug)]
pub(super) struct PastCase {
    /// In the plan.
    pub(super) index: u32,
    pub(super) id: String,
    pub(super) workload: Name,
    pub(super) interpreter: Name,
    pub(super) role: Role,
    parameters: BTreeMap<Name, Parameter>,
    digest: Digest,
    pub(super) time: Option<Estimate>,
    /// Why it has no time, or why its time says nothing of it.
    pub(super) obstacle: Option<String>,
}

impl Past {
    /// Keeps what is needed of a run.
    pub fn of(run: &Run) -> Self {
        let run = &*tagged(run);
        let side = Side::of(run);
        let all = [Role::Measured, Role::Calibration];
        let by_id: BTreeMap<String, PastCase> = all
            .into_iter()
            .flat_map(|role| side.in_role(role))
            .map(|entry| (entry.case.id.clone(), PastCase::of(&entry)))
            .collect();
        let count = |wanted: fn(&PastCase) -> bool| {
            let found = by_id.values().filter(|case| case.role == Role::Measured && wanted(case)).count();
            u32::try_from(found).unwrap_or(u32::MAX)
        };
        Self {
            run: run.directory.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            identity: Identity::of(run),
            planned_ms: run.environment.planned_ms,
            unfinished: run.unfinished().map(str::to_owned),
            noise_floor: noise::floor(&run.plan, side.samples()),
            cases: count(|_| true),
            measured: count(|case| case.time.is_some()),
            by_id,
        }
    }

    /// Whether a case with this id has a time.
    pub(crate) fn has_time(&self, id: &str) -> bool {
        self.get(id).is_some_and(|case| case.time.is_some())
    }

    pub(super) fn get(&self, id: &str) -> Option<&PastCase> {
        self.by_id.get(id)
    }

    /// What the suite asks for, in the order of the plan.
    pub(super) fn in_order(&self) -> impl Iterator<Item = &PastCase> {
        self.of_role(Role::Measured).into_iter()
    }

    /// The cases of a role, in the order of the plan.
    pub(super) fn of_role(&self, role: Role) -> Vec<&PastCase> {
        let mut cases: Vec<_> = self.by_id.values().filter(|case| case.role == role).collect();
        cases.sort_by_key(|case| case.index);
        cases
    }
}

impl PastCase {
    fn of(entry: &Entry<'_>) -> Self {
        let Case { id, workload, interpreter, role, parameters, digest, .. } = entry.case;
        Self {
            index: entry.samples.index,
            id: id.clone(),
            workload: workload.clone(),
            interpreter: interpreter.clone(),
            role: *role,
            parameters: parameters.clone(),
            digest: digest.clone(),
            time: entry.time(),
            obstacle: entry.obstacle(),
        }
    }

    /// Whether both do the same work: the same input and the same answer.
    pub(super) fn does_the_work_of(&self, other: &Self) -> bool {
        self.workload == other.workload && self.parameters == other.parameters && self.digest == other.digest
    }
}
