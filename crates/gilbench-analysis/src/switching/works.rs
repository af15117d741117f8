//! Which cases of a run are the same code on several interpreters, and their ratios, each taken alone.

use std::collections::{BTreeMap, BTreeSet};

use gilbench_model::Name;
use gilbench_model::interpreter::WorkerKind;
use gilbench_model::plan::Case;
use gilbench_model::run_directory::Run;
use gilbench_model::workload::BASELINE;

use super::{Held, Work, WorkRow};
use crate::findings::{CaseFinding, CaseState};
use crate::series::{Series, paired, values};
use crate::statistics::{EQUIVALENCE_BAND, decide, median_interval, paired_ratio, signed_rank_p_value};

/// A run's cases beside what is known of them.
pub(super) struct Cases<'a> {
    run: &'a Run,
    findings: &'a [CaseFinding],
    /// Of whole processes, of cold cases; and of processes outside their iterations, of all.
    whole: BTreeMap<u32, Series>,
    outside: BTreeMap<u32, Series>,
}

/// What is common to the cases of a [`Work`].
pub(super) struct Sketch<'a> {
    first: u32,
    /// Under conditions that no other work of the size came before.
    ranked: bool,
    /// Each interpreter of the workload and size, with its case of the same code.
    own: Vec<(&'a Name, Option<u32>)>,
}

impl<'a> Cases<'a> {
    /// `None` for findings that are not of this run.
    pub(super) fn of(run: &'a Run, cases: &'a [CaseFinding]) -> Option<Self> {
        if run.plan.cases.len() != cases.len() {
            return None;
        }
        let (mut whole, mut outside) = (BTreeMap::<u32, Series>::new(), BTreeMap::<u32, Series>::new());
        for process in run.processes.iter().filter(|process| process.outcome.is_completed()) {
            let (Some(round), Some(tree)) = (process.round, &process.tree) else { continue };
            let wall = tree.wall_ns.seconds();
            let inside: f64 = process.iterations.iter().map(|iteration| iteration.wall_ns.seconds()).sum();
            whole.entry(process.case).or_default().insert(round, wall);
            if wall > inside {
                outside.entry(process.case).or_default().insert(round, wall - inside);
            }
        }
        Some(Self { run, findings: cases, whole, outside })
    }

    fn numbered(&self) -> impl Iterator<Item = (u32, &'a Case)> + use<'a> {
        let run = self.run;
        (0..).zip(&run.plan.cases).filter(|(_, case)| case.is_measured() && !run.plan.is_behaviour(case))
    }

    fn is_measured(&self, case: u32) -> bool {
        self.findings.get(case as usize).is_some_and(|finding| finding.state == CaseState::Measured)
    }

    /// Who would be the reference, first of all.
    pub(super) fn ranking(&self) -> Vec<&'a Name> {
        let mut found: Vec<(&Name, bool, bool, u32)> = Vec::new();
        for (index, case) in self.numbered() {
            let count = u32::from(self.is_measured(index));
            if let Some(own) = found.iter_mut().find(|(name, ..)| *name == &case.interpreter) {
                own.3 += count;
                continue;
            }
            let states = &self.run.environment.interpreters;
            let gil = states.iter().find(|state| state.id == case.interpreter);
            let gil = gil.is_some_and(|state| state.gil.enabled == Some(true));
            found.push((&case.interpreter, case.worker == WorkerKind::Native, gil, count));
        }
        found.sort_by_key(|(_, native, gil, count)| (*native, !gil, std::cmp::Reverse(*count)));
        found.into_iter().map(|(name, ..)| name).collect()
    }

