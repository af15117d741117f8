//! Executes a plan: a pilot of every case, then rounds until every case has ended.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use gilbench_model::Name;
use gilbench_model::event::{Event, StopReason};
use gilbench_model::plan::{Case, Plan};
use gilbench_model::run_directory::Run;
use gilbench_model::sample::{Failure, Process};
use gilbench_model::suite::Rounds;
use gilbench_model::workload::Server;

use crate::container::Pool;
use crate::launcher::{Launcher, LauncherError};
use crate::recorder::{RecordError, Recorder, now_ms};
use crate::schedule::{is_look, padding, shuffled};
use crate::server::{Ready, RunningServer};
use crate::worker::{Finished, Repetition, WorkerContext};

/// Decides when the time of a case is known well enough. Looks at the interval's width only, never at what a
/// comparison would show: stopping on significance finds it where there is none.
pub trait StopRule {
    /// Whether these values, one per round in seconds, give a narrow enough interval.
    fn is_precise(&self, values: &[f64]) -> bool;
}

/// How far a run is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Processes recorded, those of an earlier part of the run included.
    pub done: u32,
    /// Processes that are still to come if every case needs no more than its next look.
    pub left: u32,
    /// How long those will take if they take as long as the case's processes did; `None` while cases without
    /// any process are left.
    pub time_left: Option<Duration>,
}

/// Why a run stopped early. What was recorded stays.
#[derive(Debug, thiserror::Error)]
pub enum RunFailure {
    /// Recording failed.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The launcher failed.
    #[error(transparent)]
    Launcher(#[from] LauncherError),
    /// The caller asked for it.
    #[error("interrupted")]
    Interrupted,
}

/// After this many rounds in a row without a result, a case is given up.
const FAILURES_IN_A_ROW: u32 = 3;

/// Executes a plan.
pub struct Runner<'a> {
    /// What to measure.
    pub plan: &'a Plan,
    /// How to start workers.
    pub context: &'a WorkerContext,
    /// The workloads' servers.
    pub servers: &'a BTreeMap<Name, Server>,
    /// Starts workers.
    pub launcher: Launcher,
    /// Containers, where there is an engine.
    pub containers: Option<Pool>,
    /// Records them.
    pub recorder: Recorder,
    /// When a case is known well enough.
    pub stop_rule: &'a dyn StopRule,
    /// Told of everything that happens.
    pub observer: &'a mut dyn FnMut(&Event, Progress),
    /// Asked now and then; when it answers true, the run stops.
    pub interrupted: &'a dyn Fn() -> bool,
}

/// What is known of a case so far.
#[derive(Clone, Debug, Default)]
struct Standing {
    piloted: bool,
    pilot: Option<Pilot>,
    /// Rounds that are recorded, whatever came of them.
    rounds: u32,
    values: Vec<f64>,
    failures: u32,
    spent: Duration,
    processes: u32,
    ended: bool,
}

/// What the pilot told.
#[derive(Clone, Copy, Debug)]
struct Pilot {
    iterations: u32,
    jit: bool,
}

impl Standing {
    fn take(&mut self, process: &Process, jit: bool, took: Duration) {
        self.spent += took;
        self.processes += 1;
        let completed = process.outcome.is_completed();
        if process.round.is_none() {
            self.piloted = true;
            let iterations = u32::try_from(process.iterations.len()).unwrap_or(u32::MAX);
            self.pilot = completed.then_some(Pilot { iterations, jit });
            return;
        }
        self.rounds += 1;
        if completed {
            self.failures = 0;
            self.values.extend(process.steady_seconds());
        } else {
            self.failures += 1;
        }
    }
}

