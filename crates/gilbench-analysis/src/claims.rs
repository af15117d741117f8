//! Decides the article's claims from a run's cases.
//!
//! A comparison is decided only if its whole interval lies on one side of a threshold, and if that holds among all
//! comparisons of the run (see `significance`); several comparisons make one verdict per interpreter, and those make
//! the claim's.

use std::collections::{BTreeMap, BTreeSet};

use gilbench_model::Name;
use gilbench_model::claim::{Claim, Kind, Measure, Range, Selector, Test};
use gilbench_model::environment::InterpreterState;
use gilbench_model::facts::Facts;
use gilbench_model::plan::Case;
use gilbench_model::run_directory::Run;

use crate::cases::{crowded, ideal, too_slow, unsupported};
use crate::correction::correction;
use crate::deciding::{bearing, lacks_cpus, picked, preferred};
use crate::findings::{ClaimFinding, Comparison, ComparisonCounts, InterpreterFinding, Verdict, WarmUpClass};
use crate::measures::sides;
use crate::selection::{Against, Chosen, Wanted};
use crate::series::{CaseSamples, values};
use crate::significance::{correct, detectable, logarithms, p_value, relevant};
use crate::statistics::{Estimate, MINIMUM_COUNT, StatisticsError, log_location, median, paired_ratio};
use crate::steady;

/// One finding for each claim.
pub(crate) fn findings(run: &Run, samples: &[CaseSamples<'_>], claims: &[Claim]) -> Vec<ClaimFinding> {
    let decider = Decider { run, samples };
    let mut compared: Vec<Compared<'_>> = claims.iter().map(|claim| decider.compare(claim)).collect();
    // Before any of them becomes part of a verdict.
    correct(compared.iter_mut().flatten().flat_map(|(_, comparisons)| comparisons));
    claims.iter().zip(compared).map(|(claim, compared)| decider.claim(claim, compared)).collect()
}

/// A claim's comparisons on each interpreter.
type Compared<'a> = Vec<(&'a Name, Vec<Comparison>)>;

struct Decider<'a> {
    run: &'a Run,
    samples: &'a [CaseSamples<'a>],
}

/// A verdict that is not a decision, and why.
struct Undecided {
    verdict: Verdict,
    reason: String,
}

fn inconclusive(reason: impl Into<String>) -> Undecided {
    Undecided { verdict: Verdict::Inconclusive, reason: reason.into() }
}

fn untestable(reason: impl Into<String>) -> Undecided {
    Undecided { verdict: Verdict::Untestable, reason: reason.into() }
}

/// There are rounds, of this kind, and too few of them. The words are those of a case that ended so.
fn too_few_rounds(count: usize, kind: &str) -> Undecided {
    inconclusive(format!("too few {kind}: {count} of {MINIMUM_COUNT} for an interval"))
}

