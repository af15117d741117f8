//! Which cases a case is compared with when its ratios are formed, known from the plan alone.
//!
//! Whoever schedules rounds needs the same answer as whoever forms ratios: a case and its partners are measured in the
//! same rounds. Not responsible for what a claim compares, which is fixed by the claim.

use gilbench_model::interpreter::Interpreter;
use gilbench_model::plan::{Case, Plan, Role};

use gilbench_model::workload::BASELINE;

/// The indices of each case's partners in the plan: its baseline; in a container, the same case on the machine itself;
/// of a repeat, the case that it repeats. A case that is not measured is nobody's partner and has none.
pub fn partners(plan: &Plan) -> Vec<Vec<u32>> {
    let measured = || (0..).zip(&plan.cases).filter(|(_, case)| case.skip.is_none());
    let of = |case: &Case| {
        if case.skip.is_some() {
            return Vec::new();
        }
        let baseline = measured().find(|(_, other)| is_baseline(other, case));
        let outside = measured().find(|(_, other)| is_outside(other, case));
        let repeated = plan.repeated().filter(|_| case.role == Role::Repeat).map(|[first, _]| first);
        [baseline, outside, repeated].into_iter().flatten().map(|(index, _)| index).collect()
    };
    plan.cases.iter().map(of).collect()
}

/// Whether `other` is the same work on the same interpreter under the same conditions as `of`, one task after another.
pub(crate) fn is_baseline(other: &Case, of: &Case) -> bool {
    let (theirs, conditions) = (&other.conditions, &of.conditions);
    of.strategy != BASELINE
        && other.is_measured()
        && other.strategy == BASELINE
        && other.workload == of.workload
        && other.interpreter == of.interpreter
        && theirs.cold == conditions.cold
        && theirs.size == conditions.size
        && theirs.omp == conditions.omp
        && theirs.affinity == conditions.affinity
        && theirs.gil == conditions.gil
        && theirs.quota == conditions.quota
}

/// Whether `of` is in a container and `other` the same case on the machine itself.
pub(crate) fn is_outside(other: &Case, of: &Case) -> bool {
    let (local, in_container) = Interpreter::definition_id(&of.interpreter);
    in_container
        && other.is_measured()
        && other.interpreter == local
        && other.workload == of.workload
        && other.strategy == of.strategy
        && other.conditions == of.conditions
}
