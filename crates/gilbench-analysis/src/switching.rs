//! What changes with the interpreter: the same code on each, and the best that each can do.
//!
//! All times are held against those of one interpreter, the *reference*: what most readers run now. It is the one with
//! the most measured cases among those that are not native and have the GIL in force. Work that the reference does not
//! do is held against the next of that ranking. Ratios pair by round; differences count once the p-values are adjusted
//! for all ratios that are formed here (Benjamini & Hochberg).
//!
//! Not responsible for what the best case of an interpreter is, which the caller says, nor for behaviour, whose times say
//! nothing.

use std::collections::{BTreeMap, BTreeSet};

use gilbench_model::Name;
use gilbench_model::interpreter::WorkerKind;
use gilbench_model::plan::Case;
use gilbench_model::run_directory::Run;
use gilbench_model::workload::BASELINE;

use crate::findings::{CaseFinding, CaseState};
use crate::series::{Series, paired, values};
use crate::statistics::{
    Answer, EQUIVALENCE_BAND, Estimate, FALSE_DISCOVERY_RATE, adjusted_p_values, decide, median_interval,
    paired_ratio, signed_rank_p_value,
};

/// The interpreters of a run beside each other.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Switching {
    /// What the others are held against wherever it has the case; `None` where nothing was measured.
    pub reference: Option<Name>,
    /// In the order of the plan.
    pub works: Vec<Work>,
}

/// The same code in the same size and under the same conditions, on several interpreters.
#[derive(Clone, Debug, PartialEq)]
pub struct Work {
    /// Index in the plan of the first of its cases, which all others are like but for the interpreter.
    pub case: u32,
    /// What is held against which: none of it has a ratio if nothing was measured.
    pub reference: Option<Name>,
    /// Of whole processes, since the cases are cold; else of steady iterations.
    pub whole: bool,
    /// Whether the rows have a best case: only under the first conditions of each size.
    pub ranked: bool,
    /// One for each interpreter that has a case of the workload and size, in the order of the plan.
    pub rows: Vec<WorkRow>,
}

/// One interpreter.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkRow {
    /// Which.
    pub interpreter: Name,
    /// Index in the plan of the case with the same code, if the plan has one.
    pub case: Option<u32>,
    /// Its time over that of the reference.
    pub same_code: Option<Held>,
    /// Index in the plan of the fastest case.
    pub best: Option<u32>,
    /// The time of the fastest case over that of the reference's fastest.
    pub best_ratio: Option<Held>,
    /// Seconds of a process outside its iterations: the start of the interpreter, imports, what the iterations need and
    /// the end.
    pub outside: Option<Estimate>,
}

/// A ratio and what it says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Held {
    /// Time over the reference's, paired by round. Below 1: it takes less.
    pub ratio: Estimate,
    /// Two-sided, for a ratio of 1, adjusted for all ratios of the [`Switching`].
    pub adjusted_p_value: f64,
    /// Faster and slower only where the adjusted p-value allows it.
    pub answer: Answer,
}

/// How often an interpreter was what, over several works.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tally {
    /// Works with a ratio.
    pub compared: u32,
    /// Of them, those in which it took less time.
    pub faster: u32,
    /// Those in which it took more.
    pub slower: u32,
    /// Those in which it took as long, as far as the band is wide.
    pub equivalent: u32,
    /// The smallest and the largest ratio.
    pub range: Option<[Estimate; 2]>,
}

impl Tally {
    /// Works in which it cannot be said.
    pub fn undecided(&self) -> u32 {
        self.compared - self.faster - self.slower - self.equivalent
    }

    /// Counts ratios.
    pub fn of<'a>(ratios: impl IntoIterator<Item = &'a Held>) -> Self {
        let mut tally = Self::default();
        for held in ratios {
            tally.compared += 1;
            match held.answer {
                Answer::Faster => tally.faster += 1,
                Answer::Slower => tally.slower += 1,
                Answer::Equivalent => tally.equivalent += 1,
                Answer::Undecided => {}
            }
            let [least, most] = tally.range.unwrap_or([held.ratio; 2]);
            tally.range = Some([
                if held.ratio.point < least.point { held.ratio } else { least },
                if held.ratio.point > most.point { held.ratio } else { most },
            ]);
        }
        tally
    }
}

/// Puts the interpreters of a run beside each other. `best` says which case, by its index in the plan, is the fastest of
/// a workload, size and interpreter.
pub fn switching(
    run: &Run,
    cases: &[CaseFinding],
    best: impl Fn(&Name, &Name, &Name) -> Option<u32>,
) -> Switching {
    let Some(all) = Cases::of(run, cases) else { return Switching::default() };
    let ranking = all.ranking();
    let mut works: Vec<Work> = all.works().into_iter().map(|work| all.work(&work, &ranking, &best)).collect();
    adjust(&mut works);
    let reference = ranking.first().filter(|_| !works.is_empty()).map(|name| (*name).clone());
    Switching { reference, works }
}