impl<'a> Decider<'a> {
    /// Makes a claim's comparisons.
    fn compare(&self, claim: &Claim) -> Compared<'a> {
        let interpreters: BTreeSet<&Name> = claim
            .tests
            .iter()
            .flat_map(|test| self.cases(test))
            .map(|samples| &samples.case.interpreter)
            .collect();
        interpreters
            .into_iter()
            .map(|interpreter| (interpreter, self.comparisons(claim, interpreter)))
            .collect()
    }

    fn claim(&self, claim: &Claim, compared: Compared<'_>) -> ClaimFinding {
        let interpreters: Vec<InterpreterFinding> = compared
            .into_iter()
            .map(|(interpreter, comparisons)| finding(interpreter, comparisons))
            .collect();
        let parts = || interpreters.iter().map(|finding| (finding.verdict, finding.reason.as_deref()));
        // An interpreter that decides nothing does not take back what others decide.
        let decided: Vec<(Verdict, Option<&str>)> = parts()
            .filter(|(verdict, _)| !matches!(verdict, Verdict::Inconclusive | Verdict::Untestable))
            .collect();
        let (verdict, reason) = match (decided.is_empty(), interpreters.is_empty()) {
            _ if claim.kind == Kind::Opinion => (Verdict::Opinion, claim.because.clone()),
            _ if !claim.kind.is_tested() => (Verdict::Untestable, claim.because.clone()),
            (_, true) => (Verdict::Untestable, Some(self.missing(claim))),
            (true, _) => combine(parts()),
            (false, _) => {
                let (verdict, reason) = combine(decided.iter().copied());
                let verdict = if contradicted(verdict, &interpreters) { Verdict::Partly } else { verdict };
                let untested = parts().filter(|(verdict, _)| *verdict == Verdict::Untestable).count();
                let tested = interpreters.len() - untested;
                // That it differs needs two witnesses; that it is so everywhere, at least half of those heard.
                let enough = verdict == Verdict::Partly || 2 * decided.len() >= tested;
                let reason = tally(&decided, tested, interpreters.len()).or(reason);
                if verdict == Verdict::Confirmed
                    && let Some(test) = undecided_test(&interpreters)
                {
                    let reason = format!("test {} decides nothing on any interpreter", test + 1);
                    (Verdict::Inconclusive, Some(reason))
                } else if enough {
                    (verdict, reason)
                } else {
                    (Verdict::Inconclusive, reason.map(|reason| format!("{reason}: too few to decide it")))
                }
            }
        };
        ClaimFinding {
            id: claim.id.clone(),
            kind: claim.kind,
            statement: claim.statement.clone(),
            place: claim.place.clone(),
            fixes: claim.fixes.clone(),
            refuted_if_seen: claim.refuted_if_seen.clone(),
            verdict,
            reason,
            correction: matches!(verdict, Verdict::Refuted | Verdict::Partly)
                .then(|| correction(claim, &interpreters))
                .flatten(),
            bears_on: bearing(claim, &self.run.plan.cases).into_iter().map(|case| case.id.clone()).collect(),
            decided_by: claim.decided_by.clone(),
            counts: ComparisonCounts::of(interpreters.iter().flat_map(|finding| &finding.comparisons)),
            interpreters,
        }
    }

    fn comparisons(&self, claim: &Claim, interpreter: &Name) -> Vec<Comparison> {
        let mut comparisons = Vec::new();
        for (number, test) in claim.tests.iter().enumerate() {
            let cases =
                self.cases(test).into_iter().filter(|samples| samples.case.interpreter == *interpreter);
            let cases = preferred(cases.collect(), |samples| samples.case);
            comparisons.extend(cases.into_iter().map(|samples| self.comparison(number, test, samples)));
        }
        comparisons
    }

    /// The cases that a test is about.
    fn cases(&self, test: &Test) -> Vec<&'a CaseSamples<'a>> {
        picked(test, self.samples, |samples| samples.case)
    }

    fn comparison(&self, number: usize, test: &Test, samples: &CaseSamples<'_>) -> Comparison {
        let against = test.against.as_ref().map(|selector| self.against(test, selector, samples));
        let partner = against.as_ref().and_then(|found| found.as_ref().ok()).copied();
        let estimate = match against {
            _ if lacks_cpus(test, samples.case) => {
                let cpus = samples.case.effective_cpus;
                Err(untestable(format!(
                    "needs two CPUs or more for workers that work at once, and has {cpus}"
                )))
            }
            Some(Err(undecided)) => Err(undecided),
            Some(Ok(against)) => self.estimate(test, samples, Some(against)),
            None => self.estimate(test, samples, None),
        };
        let obstacle = self.obstacle(test, &[Some(samples), partner]);
        let p_value = estimate.as_ref().ok().filter(|_| obstacle.is_none()).and_then(|_| {
            let logarithms = logarithms(test, samples, partner, ideal(self.run, samples))?;
            p_value(&logarithms, test.confirmed, test.refuted)
        });
        let (verdict, reason) = match (&estimate, obstacle) {
            (Err(undecided), _) => (undecided.verdict, Some(undecided.reason.clone())),
            (Ok(_), Some(reason)) => (Verdict::Inconclusive, Some(reason)),
            (Ok(estimate), None) => decide(*estimate, test.confirmed, test.refuted),
        };
        let caveat = if estimate.is_ok() { self.caveat(test, &[Some(samples), partner]) } else { None };
        let comparison = Comparison {
            test: number,
            measure: test.measure,
            part: part(test),
            words: test.words.clone(),
            case: samples.case.id.clone(),
            against: partner.map(|partner| partner.case.id.clone()),
            estimate: estimate.ok(),
            confirmed: test.confirmed,
            refuted: test.refuted,
            p_value,
            adjusted_p_value: None,
            significant: None,
            relevant: None,
            minimum_detectable_effect: None,
            verdict,
            reason,
            caveat,
        };
        Comparison {
            relevant: relevant(&comparison),
            minimum_detectable_effect: detectable(&comparison),
            ..comparison
        }
    }

    /// What to know of a comparison of times of which some may not be those of a steady state. Its interval still says
    /// how much processes differ, so that it decides.
    fn caveat(&self, test: &Test, compared: &[Option<&CaseSamples<'_>>]) -> Option<String> {
        if !test.measure.is_of_times() {
            return None;
        }
        compared.iter().flatten().find_map(|samples| {
            let found = steady::finding(self.run, samples)?;
            let inconsistent = found.class == WarmUpClass::Inconsistent;
            inconsistent.then(|| found.unsteady()).flatten().map(|why| format!("{}: {why}", samples.case.id))
        })
    }

    /// Why a comparison of these cases can decide nothing, whatever its number is.
    fn obstacle(&self, test: &Test, compared: &[Option<&CaseSamples<'_>>]) -> Option<String> {
        let compared = || compared.iter().copied().flatten();
        if let Some(over) = compared().find(|samples| samples.case.oversubscribed) {
            let (workers, cpus) = (over.case.conditions.workers, over.case.effective_cpus);
            return Some(format!(
                "oversubscribed: {workers} workers on {cpus} effective CPUs decide no claim"
            ));
        }
        // What was observed does not depend on how long it took.
        if test.measure.is_of_observations() {
            return None;
        }
        if let Some((left, needed)) = compared().find_map(|samples| crowded(self.run, samples)) {
            return Some(format!(
                "crowded: other programs or machines left it {left:.2} CPUs, and it could use {needed}"
            ));
        }
        // There is no steady time to compare, and more iterations could give another one.
        let unsteady = |samples: &CaseSamples<'_>| {
            let found = steady::finding(self.run, samples)?;
            (found.class == WarmUpClass::NoSteadyState).then(|| found.unsteady()).flatten()
        };
        compared().filter(|_| test.measure.is_of_times()).find_map(unsteady)
    }

    /// The one case to compare with: what the selector leaves out is as in `of`.
    fn against(
        &self,
        test: &Test,
        selector: &Selector,
        of: &CaseSamples<'_>,
    ) -> Result<&'a CaseSamples<'a>, Undecided> {
        let against = Against::of(selector, of.case);
        match against.choose(self.samples, |samples| samples.case) {
            Chosen::One(chosen) => Ok(chosen),
            Chosen::None => {
                let wanted = against.wanted();
                let absent = self.not_selected(test, &wanted, &of.case.interpreter);
                Err(untestable(absent.unwrap_or_else(|| wanted.instead(&self.planned()))))
            }
            Chosen::Several => {
                Err(inconclusive("several cases could be compared with; the claim must say which"))
            }
        }
    }

    fn planned(&self) -> Vec<&'a Case> {
        self.samples.iter().map(|samples| samples.case).collect()
    }

    /// Why the run has no case that a claim is about.
    fn missing(&self, claim: &Claim) -> String {
        let reasons = claim.tests.iter().map(|test| {
            let wanted = Wanted::by(&test.case);
            let named = test.case.interpreter.as_ref();
            let absent = named.and_then(|interpreter| self.not_selected(test, &wanted, interpreter));
            absent.unwrap_or_else(|| wanted.instead(&self.planned()))
        });
        let reasons: BTreeSet<String> = reasons.collect();
        reasons.into_iter().collect::<Vec<_>>().join("; ")
    }

    /// What a test on an interpreter lacks, if this or the one that it is compared with has no case in the run at
    /// all, and how to include it, if that can help: not while an interpreter is not ready, and not if the run has
    /// nothing of what is `wanted` on any other either.
    fn not_selected(&self, test: &Test, wanted: &Wanted<'_>, interpreter: &Name) -> Option<String> {
        if !self.samples.iter().any(|samples| wanted.fits_elsewhere(samples.case)) {
            return None;
        }
        let other = test.against.as_ref().and_then(|against| against.interpreter.as_ref());
        let other = other.filter(|other| *other != interpreter);
        let needed = || [Some(interpreter), other].into_iter().flatten();
        let absent: Vec<&InterpreterState> = needed().filter_map(|name| self.absent(name)).collect();
        if absent.is_empty() {
            return None;
        }
        let question = match other {
            Some(other) if test.built_alike => {
                format!("compares {interpreter} with {other}, built alike but for the GIL")
            }
            Some(other) => format!("compares {interpreter} with {other}"),
            None => format!("is about {interpreter}"),
        };
        let reasons = absent.iter().map(|state| match (&state.reason, &state.hint) {
            (None, _) => format!("{} has no case in this run", state.id),
            (Some(reason), None) => format!("{} is not ready ({reason})", state.id),
            (Some(reason), Some(hint)) => {
                format!("{} is not ready ({reason}; `{hint}` would get it)", state.id)
            }
        });
        let reasons = reasons.collect::<Vec<_>>().join(", ");
        if absent.iter().any(|state| state.reason.is_some()) {
            return Some(format!("{question}; {reasons}"));
        }
        // The plan does not say whether its suite lists its interpreters; one that does may lack these.
        let suite = if other.is_some() { "a suite that measures both" } else { "a suite that measures it" };
        let ids = needed().map(Name::as_str).collect::<Vec<_>>().join(",");
        Some(format!("{question}; {reasons}; to include it, run {suite} with `--interpreter {ids}`"))
    }

    /// An interpreter that is known and has no case in the run.
    fn absent(&self, interpreter: &Name) -> Option<&'a InterpreterState> {
        if self.samples.iter().any(|samples| samples.case.interpreter == *interpreter) {
            return None;
        }
        self.run.environment.interpreters.iter().find(|state| state.id == *interpreter)
    }

    fn estimate(
        &self,
        test: &Test,
        samples: &CaseSamples<'_>,
        against: Option<&CaseSamples<'_>>,
    ) -> Result<Estimate, Undecided> {
        for samples in [Some(samples), against].into_iter().flatten() {
            usable(self.run, samples)?;
        }
        if let Some(against) = against.filter(|_| test.built_alike) {
            self.built_alike(samples, against)?;
        }
        let no_ratio = |error: StatisticsError| match error {
            StatisticsError::TooFew { count, .. } => {
                let all = against
                    .map_or(samples.steady.len(), |against| against.steady.len().min(samples.steady.len()));
                too_few_rounds(count, if count < all { "rounds of both cases" } else { "rounds" })
            }
            error => inconclusive(error.to_string()),
        };
        let ratio = |against: &CaseSamples<'_>| {
            let (numerators, denominators) =
                sides(test, samples, against).map_err(|absent| untestable(absent.to_string()))?;
            paired_ratio(&numerators, &denominators).map_err(no_ratio)
        };
        match (test.measure, against) {
            (Measure::TimeRatio | Measure::SpeedUp | Measure::ObservationRatio, Some(against)) => {
                ratio(against)
            }
            (Measure::Efficiency, Some(against)) => {
                let ideal = ideal(self.run, samples)
                    .ok_or_else(|| inconclusive("efficiency is defined for computing only"))?;
                Ok(ratio(against)?.scale(1.0 / ideal))
            }
            (Measure::CpuPerWall, _) => {
                log_location(&values(&samples.cpu_per_wall())).map_err(|error| match error {
                    StatisticsError::TooFew { count: 0, .. } => {
                        inconclusive(
                            "the CPU time is not known: the interpreter does not tell it, or its workers are not its own \
                             children",
                        )
                    }
                    StatisticsError::TooFew { count, .. } => {
                        let all = count == samples.steady.len();
                        too_few_rounds(count, if all { "rounds" } else { "rounds with CPU time" })
                    }
                    error => inconclusive(error.to_string()),
                })
            }
            (Measure::Observation, _) => observation(samples, test.observation.as_ref()),
            (_, None) => Err(inconclusive("the claim names nothing to compare with")),
        }
    }

    fn facts(&self, samples: &CaseSamples<'_>) -> Option<&'a Facts> {
        let id = samples.processes.iter().find_map(|process| process.facts)?;
        self.run.facts.get(id as usize)
    }

    /// A difference between builds would be taken for the effect of the GIL.
    fn built_alike(&self, samples: &CaseSamples<'_>, against: &CaseSamples<'_>) -> Result<(), Undecided> {
        let (Some(left), Some(right)) = (self.facts(samples), self.facts(against)) else {
            return Err(inconclusive("how the two interpreters were built is not known"));
        };
        let configure = |facts: &Facts| {
            let arguments = facts.build.configure.as_deref().unwrap_or_default().split_whitespace();
            let kept: BTreeSet<&str> = arguments
                .map(|argument| argument.trim_matches('\''))
                .filter(|argument| *argument != "--disable-gil")
                .collect();
            kept.into_iter().collect::<Vec<_>>().join(" ")
        };
        let differences = [
            ("version", left.version.clone(), right.version.clone()),
            ("compiler", format!("{:?}", left.build.compiler), format!("{:?}", right.build.compiler)),
            ("configure", configure(left), configure(right)),
        ];
        match differences.iter().find(|(_, left, right)| left != right) {
            None => Ok(()),
            Some((what, left, right)) => Err(inconclusive(format!(
                "{} and {} are not built alike: {what} `{left}` and `{right}`",
                samples.case.interpreter, against.case.interpreter
            ))),
        }
    }
}

