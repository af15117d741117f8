//! Checks claims against the workloads and interpreters that they speak of.

use std::collections::BTreeSet;

use super::check::{Checker, Reference, unused};
use crate::Name;
use crate::claim::{Claim, Claims, FIRST_TEST, Fix, Kind, Measure, Selector, Test};
use crate::data_file::{DataError, Source};
use crate::interpreter::Interpreter;
use crate::suite::Pattern;

impl Checker<'_> {
    pub(super) fn claims(&self, source: &Source, claims: &Claims, errors: &mut Vec<DataError>) {
        fixes(source, claims, errors);
        let mut seen = BTreeSet::new();
        for claim in &claims.claims {
            let id = claim.id.as_str();
            if !seen.insert(&claim.id) {
                errors.push(source.value_error(&[id, id], "id", format!("`{id}` twice"), "each claim once"));
            }
            kind(source, claim, errors);
            for test in &claim.tests {
                let field = format!("{id}.tests");
                let paired = test.measure.is_of_two();
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
                if test.measure.is_of_observations() != test.observation.is_some() {
                    errors.push(source.value_error(
                        &[id],
                        &field,
                        "`observation` and `measure` that disagree",
                        "`observation: NAME` with `measure: observation` or `observation-ratio`, and only there",
                    ));
                }
                words(source, id, test, errors);
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
                if test.measure.is_of_observations()
                    && [Some(&test.case), test.against.as_ref()]
                        .into_iter()
                        .flatten()
                        .any(|selector| selector.phase.is_some())
                {
                    errors.push(source.value_error(
                        &[id],
                        &field,
                        "`phase` with an observation",
                        "a phase only where times are compared",
                    ));
                }
                if test.case.workload.is_none() || test.case.strategy.is_none() {
                    errors.push(source.value_error(
                        &[id],
                        &field,
                        "a case without workload or strategy",
                        "both",
                    ));
                }
                self.selector(source, id, &test.case, errors);
                if let Some(against) = &test.against {
                    // What the case has already been blamed for is not blamed twice.
                    let of_case = test.case.workload.as_ref().and_then(|name| self.workloads.get(name));
                    let knows = |name: &&Name| {
                        of_case.is_some_and(|(_, workload)| workload.strategies.contains_key(*name))
                    };
                    let strategy = test.case.strategy.as_ref().filter(knows);
                    let workload = test.case.workload.as_ref().filter(|_| of_case.is_some());
                    let whole = Selector {
                        workload: against.workload.as_ref().or(workload).cloned(),
                        strategy: against.strategy.as_ref().or(strategy).cloned(),
                        ..against.clone()
                    };
                    self.selector(source, id, &whole, errors);
                }
            }
            for selector in &claim.bears_on {
                self.selector(source, id, selector, errors);
            }
            self.correction(source, claim, errors);
        }
    }

    /// Every place for a figure must be that of a test, and of an interpreter that there is.
    fn correction(&self, source: &Source, claim: &Claim, errors: &mut Vec<DataError>) {
        let id = claim.id.as_str();
        let field = format!("{id}.correction");
        for place in claim.placeholders() {
            if claim.test_named(place.test).is_none() {
                let expected = format!("`{{{FIRST_TEST}}}`, or the name of one of its tests");
                errors.push(source.value_error(
                    &[id, place.text],
                    &field,
                    format!("`{}`", place.text),
                    expected,
                ));
            }
            match place.interpreter.map(str::parse::<Name>) {
                None => {}
                Some(Ok(name)) => {
                    let defined = Interpreter::definition_id(&name).0;
                    self.interpreter_names(source, &[id], &field, &[defined], errors);
                }
                Some(Err(_)) => errors.push(source.value_error(
                    &[id, place.text],
                    &field,
                    format!("`{}`", place.text),
                    "the id of an interpreter behind the colon",
                )),
            }
        }
    }

    fn selector(&self, source: &Source, id: &str, selector: &Selector, errors: &mut Vec<DataError>) {
        let field = format!("{id}.tests");
        let defined = selector.interpreter.as_ref().map(|id| Interpreter::definition_id(id).0);
        self.interpreter_names(source, &[id], &field, defined.as_slice(), errors);
        let Some(found) = &selector.workload else { return };
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
        let strategy = selector.strategy.as_ref().and_then(|name| workload.strategies.get(name));
        if let Some(strategy) = strategy {
            let given = [selector.workers.is_some(), selector.omp.is_some(), selector.start_method.is_some()];
            for axis in unused(given, |axis| strategy.uses.contains(&axis)) {
                let found = format!("`{axis}` of {selector}");
                errors.push(source.value_error(&[id], &field, found, "what the strategy lists under `uses`"));
            }
        }
    }
}

/// Words stand for numbers of an observation, each for one.
fn words(source: &Source, id: &str, test: &Test, errors: &mut Vec<DataError>) {
    let mut wrong = |found: String, expected: &str| {
        errors.push(source.value_error(&[id, "words"], &format!("{id}.tests.words"), found, expected));
    };
    if !test.words.is_empty() && test.measure != Measure::Observation {
        wrong(format!("them with measure `{}`", test.measure), "them with `measure: observation` only");
    }
    let mut seen = BTreeSet::new();
    for (number, word) in &test.words {
        if word.trim().is_empty() || word.contains(char::is_control) || !seen.insert(word) {
            wrong(
                format!("{word:?} for {number}"),
                "a word on one line for each number, and another for each",
            );
        }
    }
}

/// Each fix is there once, and claims name no other.
fn fixes(source: &Source, claims: &Claims, errors: &mut Vec<DataError>) {
    let mut known = BTreeSet::new();
    for Fix { id, .. } in &claims.fixes {
        if !known.insert(id) {
            let id = id.as_str();
            errors.push(source.value_error(&[id, id], "id", format!("`{id}` twice"), "each fix once"));
        }
    }
    for claim in &claims.claims {
        let id = claim.id.as_str();
        for fix in claim.fixes.iter().filter(|fix| !known.contains(fix)) {
            errors.push(source.value_error(
                &[id, fix.as_str()],
                &format!("{id}.fixes"),
                format!("`{fix}`"),
                "the `id` of one of the `fixes` at the top of the file",
            ));
        }
    }
}

/// A claim's kind says what else it must have.
fn kind(source: &Source, claim: &Claim, errors: &mut Vec<DataError>) {
    let id = claim.id.as_str();
    let mut must = |field: &str, is: bool, wanted: bool| {
        if is != wanted {
            let found = format!(
                "{} with kind `{}`",
                if is { format!("`{field}`") } else { "nothing".to_owned() },
                claim.kind
            );
            let expected = if wanted { format!("`{field}`") } else { format!("no `{field}`") };
            errors.push(source.value_error(&[id], &format!("{id}.{field}"), found, expected));
        }
    };
    let tested = claim.kind.is_tested();
    must("tests", !claim.tests.is_empty(), tested);
    must("correction", claim.correction.is_some(), tested);
    must("because", claim.because.is_some(), !tested);
    must("decided_by", claim.decided_by.is_some(), claim.kind == Kind::OtherHardware);
    must("refuted_if_seen", claim.refuted_if_seen.is_some(), tested || claim.kind == Kind::OtherHardware);
    if claim.kind == Kind::Opinion {
        must("bears_on", !claim.bears_on.is_empty(), true);
    }
}
