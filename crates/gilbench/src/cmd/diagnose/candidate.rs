//! Changes that can be tried with a program, and what came of trying them.

use gilbench_analysis::diagnosis::{Change, Effect};
use gilbench_model::environment::InterpreterState;
use gilbench_runner::trial::{self, Trial};

use super::subject::Named;

/// A change with what it takes to run it.
pub(super) struct Candidate {
    pub(super) trial: trial::Change,
    pub(super) effect: Effect,
}

/// A change in words, behind "with".
pub(super) fn words(change: &Change) -> String {
    match change {
        Change::OneCpu => "one CPU".to_owned(),
        Change::AllCpus => "all CPUs of the machine".to_owned(),
        Change::OneBlasThread => "one thread for BLAS".to_owned(),
        Change::GilOff => "the GIL switched off".to_owned(),
        Change::Fork => "processes started by fork".to_owned(),
        Change::OtherInterpreter(id) | Change::FreeThreading(id) => id.clone(),
    }
}

/// Variables that set the number of threads of BLAS and OpenMP libraries.
const BLAS_THREADS: [&str; 4] =
    ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS"];

impl Candidate {
    fn new(change: Change, trial: trial::Change, command: String) -> Self {
        let effect = Effect {
            change,
            rounds: Vec::new(),
            cpu_rounds: Vec::new(),
            same_output: None,
            failure: None,
            command,
        };
        Self { trial, effect }
    }

    pub(super) fn one_cpu(named: &Named, cpu: u32) -> Self {
        let command = format!("taskset -c {cpu} {}", named.text);
        Self::new(Change::OneCpu, trial::Change::Cpus(vec![cpu]), command)
    }

    pub(super) fn all_cpus(named: &Named, count: usize) -> Self {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        let command = format!("taskset -c 0-{} {}", count.saturating_sub(1), named.text);
        Self::new(Change::AllCpus, trial::Change::Cpus((0..count).collect()), command)
    }

    pub(super) fn one_blas_thread(named: &Named) -> Self {
        let variables = BLAS_THREADS.map(|name| (name, "1".to_owned())).to_vec();
        let command = format!("OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 {}", named.text);
        Self::new(Change::OneBlasThread, trial::Change::Variables(variables), command)
    }

    pub(super) fn gil_off(named: &Named) -> Self {
        let command = format!("PYTHON_GIL=0 {}", named.text);
        Self::new(Change::GilOff, trial::Change::Variables(vec![("PYTHON_GIL", "0".to_owned())]), command)
    }

    pub(super) fn fork(named: &Named) -> Self {
        let command = format!("{}  # after multiprocessing.set_start_method(\"fork\")", named.text);
        Self::new(Change::Fork, trial::Change::None, command)
    }

    pub(super) fn interpreter(named: &Named, state: &InterpreterState) -> Self {
        let executable = state.executable.clone().unwrap_or_default();
        let command = named.with_interpreter(&executable);
        let id = state.id.to_string();
        let change = if state.gil.enabled == Some(false) {
            Change::FreeThreading(id)
        } else {
            Change::OtherInterpreter(id)
        };
        let trial = trial::Change::Interpreter { word: named.interpreter.unwrap_or(0), executable };
        Self::new(change, trial, command)
    }

    /// Takes what came of a run, beside one of the program as it is.
    pub(super) fn take(&mut self, trial: Result<Trial, String>, plain: &Trial, repeats: bool) {
        let effect = &mut self.effect;
        let trial = match trial {
            Ok(trial) => trial,
            Err(reason) => return effect.failure = Some(reason),
        };
        let ended_alike =
            trial.tree.exit_code == plain.tree.exit_code && trial.tree.signal == plain.tree.signal;
        if trial.cut {
            effect.failure = Some(format!("it took more than {:.0} s", trial.tree.wall_ns.seconds()));
        } else if !ended_alike {
            let last = trial.errors.last_line().or_else(|| trial.output.last_line());
            effect.failure = Some(last.unwrap_or_else(|| "it ended differently".to_owned()));
        } else {
            effect.rounds.push([plain.tree.wall_ns.seconds(), trial.tree.wall_ns.seconds()]);
            effect.cpu_rounds.push([plain.tree.cpu_seconds(), trial.tree.cpu_seconds()]);
            if repeats {
                effect.same_output =
                    Some(effect.same_output.unwrap_or(true) && trial.output.is_same(&plain.output));
            }
        }
    }
}