/// What the comparisons on an interpreter come to.
fn finding(interpreter: &Name, comparisons: Vec<Comparison>) -> InterpreterFinding {
    let (verdict, reason) =
        combine(comparisons.iter().map(|comparison| (comparison.verdict, comparison.reason.as_deref())));
    let mut cases = Vec::new();
    for comparison in &comparisons {
        for id in [Some(&comparison.case), comparison.against.as_ref()].into_iter().flatten() {
            if !cases.contains(id) {
                cases.push(id.clone());
            }
        }
    }
    let mut finding = InterpreterFinding {
        interpreter: interpreter.clone(),
        verdict,
        reason,
        estimate: None,
        cases,
        comparisons,
    };
    finding.estimate = finding.shown().and_then(|comparison| comparison.estimate).map(Into::into);
    finding
}

/// Whether any comparison says the opposite of a verdict, on an interpreter that decides nothing as a whole.
fn contradicted(verdict: Verdict, interpreters: &[InterpreterFinding]) -> bool {
    let opposite = match verdict {
        Verdict::Confirmed => Verdict::Refuted,
        Verdict::Refuted => Verdict::Confirmed,
        _ => return false,
    };
    let mut comparisons = interpreters.iter().flat_map(|finding| &finding.comparisons);
    comparisons.any(|comparison| comparison.verdict == opposite)
}

