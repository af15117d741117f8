//! Checks kinds of work against the workloads and claims that they name.

use std::collections::{BTreeMap, BTreeSet};

use super::check::{Checker, Reference};
use crate::Name;
use crate::claim::{Claim, Claims};
use crate::data_file::{DataError, Source};
use crate::kind_of_work::KindsOfWork;
use crate::suite::Pattern;

impl Checker<'_> {
    /// `claims` is `None` where they could not be read, which is an error of its own.
    pub(super) fn kinds(
        &self,
        source: &Source,
        kinds: &KindsOfWork,
        claims: Option<&Claims>,
        errors: &mut Vec<DataError>,
    ) {
        let mut seen = BTreeSet::new();
        let claims: Option<BTreeMap<Name, &Claim>> =
            claims.map(|known| known.claims.iter().map(|claim| (claim.id.clone(), claim)).collect());
        for kind in &kinds.kinds {
            let name = kind.name.as_str();
            if !seen.insert(name) {
                errors.push(source.value_error(
                    &[name, name],
                    "name",
                    format!("`{name}` twice"),
                    "each kind once",
                ));
            }
            for (field, text) in
                [("title", &kind.title), ("summary", &kind.summary), ("when_not", &kind.when_not)]
            {
                if text.trim().is_empty() {
                    let field = format!("{name}.{field}");
                    errors.push(source.value_error(&[name], &field, "nothing", "some words"));
                }
            }
            if let Some(claim) = twice(&kind.claims) {
                let field = format!("{name}.claims");
                let found = format!("`{claim}` twice");
                errors.push(source.value_error(&[name, claim.as_str()], &field, found, "each claim once"));
            }
            if let Some(example) = twice(&kind.shown_by) {
                let field = format!("{name}.shown_by");
                let found = format!("`{}` of size `{}` twice", example.workload, example.size);
                errors.push(source.value_error(
                    &[name, example.workload.as_str()],
                    &field,
                    found,
                    "each once",
                ));
            }
            if kind.shown_by.is_empty() {
                let field = format!("{name}.shown_by");
                errors.push(source.value_error(&[name], &field, "nothing", "at least one workload and size"));
            }
            for example in &kind.shown_by {
                let field = format!("{name}.shown_by");
                let reference = Reference {
                    field: &field,
                    found: &example.workload,
                    kind: "workload",
                    list: "`gilbench list workloads` shows all",
                    failed: self.failed,
                };
                if let Some((_, workload)) = reference.check(source, &[name], self.workloads, errors) {
                    let pattern = Pattern { size: Some(example.size.clone()), ..Pattern::default() };
                    self.pattern(
                        source,
                        &[name, example.workload.as_str()],
                        &field,
                        workload,
                        &pattern,
                        errors,
                    );
                }
            }
            for claim in &kind.claims {
                let field = format!("{name}.claims");
                let reference = Reference {
                    field: &field,
                    found: claim,
                    kind: "claim",
                    list: "`gilbench list claims` shows all",
                    failed: self.failed,
                };
                if let Some(claims) = &claims {
                    reference.check(source, &[name], claims, errors);
                }
            }
        }
    }
}

/// The first that is there before.
fn twice<T: PartialEq>(list: &[T]) -> Option<&T> {
    list.iter().enumerate().find(|(place, one)| list[..*place].contains(one)).map(|(_, one)| one)
}
