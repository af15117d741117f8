//! Executes a plan: a pilot of every case, then rounds until every case has ended.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use gilbench_model::Name;
use gilbench_model::event::Event;
use gilbench_model::plan::{Case, Plan};
use gilbench_model::run_directory::Run;
use gilbench_model::sample::{Failure, Process};
use gilbench_model::suite::Iterations;
use gilbench_model::workload::Server;

use crate::container::Pool;
use crate::launcher::{Launcher, LauncherError};
use crate::pilot::{Pilot, SteadyState};
use crate::recorder::{RecordError, Recorder, now_ms};
use crate::schedule::{padding, shuffled};
use crate::server::{Ready, RunningServer};
use crate::stopping::{Course, Progress, StopRule, Turn};
use crate::worker::{Attention, Finished, Repetition, WorkerContext};

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
    /// Which iterations are steady.
    pub steady_state: &'a dyn SteadyState,
    /// Told of everything that happens.
    pub observer: &'a mut dyn FnMut(&Event, Progress),
    /// Asked now and then; when it answers true, the run stops.
    pub interrupted: &'a dyn Fn() -> bool,
}

/// What is known of a run so far.
pub(crate) struct Standings<'a> {
    /// What the rounds came to.
    course: Course<'a>,
    /// What the pilots told; `None` of those that did not complete or have not run.
    pub(crate) pilots: Vec<Option<Pilot>>,
    iterations: Iterations,
}

impl Standings<'_> {
    /// Takes a process, of which so many iterations were found to be warm-up, where that could be told.
    fn take(&mut self, mut process: Process, warm_up: Option<u32>, jit: bool, took: Duration) {
        let completed = process.outcome.is_completed();
        if let Some(count) = warm_up {
            process.tag_warm_up(count as usize);
        }
        let turn = match process.round {
            None => self.pilot(&process, completed.then_some(jit), warm_up, took),
            Some(round) => {
                let value = completed.then(|| process.steady_seconds()).flatten();
                Turn::Round { round, completed, value }
            }
        };
        self.course.take(process.case, turn, took);
    }

    /// Keeps what a pilot showed, with the compiler that it had if it completed.
    fn pilot(&mut self, process: &Process, jit: Option<bool>, warm_up: Option<u32>, took: Duration) -> Turn {
        let iterations = u32::try_from(process.iterations.len()).unwrap_or(u32::MAX);
        let pilot = jit.map(|jit| Pilot { iterations, jit, warm_up, seconds: process.steady_seconds() });
        self.pilots[process.case as usize] = pilot;
        let inside: Duration =
            process.iterations.iter().map(|iteration| Duration::from(iteration.wall_ns)).sum();
        let start_up = took.saturating_sub(inside);
        let count = pilot.map_or(0, |pilot| pilot.iterations_of_a_round(self.iterations));
        let mean = inside.checked_div(iterations).unwrap_or_default();
        Turn::Pilot { completed: pilot.is_some(), start_up, round: start_up + mean * count }
    }
}

