//! Which cases of a plan are watched too.

use super::{Case, Planner};
use crate::Name;
use crate::interpreter::Interpreter;
use crate::suite::{Suite, Watched};

impl Planner<'_> {
    /// The indexes of those that the suite wants to be watched: of what it asks for, all but cold cases, whose
    /// process is over before there is anything to see.
    pub(super) fn watched(&self, suite: &Suite, cases: &[Case]) -> Vec<u32> {
        let wanted = |case: &Case| {
            let selected = suite.timelines.iter().any(|selection| self.selects(selection, case));
            selected && case.is_measured() && !case.conditions.cold
        };
        (0..).zip(cases).filter(|(_, case)| wanted(case)).map(|(index, _)| index).collect()
    }

    fn selects(&self, selection: &Watched, case: &Case) -> bool {
        fn has<T: PartialEq>(list: Option<&Vec<T>>, found: &T) -> bool {
            list.is_none_or(|list| list.contains(found))
        }
        let Watched { workload, strategies, interpreters, axes } = selection;
        let found = &case.conditions;
        let cpus = || {
            let workload = self.catalog.workloads.get(workload);
            workload.map_or(1, |workload| self.cpus(workload, &found.size, &found.affinity))
        };
        let (interpreter, _): (Name, bool) = Interpreter::definition_id(&case.interpreter);
        case.workload == *workload
            && has(strategies.as_ref(), &case.strategy)
            && has(interpreters.as_ref(), &interpreter)
            && has(axes.size.as_ref(), &found.size)
            && axes
                .workers
                .as_ref()
                .is_none_or(|list| list.iter().any(|workers| workers.resolve(cpus()) == found.workers))
            && has(axes.omp.as_ref(), &found.omp)
            && has(axes.affinity.as_ref(), &found.affinity)
            && has(axes.gil.as_ref(), &found.gil)
            && axes
                .start_method
                .as_ref()
                .is_none_or(|list| found.start_method.is_some_and(|method| list.contains(&method)))
            && axes.quota.as_ref().is_none_or(|list| found.quota.is_some_and(|quota| list.contains(&quota)))
    }
}
