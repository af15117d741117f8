//! A run joined with its findings: each case beside what is known of it, and the looks that stand for
//! interpreters and strategies on every page.

use std::collections::{BTreeMap, HashMap, HashSet};

use gilbench_analysis::earlier::Earlier;
use gilbench_analysis::findings::{CaseFinding, CaseState, Findings};
use gilbench_analysis::statistics::{Estimate, paired_ratio, signed_rank_p_value};
use gilbench_model::Name;
use gilbench_model::condition::DEFAULT_SIZE;
use gilbench_model::environment::InterpreterState;
use gilbench_model::interpreter::WorkerKind;
use gilbench_model::kind_of_work::KindOfWork;
use gilbench_model::plan::{Case, WorkloadSummary};
use gilbench_model::run_directory::Run;
use gilbench_model::sample::Process;

use crate::Sources;
use crate::charts::Shape;
use crate::error::{ReportError, ReportErrorKind};
use crate::numbers::count;

/// What every page is made from.
pub(crate) struct Report<'a> {
    pub(crate) run: &'a Run,
    pub(crate) findings: &'a Findings,
    /// What earlier runs add, where there are any.
    pub(crate) earlier: Option<&'a Earlier>,
    /// The rows of the decision matrix.
    pub(crate) kinds: &'a [KindOfWork],
    /// What the suite asks for, in the plan's order.
    pub(crate) entries: Vec<Entry<'a>>,
    /// The others: one case again, and calibration. No table of results has them.
    pub(crate) controls: Vec<Entry<'a>>,
    by_round: HashMap<(u32, u32), &'a Process>,
    interpreters: Vec<&'a Name>,
    index: Index<'a>,
}

/// Where everything stands, so that no look-up goes through all cases.
struct Index<'a> {
    by_id: HashMap<&'a str, usize>,
    /// In the order of the plan.
    workloads: Vec<&'a Name>,
    /// The places of each workload's entries.
    of_workload: HashMap<&'a Name, Vec<usize>>,
    /// Each with cases of the workload, in order.
    interpreters_of: HashMap<&'a Name, Vec<&'a Name>>,
    native: HashSet<&'a Name>,
    /// How many cases of an interpreter were asked for and measured.
    measured: HashMap<&'a Name, (u64, u64)>,
    /// An interpreter's place in the palette.
    colours: HashMap<&'a Name, usize>,
    /// How many places are taken.
    coloured: usize,
    /// A strategy's place in the order of shapes.
    shapes: HashMap<&'a Name, usize>,
}

/// A case and what is known of it.
#[derive(Clone, Copy)]
pub(crate) struct Entry<'a> {
    pub(crate) case: &'a Case,
    pub(crate) finding: &'a CaseFinding,
}

/// A case's time over another's, and the chance of rounds as lopsided if they took the same.
#[derive(Clone, Copy)]
pub(crate) struct TimeRatio {
    pub(crate) estimate: Estimate,
    pub(crate) p_value: f64,
}

/// Palette entries in the style sheet. More interpreters than that share colours; row labels still tell them
/// apart.
const COLOURS: usize = 8;

impl<'a> Report<'a> {
    /// Refuses findings that are not of this run.
    pub(crate) fn new(sources: Sources<'a>) -> Result<Self, ReportError> {
        let Sources { run, findings, earlier, kinds } = sources;
        let cases = &run.plan.cases;
        let fits = findings.cases.iter().zip(0_u32..).all(|(finding, index)| finding.case == index);
        if findings.cases.len() != cases.len() || !fits {
            let kind = ReportErrorKind::NotOfThisRun { found: findings.cases.len(), expected: cases.len() };
            return Err(kind.at("."));
        }
        let all = cases.iter().zip(&findings.cases).map(|(case, finding)| Entry { case, finding });
        let (entries, controls): (Vec<_>, Vec<_>) = all.partition(|entry| entry.case.is_measured());
        // What was measured first, which also keeps its colours apart; then the rest of the run's, then all others.
        // Within that in the environment's order, with those that it does not know at the end.
        let known = run.environment.interpreters.iter().map(|state| &state.id);
        let mut interpreters = distinct(known.chain(entries.iter().map(|entry| &entry.case.interpreter)));
        let measured = measured(&entries);
        interpreters.sort_by_key(|name| match measured.get(name) {
            None => 2,
            Some((_, 0)) => 1,
            Some(_) => 0,
        });
        let index = Index::new(run, &entries, &interpreters, measured);
        let rounds = run.processes.iter().filter(|process| process.outcome.is_completed());
        let by_round = rounds.filter_map(|process| Some(((process.case, process.round?), process))).collect();
        Ok(Self { run, findings, earlier, kinds, entries, controls, by_round, interpreters, index })
    }

