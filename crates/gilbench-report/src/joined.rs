//! A run joined with its findings: each case beside what is known of it, and the looks that stand for
//! interpreters and strategies on every page.

use std::collections::{BTreeMap, BTreeSet};

use gilbench_analysis::findings::{CaseFinding, CaseState, Findings};
use gilbench_analysis::statistics::{Estimate, paired_ratio, signed_rank_p_value};
use gilbench_model::Name;
use gilbench_model::condition::DEFAULT_SIZE;
use gilbench_model::environment::InterpreterState;
use gilbench_model::interpreter::WorkerKind;
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
    /// Other runs, oldest first.
    pub(crate) others: &'a [Run],
    /// What the suite asks for, in the plan's order.
    pub(crate) entries: Vec<Entry<'a>>,
    /// The others: one case again, and calibration. No table of results has them.
    pub(crate) controls: Vec<Entry<'a>>,
    by_id: BTreeMap<&'a str, usize>,
    by_round: BTreeMap<(u32, u32), &'a Process>,
    interpreters: Vec<&'a Name>,
    strategies: Vec<&'a Name>,
    /// Those of the interpreters that are none.
    native: BTreeSet<&'a Name>,
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
        let Sources { run, findings, others } = sources;
        let cases = &run.plan.cases;
        let fits = findings.cases.iter().zip(0_u32..).all(|(finding, index)| finding.case == index);
        if findings.cases.len() != cases.len() || !fits {
            let kind = ReportErrorKind::NotOfThisRun { found: findings.cases.len(), expected: cases.len() };
            return Err(kind.at("."));
        }
        let all = cases.iter().zip(&findings.cases).map(|(case, finding)| Entry { case, finding });
        let (entries, controls): (Vec<_>, Vec<_>) = all.partition(|entry| entry.case.is_measured());
        let by_id =
            entries.iter().enumerate().map(|(index, entry)| (entry.case.id.as_str(), index)).collect();
        // What was measured first, which also keeps its colours apart; then the rest of the run's, then all others.
        // Within that in the environment's order, with those that it does not know at the end.
        let known = run.environment.interpreters.iter().map(|state| &state.id);
        let mut interpreters = distinct(known.chain(entries.iter().map(|entry| &entry.case.interpreter)));
        let unmeasured = |entry: &Entry<'_>| u8::from(entry.finding.state != CaseState::Measured);
        interpreters.sort_by_key(|name| {
            let own = entries.iter().filter(|entry| entry.case.interpreter == **name);
            own.map(unmeasured).min().unwrap_or(2)
        });
        let is_native = |case: &&Case| case.worker == WorkerKind::Native;
        let native = cases.iter().filter(is_native).map(|case| &case.interpreter).collect();
        let strategies = distinct(entries.iter().map(|entry| &entry.case.strategy));
        let rounds = run.processes.iter().filter(|process| process.outcome.is_completed());
        let by_round = rounds.filter_map(|process| Some(((process.case, process.round?), process))).collect();
        Ok(Self {
            run,
            findings,
            others,
            entries,
            controls,
            by_id,
            by_round,
            interpreters,
            strategies,
            native,
        })
    }

    /// What was recorded of a case's completed process in a round.
    pub(crate) fn process(&self, case: u32, round: u32) -> Option<&'a Process> {
        self.by_round.get(&(case, round)).copied()
    }

    /// The case with this id, of those that the suite asks for.
    pub(crate) fn entry(&self, id: &str) -> Option<Entry<'a>> {
        self.by_id.get(id).map(|&index| self.entries[index])
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
        let own = self.entries.iter().filter(|entry| entry.case.interpreter == *interpreter);
        let (planned, measured) = own.fold((0, 0), |(planned, measured), entry| {
            (planned + 1, measured + u64::from(entry.finding.state == CaseState::Measured))
        });
        match (planned, measured) {
            (0, _) => "no".to_owned(),
            (_, 0) => format!("no, none of {}", count(planned, "case")),
            _ => format!("yes, {measured} of {}", count(planned, "case")),
        }
    }

    /// Interpreters with a case of this workload, in order.
    pub(crate) fn interpreters_of(&self, workload: &Name) -> Vec<&'a Name> {
        let measured = |name: &Name| self.of(workload).any(|entry| entry.case.interpreter == *name);
        self.interpreters.iter().copied().filter(|name| measured(name)).collect()
    }

    /// Whether this is the native baseline: compiled into gilbench, so no interpreter at all.
    pub(crate) fn is_native(&self, interpreter: &Name) -> bool {
        self.native.contains(interpreter)
    }

    /// The class that colours an interpreter.
    pub(crate) fn colour(&self, interpreter: &Name) -> String {
        if self.is_native(interpreter) {
            return "colour-native".to_owned();
        }
        let others = self.interpreters.iter().filter(|name| !self.is_native(name));
        let index = others.take_while(|name| **name != interpreter).count();
        format!("colour-{}", index % COLOURS)
    }

    /// The marker of a strategy.
    pub(crate) fn shape(&self, strategy: &Name) -> Shape {
        let index = self.strategies.iter().take_while(|name| **name != strategy).count();
        Shape::ALL[index % Shape::ALL.len()]
    }

    /// A workload's cases.
    pub(crate) fn of(&self, workload: &Name) -> impl Iterator<Item = Entry<'a>> + Clone {
        self.entries.iter().copied().filter(move |entry| entry.case.workload == *workload)
    }

    /// The workloads that the suite asks for, in the order of the plan.
    pub(crate) fn workloads(&self) -> Vec<(&'a Name, Option<&'a WorkloadSummary>)> {
        let names = distinct(self.entries.iter().map(|entry| &entry.case.workload));
        names.into_iter().map(|name| (name, self.run.plan.workloads.get(name))).collect()
    }
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

    /// The same where all cases have one size, or it stands above them.
    pub(crate) fn label_in_size(&self) -> String {
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

    fn strategy_without(&self, conditions: &[&str]) -> String {
        let text = self.case.conditions.to_string();
        let kept = text.split(',').filter(|part| !conditions.iter().any(|name| part.starts_with(name)));
        let kept = kept.collect::<Vec<_>>().join(",");
        format!("{} {kept}", self.case.strategy).trim_end().to_owned()
    }

    /// Whether its size is the one that is compared when nothing else is asked.
    pub(crate) fn has_default_size(&self) -> bool {
        self.case.conditions.size == DEFAULT_SIZE
    }
}

/// Each once, in the order of the first.
fn distinct<'a>(names: impl Iterator<Item = &'a Name>) -> Vec<&'a Name> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for name in names {
        if seen.insert(name) {
            found.push(name);
        }
    }
    found
}
