//! Which cases of a plan decide a claim.

use std::collections::BTreeSet;

use gilbench_model::Name;
use gilbench_model::claim::{Claim, Test};
use gilbench_model::condition::Workers;
use gilbench_model::plan::Case;

use crate::selection::{Against, Chosen, Wanted};

/// A case that a claim's test is about, and the one that it is compared with, if the test compares.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// Which of the claim's tests, from 0.
    pub test: usize,
    /// The case.
    pub case: &'a Case,
    /// What it is compared with.
    pub against: Option<&'a Case>,
}

impl<'a> Side<'a> {
    /// The case, and what it is compared with.
    pub fn cases(self) -> impl Iterator<Item = &'a Case> {
        std::iter::once(self.case).chain(self.against)
    }
}

/// What a claim would compare among these cases. A case of a test that compares is left out where there is nothing to
/// compare it with.
pub fn sides<'a>(claim: &Claim, cases: &'a [Case]) -> Vec<Side<'a>> {
    let mut sides = Vec::new();
    for (number, test) in claim.tests.iter().enumerate() {
        let picked = picked(test, cases, |case| case);
        let interpreters: BTreeSet<&Name> = picked.iter().map(|case| &case.interpreter).collect();
        for interpreter in interpreters {
            let own = picked.iter().copied().filter(|case| case.interpreter == *interpreter);
            for case in preferred(own.collect(), |case| case) {
                let against = match &test.against {
                    None => None,
                    Some(selector) => match Against::of(selector, case).choose(cases, |case| case) {
                        Chosen::One(against) => Some(against),
                        Chosen::None | Chosen::Several => continue,
                    },
                };
                sides.push(Side { test: number, case, against });
            }
        }
    }
    sides
}

/// Whether each of a claim's tests has a case among these that can decide it.
pub fn is_decided(claim: &Claim, cases: &[Case]) -> bool {
    let decides = |case: &Case| case.skip.is_none() && !case.oversubscribed;
    let sides = sides(claim, cases);
    let can_decide =
        |side: &Side<'_>| side.cases().all(decides) && !lacks_cpus(&claim.tests[side.test], side.case);
    let has_side = |test| sides.iter().any(|side| side.test == test && can_decide(side));
    claim.kind.is_tested() && (0..claim.tests.len()).all(has_side)
}

/// The cases among these that inform who judges a claim for themselves.
pub fn bearing<'a>(claim: &Claim, cases: &'a [Case]) -> Vec<&'a Case> {
    let wanted: Vec<Wanted<'_>> = claim.bears_on.iter().map(Wanted::by).collect();
    cases.iter().filter(|case| case.is_measured() && wanted.iter().any(|wanted| wanted.picks(case))).collect()
}

/// Whether a test asks for as many workers as there are CPUs, and there is only one: nothing could happen at the same
/// time then, whatever the claim says of it.
pub(crate) fn lacks_cpus(test: &Test, case: &Case) -> bool {
    test.case.workers == Some(Workers::Cpus) && case.conditions.workers == 1
}

/// Those that a test is about: on each interpreter, of the first size that it has.
pub(crate) fn picked<'a, T>(test: &Test, all: &'a [T], case: impl Fn(&T) -> &Case) -> Vec<&'a T> {
    let mut picked: Vec<&T> = Vec::new();
    for wanted in Wanted::by(&test.case).size_by_size() {
        let known: BTreeSet<&Name> = picked.iter().map(|one| &case(one).interpreter).collect();
        let fits = |one: &&T| wanted.picks(case(one)) && !known.contains(&case(one).interpreter);
        let further: Vec<&T> = all.iter().filter(fits).collect();
        picked.extend(further);
    }
    picked
}

/// Of what a test is about, what it looks at: oversubscribed cases only where there is nothing else. They decide
/// nothing then.
pub(crate) fn preferred<T>(all: Vec<&T>, case: impl Fn(&T) -> &Case) -> Vec<&T> {
    let (over, within): (Vec<&T>, Vec<&T>) = all.into_iter().partition(|one| case(one).oversubscribed);
    if within.is_empty() { over } else { within }
}
