//! Which of a suite's cases are measured where some are named by patterns over their ids.
//!
//! A case alone has a time and no speed-up, so what its ratios are over is measured with it: its partners. Not
//! responsible for controls, which a plan gets whatever is in it.

use gilbench_model::data_file::edit_distance;
use gilbench_model::plan::Case;

use crate::compare::Pattern;
use crate::partners::{is_baseline, is_outside};

/// A pattern that no case fits, and what may have been meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfit {
    /// The pattern, as it was typed.
    pub pattern: String,
    /// What may have been meant, nearest first: ids, or one pattern that fits some.
    pub nearest: Vec<String>,
}

/// So many ids are offered where none fits.
const OFFERED: usize = 3;

/// Of `all` cases, in their order: those of `candidates` that any of the patterns fits, and their partners.
///
/// Partners are, as in [`partners`](crate::partners()), the baseline of a case and, for one in a container, the same case
/// on the machine itself; they need not be candidates. Native ceilings are no partners: a pattern can name them. Fails
/// with the first pattern that no candidate fits.
pub fn chosen(patterns: &[Pattern], candidates: &[Case], all: &[Case]) -> Result<Vec<Case>, Unfit> {
    for pattern in patterns {
        if !candidates.iter().any(|case| pattern.fits(&case.id)) {
            let nearest = nearest(pattern, candidates);
            return Err(Unfit { pattern: pattern.as_str().to_owned(), nearest });
        }
    }
    let named: Vec<&Case> =
        candidates.iter().filter(|case| patterns.iter().any(|pattern| pattern.fits(&case.id))).collect();
    let is_named = |case: &Case| named.iter().any(|named| named.id == case.id);
    // As everywhere, what is skipped is nobody's partner and has none.
    let measured = || named.iter().filter(|named| named.skip.is_none());
    let is_partner = |case: &Case| {
        case.skip.is_none() && measured().any(|named| is_baseline(case, named) || is_outside(case, named))
    };
    Ok(all.iter().filter(|case| is_named(case) || is_partner(case)).cloned().collect())
}

/// What may have been meant by a pattern that fits no case.
fn nearest(pattern: &Pattern, cases: &[Case]) -> Vec<String> {
    // A part of an id, typed without the `*` around it.
    let part = pattern.as_str().trim_matches('*');
    if !part.is_empty() && cases.iter().any(|case| case.id.contains(part)) {
        return vec![format!("*{part}*")];
    }
    let mut ranked: Vec<_> =
        cases.iter().map(|case| (distance(pattern.as_str(), &case.id), &case.id)).collect();
    ranked.sort();
    ranked.into_iter().take(OFFERED).map(|(_, id)| id.clone()).collect()
}

/// How far an id is from a pattern: in how many of its four parts they differ, then in how many characters.
fn distance(pattern: &str, id: &str) -> (usize, usize) {
    let mut wanted = pattern.splitn(4, '/');
    let parts = id.splitn(4, '/');
    let differs = |part: &str| wanted.next().is_some_and(|wanted| !Pattern::new(wanted).fits(part));
    (parts.map(differs).filter(|differs| *differs).count(), edit_distance(pattern, id))
}