impl Runner<'_> {
    /// Executes the plan, or what is left of it.
    pub fn run(mut self, earlier: Option<&Run>) -> Result<(), RunFailure> {
        let mut standings = vec![Standing::default(); self.plan.cases.len()];
        if let Some(run) = earlier {
            for process in &run.processes {
                let jit = run.facts_of(process).is_some_and(gilbench_model::facts::Facts::has_jit);
                let took = process.tree.as_ref().map_or(Duration::ZERO, |tree| tree.wall_ns.into());
                standings[process.case as usize].take(process, jit, took);
            }
            for event in &run.events {
                if let Event::Ended { case, .. } = event.event
                    && let Some(standing) = standings.get_mut(case as usize)
                {
                    standing.ended = true;
                }
            }
        }
        let measured: Vec<u32> = indexes(self.plan, |case| case.skip.is_none());
        let recorded = earlier.map_or(0, |run| u32::try_from(run.processes.len()).unwrap_or(u32::MAX));
        let cases = u32::try_from(measured.len()).unwrap_or(u32::MAX);
        self.emit(&Event::Began { cases, recorded }, &standings)?;

        let result = self.execute(&measured, &mut standings);
        match &result {
            Ok(()) => self.emit(&Event::Finished, &standings)?,
            Err(RunFailure::Interrupted) => self.emit(&Event::Interrupted, &standings)?,
            Err(_) => {}
        }
        result
    }

    fn execute(&mut self, measured: &[u32], standings: &mut [Standing]) -> Result<(), RunFailure> {
        for case in shuffled(measured, self.plan.seed, None) {
            if !standings[case as usize].piloted {
                self.process(case, None, standings)?;
            }
            self.end_if_due(case, standings)?;
        }
        for round in 0..self.plan.profile.rounds.most {
            let going: Vec<u32> =
                measured.iter().copied().filter(|case| !standings[*case as usize].ended).collect();
            if going.is_empty() {
                break;
            }
            for case in shuffled(&going, self.plan.seed, Some(round)) {
                // A resumed run may find this round half done.
                if standings[case as usize].rounds <= round {
                    self.process(case, Some(round), standings)?;
                }
                self.end_if_due(case, standings)?;
            }
        }
        Ok(())
    }

    /// Runs and records one process.
    fn process(
        &mut self,
        index: u32,
        round: Option<u32>,
        standings: &mut [Standing],
    ) -> Result<(), RunFailure> {
        if (self.interrupted)() {
            return Err(RunFailure::Interrupted);
        }
        let begun = Instant::now();
        let plan = self.plan;
        let case = &plan.cases[index as usize];
        let standing = &standings[index as usize];
        let repetition = self.repetition(case, standing, round);
        let finished = self.worker(index, case, repetition, round)?;
        // What ended because we ended it says nothing about the case.
        if (self.interrupted)() {
            return Err(RunFailure::Interrupted);
        }
        let jit = finished.facts.as_ref().is_some_and(gilbench_model::facts::Facts::has_jit);
        let process = Process { case: index, round, ..finished.process };
        let process = self.recorder.process(process, finished.facts)?;
        let took = begun.elapsed();
        standings[index as usize].take(&process, jit, took);
        let event = Event::Recorded { case: index, round, outcome: process.outcome, took: took.into() };
        self.emit(&event, standings)
    }

    /// Runs one worker, with its server if it has one.
    fn worker(
        &mut self,
        index: u32,
        case: &Case,
        repetition: Repetition,
        round: Option<u32>,
    ) -> Result<Finished, RunFailure> {
        let began_ms = now_ms();
        let failed = |failure, message: String| Ok(Finished::failed(began_ms, failure, message));
        let container = self.context.container(case);
        let in_container = container.is_some();
        let launcher = match container {
            None => &mut self.launcher,
            Some((image, folders)) => {
                let Some(pool) = &mut self.containers else {
                    return failed(Failure::NotStarted, "there is no container engine".to_owned());
                };
                match pool.launcher(case, image, &folders) {
                    Ok(launcher) => launcher,
                    Err(error) => return failed(Failure::NotStarted, error.to_string()),
                }
            }
        };
        let mut server = None;
        if let Some(definition) = self.servers.get(&case.workload) {
            // Once per case, the server says how long its delay really is, which it can ask itself only outside.
            let measure = round.is_none() && !in_container;
            match RunningServer::start(&self.context.gilbench, launcher, definition, case, measure) {
                Ok(running) => {
                    if let Ready { asked_ns, measured_ns: Some(measured), .. } = running.ready {
                        let event = Event::ServerMeasured { case: index, asked: asked_ns, measured };
                        self.recorder.event(&event)?;
                    }
                    server = Some(running);
                }
                Err(error) => return failed(Failure::Server, error.to_string()),
            }
        }
        let address = server.as_ref().map(|server| server.ready.address.clone());
        let request = self.context.request(case, repetition, address);
        let padding = padding(self.plan.seed, index, round);
        let sample_memory = round.is_none();
        let interrupted = self.interrupted;
        let finished = self.context.run(launcher, case, &request, padding, sample_memory, || !interrupted());
        match finished {
            // A worker can do that, and would do it again on resume: it is the case's failure.
            Err(_) if launcher.was_killed() => {
                drop(server);
                let message = if in_container {
                    if let Some(pool) = &mut self.containers {
                        pool.discard(case);
                    }
                    "its container was ended"
                } else {
                    self.launcher.restart()?;
                    "the launcher was killed"
                };
                failed(Failure::Crashed, message.to_owned())
            }
            finished => Ok(finished?),
        }
    }

    /// The pilot finds out how many iterations fit into the profile's time; rounds then repeat as many.
    fn repetition(&self, case: &Case, standing: &Standing, round: Option<u32>) -> Repetition {
        if case.conditions.cold {
            return Repetition { iterations: 1, warmup: 0, time_limit: None, least: 1 };
        }
        let iterations = self.plan.profile.iterations;
        match (round, standing.pilot) {
            (Some(_), Some(pilot)) => Repetition {
                iterations: pilot.iterations,
                warmup: warmup(pilot),
                time_limit: None,
                least: pilot.iterations,
            },
            _ => Repetition {
                iterations: iterations.most,
                warmup: 0,
                time_limit: Some(iterations.time),
                least: if self.context.has_jit(case) { iterations.least_with_jit } else { 1 },
            },
        }
    }

    fn end_if_due(&mut self, index: u32, standings: &mut [Standing]) -> Result<(), RunFailure> {
        let standing = &mut standings[index as usize];
        if standing.ended {
            return Ok(());
        }
        let Some(reason) = self.reason_to_end(standing) else { return Ok(()) };
        standing.ended = true;
        let rounds = standing.rounds;
        self.emit(&Event::Ended { case: index, reason, rounds }, standings)
    }

    fn reason_to_end(&self, standing: &Standing) -> Option<StopReason> {
        let profile = &self.plan.profile;
        let rounds = standing.rounds;
        if (standing.piloted && standing.pilot.is_none()) || standing.failures >= FAILURES_IN_A_ROW {
            return Some(StopReason::Failed);
        }
        if rounds >= profile.rounds.most {
            return Some(StopReason::MostRounds);
        }
        if rounds >= profile.rounds.least && is_look(rounds, profile.rounds.least) {
            if self.stop_rule.is_precise(&standing.values) {
                return Some(StopReason::Precise);
            }
            if standing.spent >= profile.case_time {
                return Some(StopReason::CaseTime);
            }
        }
        None
    }

    fn emit(&mut self, event: &Event, standings: &[Standing]) -> Result<(), RunFailure> {
        // Every process is already a line of samples; repeating each as an event would double the record.
        if !matches!(event, Event::Recorded { .. }) {
            self.recorder.event(event)?;
        }
        let progress = self.progress(standings);
        (self.observer)(event, progress);
        Ok(())
    }

    fn progress(&self, standings: &[Standing]) -> Progress {
        let mut progress = Progress { time_left: Some(Duration::ZERO), ..Progress::default() };
        for (case, standing) in self.plan.cases.iter().zip(standings) {
            progress.done += standing.processes;
            // One that is about to end has no event yet.
            if case.skip.is_some() || standing.ended || self.reason_to_end(standing).is_some() {
                continue;
            }
            let left = processes_left(standing, self.plan.profile.rounds);
            progress.left += left;
            let mean = standing.spent.checked_div(standing.processes);
            progress.time_left = progress.time_left.zip(mean).map(|(sum, mean)| sum + mean * left);
        }
        progress
    }
}