/// Whether a case can decide anything.
fn usable(run: &Run, samples: &CaseSamples<'_>) -> Result<(), Undecided> {
    let id = &samples.case.id;
    if let Some(skip) = &samples.case.skip {
        return Err(untestable(format!("{id} was skipped: {skip}")));
    }
    if let Some(reason) = too_slow(run, samples) {
        return Err(untestable(format!("{id} was skipped: {reason}")));
    }
    if !samples.steady.is_empty() {
        return Ok(());
    }
    if let Some(reason) = unsupported(samples) {
        return Err(untestable(format!("{id} is not supported: {reason}")));
    }
    match samples.processes.iter().find(|process| !process.outcome.is_completed()) {
        Some(process) => Err(inconclusive(format!("{id} {}", process.outcome))),
        None => Err(inconclusive(format!("{id} has no completed round"))),
    }
}

/// The least and the most that any steady iteration observed, around their median.
fn observation(samples: &CaseSamples<'_>, name: Option<&Name>) -> Result<Estimate, Undecided> {
    let name = name.ok_or_else(|| inconclusive("the claim names no observation"))?;
    let processes = samples.completed();
    let seen: Vec<i64> = processes
        .flat_map(|(_, process)| process.steady().collect::<Vec<_>>())
        .filter_map(|iteration| iteration.observations.get(name).copied())
        .collect();
    let numbers: Vec<f64> = seen.iter().map(|number| *number as f64).collect();
    let (Some(least), Some(most), Ok(middle)) = (
        numbers.iter().copied().reduce(f64::min),
        numbers.iter().copied().reduce(f64::max),
        median(&numbers),
    ) else {
        return Err(untestable(format!("{} does not observe `{name}` here", samples.case.id)));
    };
    Estimate::new(middle, least, most, numbers.len()).map_err(|error| inconclusive(error.to_string()))
}

