//! The controls: cases that a plan has besides those that its suite asks for.
//!
//! They say how far the suite's numbers can be believed, and are the same ones whatever the suite is: one of its
//! cases a second time, which shows what differs where nothing does, and the workloads that calibrate, which show
//! whether the machine is as fast in one run as in another. No table of results has them, and no claim.

use super::{Case, Planner, Role};
use crate::catalog::Catalog;
use crate::environment::Status;
use crate::interpreter::WorkerKind;
use crate::workload::{BASELINE, Bound, Workload, default_size};
use crate::{Conditions, Name};

impl Planner<'_> {
    /// The controls of a plan that has these cases.
    pub(super) fn controls(&self, cases: &[Case]) -> Vec<Case> {
        let bound = |case: &Case| self.catalog.workloads.get(&case.workload).map(|workload| workload.bound);
        let repeat = repeated(cases, bound).map(|case| with_role(case.clone(), Role::Repeat));
        repeat.into_iter().chain(self.calibration()).collect()
    }

    /// The workloads that calibrate, natively and one after another, where that can be measured.
    fn calibration(&self) -> Vec<Case> {
        let ready: Vec<_> = calibrating(self.catalog)
            .filter_map(|id| {
                let state = self.interpreters.iter().find(|state| state.id == *id)?;
                let native = self.catalog.interpreters.get(id)?;
                (state.status == Status::Ready).then_some((native, state))
            })
            .collect();
        let mut cases = Vec::new();
        for workload in self.catalog.workloads.values().filter(|workload| workload.calibration) {
            let Some((strategy, _)) = workload.strategies.get_key_value(BASELINE) else { continue };
            for &(native, state) in &ready {
                let combination = (strategy.clone(), Conditions::neutral(default_size()));
                // Where CPUs are isolated, no case can have all of them: that is no reason not to measure the suite's.
                let case = self.case(workload, native, Some(state), combination).ok();
                cases.extend(case.map(|case| with_role(case, Role::Calibration)));
            }
        }
        cases
    }
}

/// The case that is measured twice: one that others are compared with. The first that can be measured of those that
/// compute in Python one after another and have a steady time; where there is none, of those that come nearest.
fn repeated(cases: &[Case], bound: impl Fn(&Case) -> Option<Bound>) -> Option<&Case> {
    let steady = |case: &&&Case| !case.conditions.cold;
    let computing =
        |case: &&&Case| steady(case) && case.strategy == *BASELINE && bound(case) == Some(Bound::Cpu);
    let in_python = |case: &&&Case| computing(case) && case.worker == WorkerKind::Python;
    let measurable: Vec<&Case> = cases.iter().filter(|case| case.skip.is_none()).collect();
    let found = || measurable.iter();
    let nearest = found().find(in_python).or_else(|| found().find(computing));
    nearest.or_else(|| found().find(steady)).or(measurable.first()).copied()
}

fn with_role(case: Case, role: Role) -> Case {
    Case { id: format!("{}{}", case.id, role.suffix()), role, ..case }
}

/// The interpreters that every plan needs, whichever the suite measures: the native ones, where any workload calibrates.
pub fn calibrating(catalog: &Catalog) -> impl Iterator<Item = &Name> {
    let any = catalog.workloads.values().any(|workload| workload.calibration);
    let natives =
        catalog.interpreters.values().filter(|interpreter| interpreter.worker == WorkerKind::Native);
    natives.filter(move |_| any).map(|native| &native.id)
}

/// Whether a workload can calibrate: natively, one after another, without a server.
pub(crate) fn can_calibrate(workload: &Workload) -> bool {
    let baseline = workload.strategies.get(BASELINE);
    let native = baseline.is_some_and(|strategy| strategy.worker_kinds.contains(&WorkerKind::Native));
    native && workload.server.is_none()
}
