//! A claim put right: its correction with the figures of the run in the places that wait for them.

use gilbench_model::claim::{Claim, Measure};

use crate::findings::{Comparison, InterpreterFinding};

/// What stands where the run has no figure.
const NO_FIGURE: &str = "(not measured in this run)";

/// The correction of a claim, as this run found it on each interpreter. Of several interpreters, the least and the
/// greatest figure are named; what is the same on all of them, or of the only one, needs no name.
pub(crate) fn correction(claim: &Claim, interpreters: &[InterpreterFinding]) -> Option<String> {
    let mut text = claim.correction.clone()?;
    for place in claim.placeholders() {
        let figure =
            claim.test_named(place.test).and_then(|test| figure(test, place.interpreter, interpreters));
        text = text.replace(place.text, figure.as_deref().unwrap_or(NO_FIGURE));
    }
    Some(text)
}

/// The figure of a test on an interpreter, or of all of them.
fn figure(test: usize, only: Option<&str>, interpreters: &[InterpreterFinding]) -> Option<String> {
    let found = interpreters.iter().filter(|finding| only.is_none_or(|only| finding.interpreter == *only));
    let comparisons = found.flat_map(|finding| {
        let of_test = finding.comparisons.iter().filter(move |comparison| comparison.test == test);
        of_test.map(move |comparison| (&finding.interpreter, comparison))
    });
    let mut known: Vec<_> = comparisons
        .filter_map(|(id, comparison)| Some((comparison.estimate?.point, id, comparison)))
        .collect();
    known.sort_by(|left, right| left.0.total_cmp(&right.0));
    let written = |comparison: &Comparison| {
        let estimate = comparison.estimate.as_ref()?;
        let figure = comparison.figure()?;
        // A count that never varied is a number in a sentence.
        let exact = comparison.measure == Measure::Observation && estimate.high <= estimate.low;
        Some(if exact { figure.point } else { figure.text() })
    };
    match known.as_slice() {
        [] => None,
        [(_, id, one)] => {
            let said = only.is_some() || interpreters.len() == 1;
            Some(if said { written(one)? } else { format!("{} on {id}", written(one)?) })
        }
        [(_, least_on, least), .., (_, most_on, most)] => {
            let (least, most) = (written(least)?, written(most)?);
            Some(if least == most {
                least
            } else if known.iter().any(|(_, _, comparison)| !comparison.words.is_empty()) {
                format!("{least} on {least_on}, {most} on {most_on}")
            } else if least_on == most_on {
                format!("from {least} to {most} on {most_on}")
            } else {
                format!("from {least} on {least_on} to {most} on {most_on}")
            })
        }
    }
}