/// Confirmed or refuted if the whole interval says so.
fn decide(estimate: Estimate, confirmed: Range, refuted: Option<Range>) -> (Verdict, Option<String>) {
    let (low, high) = (estimate.low, estimate.high);
    let is_refuted = match refuted {
        Some(range) => range.contains_all(low, high),
        None => confirmed.contains_none(low, high),
    };
    if confirmed.contains_all(low, high) {
        return (Verdict::Confirmed, None);
    }
    if is_refuted {
        return (Verdict::Refuted, None);
    }
    let between =
        refuted.is_some_and(|range| range.contains_none(low, high)) && confirmed.contains_none(low, high);
    let reason = if between {
        "lies between what would confirm and what would refute it"
    } else {
        "the interval reaches across a threshold"
    };
    (Verdict::Inconclusive, Some(reason.to_owned()))
}

/// On how many interpreters a claim holds, where they are not all of one mind: of `all`, `tested` could be tested.
fn tally(decided: &[(Verdict, Option<&str>)], tested: usize, all: usize) -> Option<String> {
    let count = |wanted: Verdict| decided.iter().filter(|(verdict, _)| *verdict == wanted).count();
    let counts = [
        ("holds", count(Verdict::Confirmed)),
        ("does not hold", count(Verdict::Refuted)),
        ("holds in part", count(Verdict::Partly)),
        ("undecided", tested - decided.len()),
        ("not testable", all - tested),
    ];
    let parts: Vec<String> = counts
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(what, count)| format!("{what} on {count}"))
        .collect();
    (parts.len() > 1).then(|| format!("{} of {all} interpreters", parts.join(", ")))
}