    /// What was recorded of a case's completed process in a round.
    pub(crate) fn process(&self, case: u32, round: u32) -> Option<&'a Process> {
        self.by_round.get(&(case, round)).copied()
    }

    /// The case with this id, of those that the suite asks for.
    pub(crate) fn entry(&self, id: &str) -> Option<Entry<'a>> {
        self.index.by_id.get(id).map(|&index| self.entries[index])
    }

    /// The case with this index in the plan, of those that the suite asks for.
    pub(crate) fn planned(&self, case: u32) -> Option<Entry<'a>> {
        self.entry(&self.run.plan.cases.get(case as usize)?.id)
    }

    /// Interpreters in the order of every table.
    pub(crate) fn interpreters(&self) -> &[&'a Name] {
        &self.interpreters
    }

    /// What is known of the interpreters, in the same order.
    pub(crate) fn states(&self) -> impl Iterator<Item = &'a InterpreterState> {
        let states = &self.run.environment.interpreters;
        self.interpreters.iter().filter_map(|name| states.iter().find(|state| state.id == **name))
    }

    /// Whether and how far this run measured an interpreter: to be ready is not to be measured.
    pub(crate) fn measured(&self, interpreter: &Name) -> String {
        let (planned, measured) = self.index.measured.get(interpreter).copied().unwrap_or_default();
        match (planned, measured) {
            (0, _) => "no".to_owned(),
            (_, 0) => format!("no, none of {}", count(planned, "case")),
            _ => format!("yes, {measured} of {}", count(planned, "case")),
        }
    }

    /// Interpreters with a case of this workload, in order.
    pub(crate) fn interpreters_of(&self, workload: &Name) -> Vec<&'a Name> {
        self.index.interpreters_of.get(workload).cloned().unwrap_or_default()
    }

    /// Whether this is the native baseline: compiled into gilbench, so no interpreter at all.
    pub(crate) fn is_native(&self, interpreter: &Name) -> bool {
        self.index.native.contains(interpreter)
    }

    /// The class that colours an interpreter.
    pub(crate) fn colour(&self, interpreter: &Name) -> String {
        if self.is_native(interpreter) {
            return "colour-native".to_owned();
        }
        let place = self.index.colours.get(interpreter).copied().unwrap_or(self.index.coloured);
        format!("colour-{}", place % COLOURS)
    }

    /// The marker of a strategy.
    pub(crate) fn shape(&self, strategy: &Name) -> Shape {
        let place = self.index.shapes.get(strategy).copied().unwrap_or(self.index.shapes.len());
        Shape::ALL[place % Shape::ALL.len()]
    }

    /// A workload's cases.
    pub(crate) fn of(&self, workload: &Name) -> impl Iterator<Item = Entry<'a>> + Clone {
        let places = self.index.of_workload.get(workload).map_or(&[][..], Vec::as_slice);
        places.iter().map(|&place| self.entries[place])
    }

    /// Whether one of a workload's strategies is the fastest way of doing the same.
    pub(crate) fn is_race(&self, workload: &Name) -> bool {
        self.run.plan.workloads.get(workload).is_none_or(|summary| summary.race)
    }

    /// The workloads that the suite asks for, in the order of the plan.
    pub(crate) fn workloads(&self) -> Vec<(&'a Name, Option<&'a WorkloadSummary>)> {
        let summary = |name: &&'a Name| (*name, self.run.plan.workloads.get(*name));
        self.index.workloads.iter().map(summary).collect()
    }
}

impl<'a> Index<'a> {
    fn new(
        run: &'a Run,
        entries: &[Entry<'a>],
        interpreters: &[&'a Name],
        measured: HashMap<&'a Name, (u64, u64)>,
    ) -> Self {
        let native_cases = run.plan.cases.iter().filter(|case| case.worker == WorkerKind::Native);
        let native: HashSet<&Name> = native_cases.map(|case| &case.interpreter).collect();
        let mut by_id = HashMap::with_capacity(entries.len());
        let mut of_workload: HashMap<&Name, Vec<usize>> = HashMap::new();
        let mut having: HashMap<&Name, HashSet<&Name>> = HashMap::new();
        for (place, Entry { case, .. }) in entries.iter().enumerate() {
            by_id.insert(case.id.as_str(), place);
            of_workload.entry(&case.workload).or_default().push(place);
            having.entry(&case.workload).or_default().insert(&case.interpreter);
        }
        let in_order = |(workload, having): (&'a Name, HashSet<&Name>)| {
            let own = interpreters.iter().copied().filter(|name| having.contains(name));
            (workload, own.collect())
        };
        let coloured = || interpreters.iter().copied().filter(|name| !native.contains(name));
        let numbered = |names: Vec<&'a Name>| names.into_iter().zip(0..).collect();
        Self {
            by_id,
            workloads: distinct(entries.iter().map(|entry| &entry.case.workload)),
            of_workload,
            interpreters_of: having.into_iter().map(in_order).collect(),
            measured,
            colours: coloured().zip(0..).collect(),
            coloured: coloured().count(),
            shapes: numbered(distinct(entries.iter().map(|entry| &entry.case.strategy))),
            native,
        }
    }
}

/// Cases of each interpreter that were asked for, and those of them that were measured.
fn measured<'a>(entries: &[Entry<'a>]) -> HashMap<&'a Name, (u64, u64)> {
    let mut counts: HashMap<&Name, (u64, u64)> = HashMap::new();
    for Entry { case, finding } in entries {
        let (planned, measured) = counts.entry(&case.interpreter).or_default();
        *planned += 1;
        *measured += u64::from(finding.state == CaseState::Measured);
    }
    counts
}

