//! The runs of a diagnosis: one in which the program tells, then rounds of the program as it is and of what is changed.
//!
//! What is tried depends on what the first run showed: a change that can neither tell causes apart nor be a remedy is not
//! worth a run of the user's program.

use std::time::{Duration, Instant};

use gilbench_analysis::diagnosis::{Case, Cause, Change, Diagnosis, Effect, diagnose};
use gilbench_model::Name;
use gilbench_model::data_file::known_words;
use gilbench_model::environment::{InterpreterState, Status};
use gilbench_model::interpreter::Interpreter;
use gilbench_model::machine::Machine;
use gilbench_model::shell::quoted;
use gilbench_model::watched::{Knowledge, Run};
use gilbench_runner::discovery::InContainers;
use gilbench_runner::inside::{Hook, Purpose};
use gilbench_runner::launcher::Launcher;
use gilbench_runner::trial::{self, Said, Trial, TrialError};
use serde::Serialize;

use super::candidate::{Candidate, words};
use super::subject::Named;
use crate::cli::{Common, Diagnose};
use crate::exit::UsageError;
use crate::interrupt::Interrupt;
use crate::progress::Ticker;
use crate::scratch::Scratch;
use crate::{data, output};

/// Enough rounds for an interval.
const ENOUGH_ROUNDS: usize = 6;

/// The least budget.
const SHORTEST: Duration = Duration::from_millis(100);

/// A share of the time from which on a cause is worth a run.
const WORTH_A_RUN: f64 = 0.2;

/// What was done with a program.
pub(super) struct Experiment {
    /// As the user wrote it.
    pub(super) command: String,
    pub(super) telling: Run,
    pub(super) plain: Vec<Run>,
    pub(super) effects: Vec<Effect>,
    pub(super) runs: Vec<Made>,
    pub(super) machine_cpus: usize,
    pub(super) allowed_cpus: usize,
    pub(super) quota: Option<f64>,
    /// What was not done, and why.
    pub(super) notes: Vec<String>,
}

/// One run that was made.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Made {
    pub(super) what: String,
    pub(super) seconds: f64,
    pub(super) cpu_seconds: f64,
    pub(super) exit_code: Option<i32>,
    pub(super) signal: Option<i32>,
    /// It was ended before it had come to its end.
    pub(super) cut: bool,
    /// What it printed last, where it failed.
    #[serde(skip)]
    pub(super) last_words: Option<String>,
}

impl Experiment {
    pub(super) fn case(&self) -> Case<'_> {
        Case {
            telling: &self.telling,
            plain: &self.plain,
            effects: &self.effects,
            machine_cpus: self.machine_cpus,
            allowed_cpus: self.allowed_cpus,
            quota: self.quota,
        }
    }
}