/// One verdict out of several.
fn combine<'r>(parts: impl Iterator<Item = (Verdict, Option<&'r str>)>) -> (Verdict, Option<String>) {
    let parts: Vec<(Verdict, Option<&str>)> = parts.collect();
    let count = |wanted: Verdict| parts.iter().filter(|(verdict, _)| *verdict == wanted).count();
    let reason_of = |wanted: Verdict| {
        let found = parts.iter().find(|(verdict, _)| *verdict == wanted);
        found.and_then(|(_, reason)| reason.map(str::to_owned))
    };
    let (confirmed, refuted) = (count(Verdict::Confirmed), count(Verdict::Refuted));
    if count(Verdict::Partly) > 0 || (confirmed > 0 && refuted > 0) {
        let reason = format!("holds for {confirmed}, does not hold for {refuted} of {}", parts.len());
        let reason =
            if count(Verdict::Partly) > 0 { reason_of(Verdict::Partly).unwrap_or(reason) } else { reason };
        return (Verdict::Partly, Some(reason));
    }
    // A statement stands if all of its parts do: what is undecided does not save one of which a part is refuted.
    if refuted > 0 {
        let undecided = parts.len() - refuted;
        let reason = format!("does not hold for {refuted} of {}; the others decide nothing", parts.len());
        return (Verdict::Refuted, (undecided > 0).then_some(reason));
    }
    for undecided in [Verdict::Inconclusive, Verdict::Untestable] {
        if count(undecided) > 0 && (undecided == Verdict::Inconclusive || confirmed == 0) {
            return (undecided, reason_of(undecided));
        }
    }
    (Verdict::Confirmed, None)
}