impl Entry<'_> {
    /// Whether the case may decide or win anything: it has a time, there are as many CPUs as it wants, and others
    /// left them to it.
    pub(crate) fn is_decisive(&self) -> bool {
        self.finding.state == CaseState::Measured && !self.case.oversubscribed && !self.finding.crowded
    }

    /// The class of a mark that decides nothing, and words on why; both empty for one that does.
    pub(crate) fn doubt(&self) -> (&'static str, &'static str) {
        if self.case.oversubscribed {
            (" hollow", ", more workers than CPUs")
        } else if self.finding.crowded {
            (" hollow", ", crowded")
        } else {
            ("", "")
        }
    }

    /// The word for a case whose time is not that of a steady state, or not in all processes.
    pub(crate) fn unsteady(&self) -> Option<&'static str> {
        let found = self.finding.warm_up.as_ref()?;
        found.unsteady().map(|_| found.class.as_str())
    }

    /// How long a steady iteration takes against one of another case; `None` in too few rounds of both.
    pub(crate) fn time_ratio(&self, to: &Entry<'_>) -> Option<TimeRatio> {
        let others: BTreeMap<_, _> = to.finding.values.iter().copied().collect();
        let both = self.finding.values.iter().filter_map(|(round, time)| Some((*time, *others.get(round)?)));
        let (these, others): (Vec<f64>, Vec<f64>) = both.unzip();
        let differences: Vec<f64> = these.iter().zip(&others).map(|(a, b)| a.ln() - b.ln()).collect();
        Some(TimeRatio {
            estimate: paired_ratio(&these, &others).ok()?,
            p_value: signed_rank_p_value(&differences).ok()?,
        })
    }

    /// A word for what became of it, and why it has no time where it has none.
    pub(crate) fn state(&self) -> (&'static str, Option<String>) {
        let rounds = self.finding.rounds;
        match &self.finding.state {
            CaseState::Measured => ("measured", None),
            CaseState::Skipped { reason, .. } => ("skipped", Some(reason.clone())),
            CaseState::Failed { reason } => {
                // The state stands before it.
                let words = reason.strip_prefix("failed: ").unwrap_or(reason);
                ("failed", Some(words.to_owned()))
            }
            CaseState::TooFew { needed } => {
                ("ended", Some(format!("too few rounds: {rounds} of {needed} for an interval")))
            }
            CaseState::Pending { needed } => {
                ("pending", Some(format!("{rounds} of {} recorded", count(u64::from(*needed), "round"))))
            }
        }
    }

    /// Conditions and strategy, for a table of one interpreter: `threads workers=4`.
    pub(crate) fn label(&self) -> String {
        format!("{} {}", self.case.strategy, self.case.conditions)
    }

    /// The same without the size, where only one is spoken of: `threads workers=4`.
    pub(crate) fn way(&self) -> String {
        self.strategy_without(&["size="])
    }

    /// Strategy and conditions but for the number of workers: what one line of a speed-up chart is about.
    pub(crate) fn series(&self) -> String {
        self.strategy_without(&["workers="])
    }

    /// The same but for the size too.
    pub(crate) fn series_of_all_sizes(&self) -> String {
        self.strategy_without(&["workers=", "size="])
    }

    /// Strategy and conditions but for the size: `threads workers=4`.
    pub(crate) fn label_of_all_sizes(&self) -> String {
        self.strategy_without(&["size="])
    }

    /// Its conditions without the size, which stands elsewhere.
    pub(crate) fn conditions_in_size(&self) -> String {
        self.conditions_without(&["size="])
    }

    fn strategy_without(&self, conditions: &[&str]) -> String {
        format!("{} {}", self.case.strategy, self.conditions_without(conditions)).trim_end().to_owned()
    }

    fn conditions_without(&self, conditions: &[&str]) -> String {
        let text = self.case.conditions.to_string();
        let kept = text.split(',').filter(|part| !conditions.iter().any(|name| part.starts_with(name)));
        kept.collect::<Vec<_>>().join(",")
    }

    /// Whether its size is the one that is compared when nothing else is asked.
    pub(crate) fn has_default_size(&self) -> bool {
        self.case.conditions.size == DEFAULT_SIZE
    }
}

/// Each once, in the order of the first.
fn distinct<'a>(names: impl Iterator<Item = &'a Name>) -> Vec<&'a Name> {
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    for name in names {
        if seen.insert(name) {
            found.push(name);
        }
    }
    found
}