/// Runs it; `None` where the user has interrupted it.
pub(super) fn make(
    common: &Common,
    arguments: &Diagnose,
    interrupt: &Interrupt,
) -> anyhow::Result<Option<Experiment>> {
    if arguments.budget < SHORTEST {
        let message = format!("no program runs within {} s", arguments.budget.as_secs_f64());
        return Err(UsageError::new(message, "`--budget 60s`").into());
    }
    let scratch = Scratch::new()?;
    let mut named = Named::of(arguments, &scratch)?;
    let maker = Maker::new(common, arguments, interrupt, &scratch)?;
    if let Some(id) = &arguments.interpreter {
        let state = maker.ready(id)?;
        let Some(place) = named.interpreter else { return Err(no_interpreter(&named).into()) };
        let executable = state.executable.clone().unwrap_or_default();
        named.text = named.with_interpreter(&executable);
        named.subject.words[place] = executable;
    }
    say_how_often(arguments);
    match maker.run_all(&named) {
        Ok(experiment) => Ok(Some(experiment)),
        Err(error)
            if error
                .downcast_ref::<TrialError>()
                .is_some_and(|error| matches!(error, TrialError::Interrupted)) =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

fn say_how_often(arguments: &Diagnose) {
    if arguments.once {
        output::note("running it once");
    } else {
        let budget = arguments.budget.as_secs_f64();
        output::note(&format!(
            "running it several times, for about {budget} s in all; `--once` runs it once only"
        ));
    }
}

fn no_interpreter(named: &Named) -> UsageError {
    UsageError::new(
        format!("`{}` names no Python that another could stand in for", named.text),
        "write it as `python app.py`",
    )
}

struct Maker<'a> {
    common: &'a Common,
    arguments: &'a Diagnose,
    interrupt: &'a Interrupt,
    launcher: Launcher,
    tell: Hook,
    fork: Hook,
    machine: Machine,
    begun: Instant,
    ticker: Ticker,
    runs: Vec<Made>,
    notes: Vec<String>,
}

impl<'a> Maker<'a> {
    fn new(
        common: &'a Common,
        arguments: &'a Diagnose,
        interrupt: &'a Interrupt,
        scratch: &Scratch,
    ) -> anyhow::Result<Self> {
        let gilbench = std::env::current_exe()?.to_string_lossy().into_owned();
        let hook = |name: &str, purpose| {
            let folder = scratch.path().join(name);
            std::fs::create_dir_all(&folder)?;
            Hook::plant(&folder, purpose)
        };
        Ok(Self {
            common,
            arguments,
            interrupt,
            launcher: Launcher::start(&[gilbench, "launcher".to_owned()])?,
            tell: hook("tell", Purpose::Tell)?,
            fork: hook("fork", Purpose::Fork)?,
            machine: gilbench_runner::machine::read(),
            begun: Instant::now(),
            ticker: Ticker::new(),
            runs: Vec::new(),
            notes: Vec::new(),
        })
    }

    fn left(&self) -> Duration {
        self.arguments.budget.saturating_sub(self.begun.elapsed())
    }

    /// The interpreters that are meant, as they are found. The others are not asked: some take half a minute.
    fn find(&self, meant: impl Fn(&Interpreter) -> bool) -> anyhow::Result<Vec<InterpreterState>> {
        let catalog = data::catalog(self.common)?;
        let wanted = catalog.interpreters.values().filter(|interpreter| meant(interpreter));
        let wanted: Vec<Name> = wanted.map(|interpreter| interpreter.id.clone()).collect();
        let none = InContainers::None;
        let mut found =
            data::known_interpreters(&catalog, self.common, none, Some(wanted.clone()))?.interpreters;
        found.retain(|state| wanted.contains(&state.id));
        Ok(found)
    }

    /// One that the user names.
    fn ready(&self, id: &Name) -> anyhow::Result<InterpreterState> {
        let Some(state) = self.find(|interpreter| interpreter.id == *id)?.into_iter().next() else {
            let catalog = data::catalog(self.common)?;
            let hint = known_words(id.as_str(), catalog.interpreters.keys().map(Name::as_str));
            return Err(UsageError::new(format!("there is no interpreter `{id}`"), hint).into());
        };
        if !is_here(&state) {
            let reason = state.reason.clone().unwrap_or_else(|| "it is in a container".to_owned());
            let hint = state.hint.clone().unwrap_or_else(|| "gilbench interpreters list".to_owned());
            return Err(
                UsageError::new(format!("`{id}` cannot run it: {reason}"), format!("`{hint}`")).into()
            );
        }
        Ok(state)
    }

    fn trial(
        &mut self,
        named: &Named,
        what: &str,
        change: &trial::Change,
        hook: Option<Purpose>,
        limit: Duration,
    ) -> Result<Trial, TrialError> {
        let (done, seconds) = (self.runs.len(), self.begun.elapsed().as_secs());
        self.ticker.tell(|| format!("run {}, {what}, {seconds} s", done + 1));
        let hook = hook.map(|purpose| match purpose {
            Purpose::Tell => &self.tell,
            Purpose::Fork => &self.fork,
        });
        let interrupt = self.interrupt;
        let trial =
            trial::run(&mut self.launcher, &named.subject, change, hook, limit, &|| interrupt.came())?;
        let failed = trial.tree.exit_code != Some(0);
        self.runs.push(Made {
            what: what.to_owned(),
            seconds: trial.tree.wall_ns.seconds(),
            cpu_seconds: trial.tree.cpu_seconds(),
            exit_code: trial.tree.exit_code,
            signal: trial.tree.signal,
            cut: trial.cut,
            last_words: failed
                .then(|| trial.errors.last_line().or_else(|| trial.output.last_line()))
                .flatten(),
        });
        Ok(trial)
    }

    fn run_all(mut self, named: &Named) -> anyhow::Result<Experiment> {
        let told =
            self.trial(named, "telling", &trial::Change::None, Some(Purpose::Tell), self.arguments.budget);
        let told = told.map_err(not_started)?;
        let (took, cut, printed) = (told.tree.wall_ns.seconds(), told.cut, told.output.clone());
        let mut experiment = Experiment {
            command: named.text.clone(),
            telling: seen(told, self.arguments.threads_only),
            plain: Vec::new(),
            effects: Vec::new(),
            runs: Vec::new(),
            machine_cpus: self.machine.logical_cpus.unwrap_or(1) as usize,
            allowed_cpus: self.machine.allowance.cpus.len(),
            quota: self.machine.allowance.quota,
            notes: Vec::new(),
        };
        if cut {
            let budget = self.arguments.budget.as_secs_f64();
            self.notes.push(format!("it ran longer than {budget} s and was ended; `--budget` gives it more"));
        }
        if experiment.telling.tellers().next().is_none() {
            let note = "nothing was told from inside: what is no Python tells nothing, nor one with `-I`, `-E` or `-S`";
            self.notes.push(note.to_owned());
        }
        let left_behind = experiment.telling.tree.as_ref().map_or(0, |tree| tree.orphans);
        if left_behind > 0 {
            self.notes.push(format!("what it left behind was ended, processes: {left_behind}"));
        }
        let worth = !self.arguments.once && !cut;
        if worth && self.left().as_secs_f64() >= took * 1.1 {
            self.rounds(named, &printed, &mut experiment)?;
        } else if worth {
            let budget = self.arguments.budget.as_secs_f64();
            let needed = (took * 5.0).ceil();
            self.notes.push(format!(
                "there was no time to run it again within {budget} s; `--budget {needed}s` tries what would help"
            ));
        }
        self.ticker.end();
        experiment.runs = self.runs;
        experiment.notes = self.notes;
        Ok(experiment)
    }

    /// Runs the program as it is and as changed, in turn, until there is enough or the time is up.
    fn rounds(&mut self, named: &Named, told: &Said, experiment: &mut Experiment) -> anyhow::Result<()> {
        let first = self
            .trial(named, "as it is", &trial::Change::None, None, self.left() * 2)
            .map_err(not_started)?;
        let repeats = first.output.is_same(told);
        let took = first.tree.wall_ns.seconds();
        let mut pending = Some(first);
        let preliminary = diagnose(&experiment.case());
        let mut candidates = self.candidates(named, &preliminary, experiment)?;
        // Each run may take longer than the program as it is; what does not fit into one round is left out.
        let fits = |count: usize, left: Duration| left.as_secs_f64() >= took * 1.2 * count as f64;
        while !candidates.is_empty() && !fits(candidates.len(), self.left()) {
            if let Some(last) = candidates.pop() {
                self.notes.push(format!("there was no time to try it with {}", words(&last.effect.change)));
            }
        }
        for round in 0_usize.. {
            let started = Instant::now();
            let trying = |candidates: &[Candidate]| -> Vec<usize> {
                (0..candidates.len()).filter(|&index| candidates[index].effect.failure.is_none()).collect()
            };
            let mut order = trying(&candidates);
            // Every second round is the other way round, so that a steady drift of the machine favours nobody.
            let plain_first = round % 2 == 0;
            if !plain_first {
                order.reverse();
            }
            let mut plain = pending.take();
            if plain.is_none() && plain_first {
                plain = Some(self.as_it_is(named)?);
            }
            let mut trials = Vec::new();
            for index in order {
                trials.push((index, self.try_one(named, &candidates[index], took)?));
            }
            let plain = match plain {
                Some(plain) => plain,
                None => self.as_it_is(named)?,
            };
            for (index, trial) in trials {
                candidates[index].take(trial, &plain, repeats);
            }
            experiment.plain.push(seen(plain, self.arguments.threads_only));
            let first = if round == 0 { took } else { 0.0 };
            let needed = started.elapsed() + Duration::from_secs_f64(first);
            if trying(&candidates).is_empty() || round + 1 >= ENOUGH_ROUNDS || self.left() < needed {
                break;
            }
        }
        experiment.effects = candidates.into_iter().map(|candidate| candidate.effect).collect();
        Ok(())
    }

    fn as_it_is(&mut self, named: &Named) -> Result<Trial, TrialError> {
        self.trial(named, "as it is", &trial::Change::None, None, self.left() * 2 + Duration::from_secs(1))
    }

    /// Runs it with one change. What cannot be started says why.
    fn try_one(
        &mut self,
        named: &Named,
        candidate: &Candidate,
        took: f64,
    ) -> Result<Result<Trial, String>, TrialError> {
        let hook = (candidate.effect.change == Change::Fork).then_some(Purpose::Fork);
        // What takes many times as long is no remedy, and its figure is of no use.
        let limit = Duration::from_secs_f64(took * 8.0 + 5.0).min(self.left() * 2 + Duration::from_secs(1));
        match self.trial(named, &words(&candidate.effect.change), &candidate.trial, hook, limit) {
            Err(TrialError::NotStarted { reason }) => Ok(Err(reason)),
            trial => trial.map(Ok),
        }
    }

    /// What is worth trying, the most telling first.
    fn candidates(
        &mut self,
        named: &Named,
        preliminary: &Diagnosis,
        experiment: &Experiment,
    ) -> anyhow::Result<Vec<Candidate>> {
        let share = |causes: &[Cause]| causes.iter().map(|cause| preliminary.shares.of(*cause)).sum::<f64>();
        let worth = |causes: &[Cause]| share(causes) >= WORTH_A_RUN;
        let first = experiment.telling.tellers().next();
        let knowledge = first.map(|teller| &teller.knowledge);
        let mut all = Vec::new();
        let computing = [Cause::Gil, Cause::Parallel, Cause::Throttled];
        if preliminary.shares.libraries_may_be_in_the_way() {
            all.push(Candidate::one_blas_thread(named));
        }
        let has_gil = knowledge.is_none_or(Knowledge::may_have_gil);
        if worth(&[Cause::Gil])
            && first.is_some_and(|teller| teller.hello.gil_built == Some(false))
            && has_gil
        {
            all.push(Candidate::gil_off(named));
        }
        if worth(&[Cause::Gil]) && has_gil && self.arguments.r#try.is_empty() {
            let implementation = first.map_or("cpython", |teller| teller.hello.implementation.as_str());
            self.without_gil(named, implementation, &mut all);
        }
        let allowed = &self.machine.allowance.cpus;
        if worth(&computing)
            && let Some(&last) = allowed.last()
        {
            all.push(Candidate::one_cpu(named, last));
        }
        if worth(&[Cause::Throttled]) && allowed.len() < experiment.machine_cpus {
            all.push(Candidate::all_cpus(named, experiment.machine_cpus));
        }
        let method = knowledge.and_then(|knowledge| knowledge.start_method.as_deref());
        if worth(&[Cause::StartUp]) && method.is_some() && experiment.telling.watched.processes.len() > 2 {
            all.push(Candidate::fork(named));
        }
        for id in self.arguments.r#try.clone() {
            let state = self.ready(&id)?;
            if named.interpreter.is_none() {
                return Err(no_interpreter(named).into());
            }
            all.insert(0, Candidate::interpreter(named, &state));
        }
        Ok(all)
    }

    /// Every interpreter of the program's kind that is here and has no GIL.
    fn without_gil(&mut self, named: &Named, implementation: &str, all: &mut Vec<Candidate>) {
        if named.interpreter.is_none() {
            let note =
                "which of its words is the interpreter is not known, so that none without GIL was tried";
            self.notes.push(note.to_owned());
            return;
        }
        let without = |interpreter: &Interpreter| {
            let identity = interpreter.identity.as_ref();
            identity.is_some_and(|identity| !identity.gil_built && identity.implementation == implementation)
        };
        match self.find(without) {
            Ok(found) if !found.iter().any(is_here) => {
                let hint = found.first().map_or(String::new(), |state| {
                    format!("; `gilbench interpreters install {}` gets one", state.id)
                });
                self.notes.push(format!("no interpreter without GIL is here to try{hint}"));
            }
            Ok(found) => all.extend(
                found.iter().filter(|state| is_here(state)).map(|state| Candidate::interpreter(named, state)),
            ),
            Err(error) => self.notes.push(format!("interpreters without GIL were not looked for: {error}")),
        }
    }
}

/// Whether an interpreter can run a program on this machine, outside of containers.
fn is_here(state: &InterpreterState) -> bool {
    state.status == Status::Ready && state.executable.is_some() && state.image.is_none()
}

/// Only the failure of the very first run ends it all.
fn not_started(error: TrialError) -> anyhow::Error {
    match error {
        TrialError::NotStarted { reason } => {
            UsageError::new(reason, "a script needs its interpreter in front of it: `python app.py`").into()
        }
        error => error.into(),
    }
}

/// What is kept of a run.
fn seen(trial: Trial, threads_only: bool) -> Run {
    let mut watched = trial.watched;
    if threads_only {
        let threads = &watched.threads;
        let first = |thread: u32| threads.get(thread as usize).is_some_and(|thread| thread.process == 0);
        for look in &mut watched.looks {
            look.threads.retain(|glance| first(glance.thread));
        }
    }
    Run { tree: Some(trial.tree), watched, inside: trial.inside, cut: trial.cut }
}

/// A command that compares the program with what becomes of it.
pub(super) fn comparison(command: &str) -> String {
    format!("gilbench ab {} {}", quoted(command), quoted("…the changed program…"))
}