/// The first test that was made and is undecided wherever it was: that interpreters which lack its cases confirm the
/// others says nothing of it.
fn undecided_test(interpreters: &[InterpreterFinding]) -> Option<usize> {
    let mut decided: BTreeMap<usize, bool> = BTreeMap::new();
    for comparison in interpreters.iter().flat_map(|finding| &finding.comparisons) {
        if comparison.verdict != Verdict::Untestable {
            *decided.entry(comparison.test).or_default() |= comparison.verdict != Verdict::Inconclusive;
        }
    }
    decided.into_iter().find(|(_, decided)| !decided).map(|(test, _)| test)
}

/// What of the cases a test is about: `phase work`, `phase work over whole iterations`, `observation threads`.
fn part(test: &Test) -> Option<String> {
    if let Some(name) = &test.observation {
        return Some(format!("observation {name}"));
    }
    let phase = |selector: &Selector| selector.phase.as_ref().map(|name| format!("phase {name}"));
    let whole = || "whole iterations".to_owned();
    match (phase(&test.case), test.against.as_ref().map(phase)) {
        (None, None | Some(None)) => None,
        (own, None) => own,
        (own, Some(other)) if own == other => own,
        (own, Some(other)) => {
            Some(format!("{} over {}", own.unwrap_or_else(whole), other.unwrap_or_else(whole)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT_MOST: Range = Range { at_least: None, at_most: Some(1.1) };
    const AT_LEAST: Range = Range { at_least: Some(1.5), at_most: None };

    fn verdict(low: f64, high: f64, refuted: Option<Range>) -> Verdict {
        decide(Estimate::new(f64::midpoint(low, high), low, high, 8).unwrap(), AT_MOST, refuted).0
    }

    #[test]
    fn the_whole_interval_must_lie_on_one_side() {
        assert_eq!(verdict(0.9, 1.05, Some(AT_LEAST)), Verdict::Confirmed);
        assert_eq!(verdict(1.6, 1.9, Some(AT_LEAST)), Verdict::Refuted);
        assert_eq!(verdict(1.0, 1.2, Some(AT_LEAST)), Verdict::Inconclusive);
        assert_eq!(verdict(1.2, 1.3, Some(AT_LEAST)), Verdict::Inconclusive);
        // Without a range of its own, everything outside refutes.
        assert_eq!(verdict(1.2, 1.3, None), Verdict::Refuted);
        assert_eq!(verdict(1.0, 1.3, None), Verdict::Inconclusive);
    }

    fn combined(parts: &[Verdict]) -> Verdict {
        combine(parts.iter().map(|verdict| (*verdict, Some("because")))).0
    }

    #[test]
    fn an_undecided_comparison_takes_a_confirmation_back_and_no_refutation() {
        use Verdict::{Confirmed, Inconclusive, Partly, Refuted, Untestable};
        assert_eq!(combined(&[Confirmed, Confirmed]), Confirmed);
        assert_eq!(combined(&[Refuted, Refuted]), Refuted);
        assert_eq!(combined(&[Confirmed, Refuted, Inconclusive]), Partly);
        assert_eq!(combined(&[Partly, Confirmed]), Partly);
        assert_eq!(combined(&[Confirmed, Inconclusive]), Inconclusive);
        assert_eq!(combined(&[Refuted, Inconclusive]), Refuted);
        assert_eq!(combined(&[Refuted, Untestable]), Refuted);
        assert_eq!(combined(&[Confirmed, Untestable]), Confirmed);
        assert_eq!(combined(&[Untestable, Inconclusive]), Inconclusive);
        assert_eq!(combined(&[Untestable, Untestable]), Untestable);
    }
}
