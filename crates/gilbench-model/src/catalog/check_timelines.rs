//! Checks what a suite wants to be watched: it can only be what it measures.

use std::collections::BTreeMap;

use super::check::{Checker, Reference, empty_axes, unused};
use super::reader::Sourced;
use crate::Name;
use crate::data_file::{DataError, Source};
use crate::suite::{Group, Suite, Watched};
use crate::workload::{Axis, Strategy, Workload};

impl Checker<'_> {
    pub(super) fn timelines(
        &self,
        source: &Source,
        suite: &Suite,
        suites: &Sourced<Suite>,
        errors: &mut Vec<DataError>,
    ) {
        let base = suite.extends.as_ref().and_then(|base| suites.get(base));
        let groups: Vec<&Group> =
            base.into_iter().flat_map(|(_, base)| &base.groups).chain(&suite.groups).collect();
        for (index, watched) in suite.timelines.iter().enumerate() {
            self.selection(source, index, watched, &groups, errors);
        }
    }

    fn selection(
        &self,
        source: &Source,
        index: usize,
        watched: &Watched,
        groups: &[&Group],
        errors: &mut Vec<DataError>,
    ) {
        let field = |name: &str| format!("timelines[{index}].{name}");
        let context = ["timelines", watched.workload.as_str()];
        let lists = [("strategies", &watched.strategies), ("interpreters", &watched.interpreters)];
        let empty = lists.into_iter().filter(|(_, list)| list.as_ref().is_some_and(Vec::is_empty));
        let empty = empty.map(|(name, _)| name.to_owned());
        for name in empty.chain(empty_axes(&watched.axes).map(|axis| format!("axes.{axis}"))) {
            let expected = "at least one value, or no such field: what is left out matches anything";
            let word = name.rsplit('.').next().unwrap_or_default();
            let words = ["timelines", watched.workload.as_str(), word];
            errors.push(source.value_error(&words, &field(&name), "an empty list", expected));
        }
        let names = watched.interpreters.as_deref().unwrap_or_default();
        self.interpreter_names(source, &context, &field("interpreters"), names, errors);
        let reference = Reference {
            field: &field("workload"),
            found: &watched.workload,
            kind: "workload",
            list: "`gilbench list workloads` shows all",
            failed: self.failed,
        };
        let Some((_, workload)) = reference.check(source, &["timelines"], self.workloads, errors) else {
            return;
        };
        let own: Vec<&Group> =
            groups.iter().copied().filter(|group| group.workload == watched.workload).collect();
        if own.is_empty() {
            let found = format!("`{}`, of which the suite has no case", watched.workload);
            let error = source.value_error(&context, &field("workload"), found, "a workload of its `groups`");
            errors.push(error.with_hint("timelines are of cases that the suite measures: add a group first"));
            return;
        }
        let measured = measured_strategies(&own, workload);
        for found in watched.strategies.iter().flatten() {
            let reference = Reference {
                field: &field("strategies"),
                found,
                kind: "strategy of the suite's groups of this workload",
                list: "timelines are of cases that the suite measures",
                failed: self.failed,
            };
            reference.check(source, &context, &measured, errors);
        }
        for found in watched.axes.size.iter().flatten() {
            let reference = Reference {
                field: &field("axes.size"),
                found,
                kind: "size of the workload",
                list: "`gilbench list workloads` shows the sizes",
                failed: self.failed,
            };
            reference.check(source, &context, &workload.sizes, errors);
        }
        let chosen = |name: &Name| watched.strategies.as_ref().is_none_or(|list| list.contains(name));
        let used = |axis: Axis| {
            workload.strategies.iter().any(|(name, strategy)| chosen(name) && strategy.uses.contains(&axis))
        };
        let axes = &watched.axes;
        let given = [axes.workers.is_some(), axes.omp.is_some(), axes.start_method.is_some()];
        // Strategies that are not there have been told of.
        if watched.strategies.iter().flatten().all(|name| workload.strategies.contains_key(name)) {
            for axis in unused(given, used) {
                let (found, expected) = (
                    "an axis that none of the strategies uses",
                    "an axis that a strategy lists under `uses`",
                );
                let words = ["timelines", watched.workload.as_str(), axis];
                errors.push(source.value_error(&words, &field(&format!("axes.{axis}")), found, expected));
            }
        }
    }
}

/// Those of a workload's strategies with which groups measure it.
fn measured_strategies(groups: &[&Group], workload: &Workload) -> BTreeMap<Name, Strategy> {
    let measured = |name: &Name| {
        groups.iter().any(|group| {
            let included = group.include.iter().any(|pattern| pattern.strategy.as_ref() == Some(name));
            included || group.strategies.as_ref().is_none_or(|list| list.contains(name))
        })
    };
    let strategies = workload.strategies.iter().filter(|(name, _)| measured(name));
    strategies.map(|(name, strategy)| (name.clone(), strategy.clone())).collect()
}