/// Processes until the case's next look, its pilot included.
fn processes_left(standing: &Standing, Rounds { least, most }: Rounds) -> u32 {
    let mut look = standing.rounds + 1;
    while look < most && (look < least || !is_look(look, least)) {
        look += 1;
    }
    look - standing.rounds + u32::from(!standing.piloted)
}

/// Warm-up iterations: the first half where code is compiled while it runs, else the first of several, which
/// pays for caches and lazy imports.
fn warmup(pilot: Pilot) -> u32 {
    match pilot {
        Pilot { iterations, jit: true } => iterations / 2,
        Pilot { iterations, jit: false } => u32::from(iterations > 2),
    }
}

fn indexes(plan: &Plan, keep: impl Fn(&Case) -> bool) -> Vec<u32> {
    let numbered = (0..).zip(&plan.cases);
    numbered.filter(|(_, case)| keep(case)).map(|(index, _)| index).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_processes_are_expected_than_a_case_may_have() {
        let left = |rounds, most| {
            let standing = Standing { piloted: rounds > 0, rounds, ..Standing::default() };
            processes_left(&standing, Rounds { least: 8, most })
        };
        // The looks are 8, 10, 13, …
        assert_eq!([left(0, 12), left(7, 12), left(8, 12), left(10, 12), left(10, 20)], [9, 1, 2, 2, 3]);
    }
}