    /// For each workload and size the strategy one after another or, where no two interpreters have that, the first that
    /// most of them have; each under all conditions that several have.
    pub(super) fn works(&self) -> Vec<Sketch<'a>> {
        let mut by_size: Vec<Vec<(u32, &Case)>> = Vec::new();
        let mut place = BTreeMap::new();
        for (index, case) in self.numbered() {
            let key = (&case.workload, &case.conditions.size, case.conditions.cold);
            let at = *place.entry(key).or_insert_with(|| {
                by_size.push(Vec::new());
                by_size.len() - 1
            });
            by_size[at].push((index, case));
        }
        by_size.iter().flat_map(|own| Self::works_of(own)).collect()
    }

    fn works_of(own: &[(u32, &'a Case)]) -> Vec<Sketch<'a>> {
        let interpreters = distinct(own.iter().map(|(_, case)| &case.interpreter));
        let mut alike: Vec<Vec<(u32, &Case)>> = Vec::new();
        let mut place = BTreeMap::new();
        for (index, case) in own {
            let at = *place.entry((&case.strategy, &case.conditions)).or_insert_with(|| {
                alike.push(Vec::new());
                alike.len() - 1
            });
            alike[at].push((*index, case));
        }
        alike.retain(|cases| cases.len() > 1);
        let is_baseline = |cases: &Vec<(u32, &Case)>| cases[0].1.strategy == BASELINE;
        if alike.iter().any(is_baseline) {
            alike.retain(is_baseline);
        } else if let Some(most) = alike.iter().map(Vec::len).max() {
            // Of equally many the first.
            let first = alike.iter().position(|cases| cases.len() == most).unwrap_or(0);
            alike = vec![alike.swap_remove(first)];
        }
        let sketch = |(place, cases): (usize, &Vec<(u32, &'a Case)>)| {
            let case_of = |name: &Name| cases.iter().find(|(_, case)| case.interpreter == *name);
            let with_case = interpreters.iter().map(|name| (*name, case_of(name).map(|(index, _)| *index)));
            let ranked = place == 0 && !cases[0].1.conditions.cold;
            Sketch {
                first: cases[0].0,
                ranked,
                // Under other conditions than the first only those that were measured under them.
                own: with_case.filter(|(_, case)| ranked || case.is_some()).collect(),
            }
        };
        alike.iter().enumerate().map(sketch).collect()
    }

    pub(super) fn work(
        &self,
        sketch: &Sketch<'a>,
        ranking: &[&Name],
        best: &impl Fn(&Name, &Name, &Name) -> Option<u32>,
    ) -> Work {
        let first = &self.run.plan.cases[sketch.first as usize];
        let whole = first.conditions.cold;
        let has_time = |name: &Name| {
            sketch
                .own
                .iter()
                .any(|(own, case)| *own == name && case.is_some_and(|case| self.is_measured(case)))
        };
        let reference = ranking.iter().copied().find(|name| has_time(name));
        let against = sketch.own.iter().find(|(own, _)| Some(*own) == reference).and_then(|(_, case)| *case);
        let best = |name: &Name| {
            let of_this = || best(&first.workload, &first.conditions.size, name);
            sketch.ranked.then(of_this).flatten()
        };
        let best_against = reference.and_then(best);
        let row = |(name, case): &(&Name, Option<u32>)| {
            let is_reference = Some(*name) == reference;
            let held = |own: Option<u32>, against: Option<u32>| {
                if is_reference { None } else { self.held(own?, against?, whole) }
            };
            let outside = case.and_then(|case| self.outside.get(&case));
            WorkRow {
                interpreter: (*name).clone(),
                case: *case,
                same_code: held(*case, against),
                best: best(name),
                best_ratio: held(best(name), best_against),
                outside: outside.and_then(|series| median_interval(&values(series)).ok()),
            }
        };
        Work {
            case: sketch.first,
            reference: reference.cloned(),
            whole,
            ranked: sketch.ranked,
            rows: sketch.own.iter().map(row).collect(),
        }
    }

    fn held(&self, own: u32, against: u32, whole: bool) -> Option<Held> {
        let series = |case: u32| -> Option<Series> {
            if whole {
                return self.whole.get(&case).cloned();
            }
            Some(self.findings.get(case as usize)?.values.iter().copied().collect())
        };
        let (these, others) = paired(&series(own)?, &series(against)?);
        let ratio = paired_ratio(&these, &others).ok()?;
        let differences: Vec<f64> = these.iter().zip(&others).map(|(a, b)| a.ln() - b.ln()).collect();
        let adjusted_p_value = signed_rank_p_value(&differences).ok()?;
        Some(Held { ratio, adjusted_p_value, answer: decide(&ratio, EQUIVALENCE_BAND).answer })
    }
}

/// Each once, in the order of the first.
fn distinct<'a>(names: impl Iterator<Item = &'a Name>) -> Vec<&'a Name> {
    let mut seen = BTreeSet::new();
    names.filter(|name| seen.insert(*name)).collect()
}