impl Runner<'_> {
    /// Executes the plan, or what is left of it.
    pub fn run(mut self, earlier: Option<&Run>) -> Result<(), RunFailure> {
        let course = Course::new(self.plan, self.stop_rule);
        let pilots = vec![None; self.plan.cases.len()];
        let mut standings = Standings { course, pilots, iterations: self.plan.profile.iterations };
        if let Some(run) = earlier {
            // First: who was undecided tells who paid for a process.
            for event in &run.events {
                if let Event::Ended { case, rounds, reason, .. } = event.event {
                    standings.course.end(case, rounds, reason);
                }
            }
            for process in &run.processes {
                let jit = run.facts_of(process).is_some_and(gilbench_model::facts::Facts::has_jit);
                let took = process.tree.as_ref().map_or(Duration::ZERO, |tree| tree.wall_ns.into());
                let warm_up = self.steady_state.warm_up(process);
                standings.take(process.clone(), warm_up, jit, took);
            }
        }
        let measured: Vec<u32> = indexes(self.plan, |case| case.skip.is_none());
        let recorded = earlier.map_or(0, |run| u32::try_from(run.processes.len()).unwrap_or(u32::MAX));
        let cases = u32::try_from(measured.len()).unwrap_or(u32::MAX);
        self.emit(&Event::Began { cases, recorded }, &standings)?;

        let watched: BTreeSet<u32> =
            earlier.iter().flat_map(|run| &run.timelines).map(|timeline| timeline.case).collect();
        let result =
            self.execute(&measured, &mut standings).and_then(|()| self.watch_all(&watched, &standings));
        match &result {
            Ok(()) => self.emit(&Event::Finished, &standings)?,
            Err(RunFailure::Interrupted) => self.emit(&Event::Interrupted, &standings)?,
            Err(_) => {}
        }
        result
    }

    fn execute(&mut self, measured: &[u32], standings: &mut Standings<'_>) -> Result<(), RunFailure> {
        for case in shuffled(measured, self.plan.seed, None) {
            if standings.course.awaits_pilot(case) {
                self.process(case, None, standings)?;
            }
            self.end_if_due(case, 0, standings)?;
        }
        for round in 0..self.plan.profile.rounds.most {
            let going = standings.course.going(round);
            if going.is_empty() {
                break;
            }
            let order = shuffled(&going, self.plan.seed, Some(round));
            for &case in &order {
                // A resumed run may find this round half done.
                if !standings.course.has(case, round) {
                    self.process(case, Some(round), standings)?;
                }
            }
            // Not before all had their turn: a ratio would lack the last pair of some, by chance of the order.
            for case in order {
                self.end_if_due(case, round + 1, standings)?;
            }
        }
        Ok(())
    }

    /// Runs and records one process.
    fn process(
        &mut self,
        index: u32,
        round: Option<u32>,
        standings: &mut Standings<'_>,
    ) -> Result<(), RunFailure> {
        if (self.interrupted)() {
            return Err(RunFailure::Interrupted);
        }
        let begun = Instant::now();
        let plan = self.plan;
        let case = &plan.cases[index as usize];
        let pilot = standings.pilots[index as usize];
        let repetition = self.repetition(case, pilot, round);
        let attention = if round.is_none() { Attention::Memory } else { Attention::Least };
        let finished = self.worker(index, case, repetition, round, attention)?;
        // What ended because we ended it says nothing about the case.
        if (self.interrupted)() {
            return Err(RunFailure::Interrupted);
        }
        let jit = finished.facts.as_ref().is_some_and(gilbench_model::facts::Facts::has_jit);
        let process = Process { case: index, round, ..finished.process };
        let process = self.recorder.process(process, finished.facts)?;
        let took = begun.elapsed();
        let warm_up = self.steady_state.warm_up(&process);
        let outcome = process.outcome.clone();
        standings.take(process, warm_up, jit, took);
        let event = Event::Recorded { case: index, round, outcome, took: took.into() };
        self.emit(&event, standings)
    }

    /// Runs one worker, with its server if it has one.
    pub(crate) fn worker(
        &mut self,
        index: u32,
        case: &Case,
        repetition: Repetition,
        round: Option<u32>,
        attention: Attention,
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
            let measure = attention == Attention::Memory && !in_container;
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
        let interrupted = self.interrupted;
        let finished = self.context.run(launcher, case, &request, padding, attention, || !interrupted());
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
    fn repetition(&self, case: &Case, pilot: Option<Pilot>, round: Option<u32>) -> Repetition {
        if case.conditions.cold || self.plan.is_behaviour(case) {
            return Repetition { iterations: 1, warmup: 0, time_limit: None, least: 1 };
        }
        let iterations = self.plan.profile.iterations;
        if let (Some(_), Some(pilot)) = (round, pilot) {
            let count = pilot.iterations_of_a_round(iterations);
            return Repetition {
                iterations: count,
                warmup: pilot.warmup(count),
                time_limit: None,
                least: count,
            };
        }
        let jit = self.context.has_jit(case);
        let room = iterations.room(jit);
        Repetition {
            iterations: room.most,
            warmup: 0,
            time_limit: Some(room.time),
            least: if jit { iterations.least_with_jit } else { 1 },
        }
    }

    fn end_if_due(
        &mut self,
        case: u32,
        rounds: u32,
        standings: &mut Standings<'_>,
    ) -> Result<(), RunFailure> {
        // A resumed run comes by what it decided in its earlier part.
        if standings.course.rounds(case) != rounds {
            return Ok(());
        }
        let Some((reason, reached)) = standings.course.due(case) else { return Ok(()) };
        standings.course.end(case, rounds, reason);
        self.emit(&Event::Ended { case, reason, rounds, reached }, standings)
    }

    pub(crate) fn emit(&mut self, event: &Event, standings: &Standings<'_>) -> Result<(), RunFailure> {
        // Every process is already a line of another file; repeating each as an event would double the record.
        if !matches!(event, Event::Recorded { .. } | Event::Watched { .. }) {
            self.recorder.event(event)?;
        }
        let progress = standings.course.progress();
        (self.observer)(event, progress);
        Ok(())
    }
}

fn indexes(plan: &Plan, keep: impl Fn(&Case) -> bool) -> Vec<u32> {
    let numbered = (0..).zip(&plan.cases);
    numbered.filter(|(_, case)| keep(case)).map(|(index, _)| index).collect()
}
