//! Checks claims against the workloads and interpreters that they speak of.

use std::collections::BTreeSet;

use super::check::{Checker, Reference};
use crate::Name;
use crate::claim::{Claims, Measure, Selector};
use crate::data_file::{DataError, Source};
use crate::suite::Pattern;

impl Checker<'_> {
    pub(super) fn claims(&self, source: &Source, claims: &Claims, errors: &mut Vec<DataError>) {
        let mut seen = BTreeSet::new();
        for claim in &claims.claims {
            let id = claim.id.as_str();
            if !seen.insert(&claim.id) {
                errors.push(source.value_error(&[id, id], "id", format!("`{id}` twice"), "each claim once"));
            }
            if claim.tests.is_empty() {
                errors.push(source.value_error(
                    &[id],
                    &format!("{id}.tests"),
                    "none",
                    "at least one comparison",
                ));
            }
            for test in &claim.tests {
                let field = format!("{id}.tests");
                let paired =
                    matches!(test.measure, Measure::TimeRatio | Measure::SpeedUp | Measure::Efficiency);
                if paired != test.against.is_some() {
                    let expected = if paired {
                        "`against`, the cases to compare with"
                    } else {
                        "no `against`: the measure is of one case"
                    };
                    errors.push(source.value_error(
                        &[id],
                        &field,
                        format!("measure `{}`", test.measure),
                        expected,
                    ));
                }
                if (test.measure == Measure::Observation) != test.observation.is_some() {
                    errors.push(source.value_error(
                        &[id],
                        &field,
                        "`observation` and `measure` that disagree",
                        "`observation: NAME` with `measure: observation`, and only there",
                    ));
                }
                for range in [Some(test.confirmed), test.refuted].into_iter().flatten() {
                    let empty = range.at_least.zip(range.at_most).is_some_and(|(least, most)| least > most);
                    let finite = [range.at_least, range.at_most].into_iter().flatten().all(f64::is_finite);
                    if empty || !finite || (range.at_least.is_none() && range.at_most.is_none()) {
                        errors.push(source.value_error(
                            &[id],
                            &field,
                            format!("range {range}"),
                            "`at_least`, `at_most` or both, finite and in order",
                        ));
                    }
                }
                if let Some(refuted) = test.refuted.filter(|refuted| refuted.meets(&test.confirmed)) {
                    let found = format!("{refuted} refutes, {} confirms", test.confirmed);
                    errors.push(source.value_error(&[id], &field, found, "ranges that do not meet"));
                }
                if test.case.workload.is_none() || test.case.strategy.is_none() {
                    errors.push(source.value_error(
                        &[id],
                        &field,
                        "a case without workload or strategy",
                        "both",
                    ));
                }
                self.selector(source, id, &test.case, test.case.workload.as_ref(), errors);
                if let Some(against) = &test.against {
                    // A workload that the case has already been blamed for is not blamed twice.
                    let known = |name: &&Name| self.workloads.contains_key(*name);
                    let inherited = test.case.workload.as_ref().filter(known);
                    self.selector(source, id, against, against.workload.as_ref().or(inherited), errors);
                }
            }
        }
    }

    fn selector(
        &self,
        source: &Source,
        id: &str,
        selector: &Selector,
        workload: Option<&Name>,
        errors: &mut Vec<DataError>,
    ) {
        let field = format!("{id}.tests");
        self.interpreter_names(source, &[id], &field, selector.interpreter.as_slice(), errors);
        let Some(found) = workload else { return };
        let reference = Reference {
            field: &field,
            found,
            kind: "workload",
            list: "`gilbench list workloads` shows all",
            failed: self.failed,
        };
        let Some((_, workload)) = reference.check(source, &[id], self.workloads, errors) else {
            return;
        };
        let pattern = Pattern { strategy: selector.strategy.clone(), ..Pattern::default() };
        self.pattern(source, &[id], &field, workload, &pattern, errors);
        for size in selector.size.iter().flatten() {
            let pattern = Pattern { size: Some(size.clone()), ..Pattern::default() };
            self.pattern(source, &[id], &field, workload, &pattern, errors);
        }
    }
}