/// A run's cases beside what is known of them.
struct Cases<'a> {
    run: &'a Run,
    cases: &'a [CaseFinding],
    /// Of whole processes, of cold cases; and of processes outside their iterations, of all.
    whole: BTreeMap<u32, Series>,
    outside: BTreeMap<u32, Series>,
}

/// What is common to the cases of a [`Work`].
struct Sketch<'a> {
    first: u32,
    /// Under conditions that no other work of the size came before.
    ranked: bool,
    /// Each interpreter of the workload and size, with its case of the same code.
    own: Vec<(&'a Name, Option<u32>)>,
}

impl<'a> Cases<'a> {
    /// `None` for findings that are not of this run.
    fn of(run: &'a Run, cases: &'a [CaseFinding]) -> Option<Self> {
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
        Some(Self { run, cases, whole, outside })
    }

    fn numbered(&self) -> impl Iterator<Item = (u32, &'a Case)> + use<'a> {
        let run = self.run;
        (0..).zip(&run.plan.cases).filter(|(_, case)| case.is_measured() && !run.plan.is_behaviour(case))
    }

    fn is_measured(&self, case: u32) -> bool {
        self.cases.get(case as usize).is_some_and(|finding| finding.state == CaseState::Measured)
    }

    /// Who would be the reference, first of all.
    fn ranking(&self) -> Vec<&'a Name> {
        let mut found: Vec<(&Name, bool, bool, u32)> = Vec::new();
        for (index, case) in self.numbered() {
            let count = u32::from(self.is_measured(index));
            match found.iter_mut().find(|(name, ..)| *name == &case.interpreter) {
                Some(own) => own.3 += count,
                None => {
                    let states = &self.run.environment.interpreters;
                    let gil = states.iter().find(|state| state.id == case.interpreter);
                    let gil = gil.is_some_and(|state| state.gil.enabled == Some(true));
                    found.push((&case.interpreter, case.worker == WorkerKind::Native, gil, count));
                }
            }
        }
        found.sort_by_key(|(_, native, gil, count)| (*native, !gil, std::cmp::Reverse(*count)));
        found.into_iter().map(|(name, ..)| name).collect()
    }

    /// For each workload and size the strategy one after another or, where no two interpreters have that, the first that
    /// most of them have; each under all conditions that several have.
    fn works(&self) -> Vec<Sketch<'a>> {
        let mut by_size: Vec<((&Name, &Name, bool), Vec<(u32, &Case)>)> = Vec::new();
        let mut place = BTreeMap::new();
        for (index, case) in self.numbered() {
            let key = (&case.workload, &case.conditions.size, case.conditions.cold);
            let at = *place.entry(key).or_insert_with(|| {
                by_size.push((key, Vec::new()));
                by_size.len() - 1
            });
            by_size[at].1.push((index, case));
        }
        by_size.iter().flat_map(|(_, own)| Self::works_of(own)).collect()
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

    fn work(
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
            Some(self.cases.get(case as usize)?.values.iter().copied().collect())
        };
        let (these, others) = paired(&series(own)?, &series(against)?);
        let ratio = paired_ratio(&these, &others).ok()?;
        let differences: Vec<f64> = these.iter().zip(&others).map(|(a, b)| a.ln() - b.ln()).collect();
        let adjusted_p_value = signed_rank_p_value(&differences).ok()?;
        Some(Held { ratio, adjusted_p_value, answer: decide(&ratio, EQUIVALENCE_BAND).answer })
    }
}

/// Turns the p-values into adjusted ones, and takes back what they do not allow.
fn adjust(works: &mut [Work]) {
    let mut held: Vec<&mut Held> = works
        .iter_mut()
        .flat_map(|work| &mut work.rows)
        .flat_map(|row| [row.same_code.as_mut(), row.best_ratio.as_mut()])
        .flatten()
        .collect();
    let alone: Vec<f64> = held.iter().map(|held| held.adjusted_p_value).collect();
    let adjusted = adjusted_p_values(&alone).unwrap_or_else(|_| vec![1.0; alone.len()]);
    for (held, adjusted) in held.iter_mut().zip(adjusted) {
        held.adjusted_p_value = adjusted;
        if adjusted > FALSE_DISCOVERY_RATE && matches!(held.answer, Answer::Faster | Answer::Slower) {
            held.answer = Answer::Undecided;
        }
    }
}

/// Each once, in the order of the first.
fn distinct<'a>(names: impl Iterator<Item = &'a Name>) -> Vec<&'a Name> {
    let mut seen = BTreeSet::new();
    names.filter(|name| seen.insert(*name)).collect()
}
