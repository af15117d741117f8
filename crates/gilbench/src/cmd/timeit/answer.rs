//! What `timeit` answers. The shape of `gilbench timeit --format json`.

use std::time::Duration;

use gilbench_analysis::statistics::{Estimate, median};
use gilbench_analysis::timeit::{Block, Round, speed_up};
use gilbench_model::Name;
use gilbench_runner::timeit::{self as runner, Course, Measured, Rounds, StoppedBy};
use serde::Serialize;

use super::entrants::Entrants;
use super::row::Row;

/// What was asked for.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) setup: String,
    pub(super) statements: Vec<String>,
    /// In order, without repetition; the first is 1.
    pub(super) threads: Vec<u32>,
    pub(super) cpus: u32,
    /// For all statements together.
    pub(super) budget: Duration,
    pub(super) max_rounds: u32,
    pub(super) seed: u64,
}

impl Asked {
    /// The number of threads that decides, and its place: the most that the CPUs can run at once, since they show most;
    /// where all are more than that, the fewest.
    pub(super) fn deciding(&self) -> (usize, u32) {
        let several = || self.threads.iter().copied().enumerate().skip(1);
        let fitting = several().rfind(|(_, threads)| *threads <= self.cpus);
        fitting.or_else(|| several().next()).unwrap_or((0, 1))
    }
}

/// Everything.
#[derive(Debug, Serialize)]
pub(super) struct Answered {
    pub(super) setup: String,
    pub(super) threads: Vec<u32>,
    pub(super) decided_by: u32,
    pub(super) cpus: u32,
    pub(super) ceiling: Ceiling,
    pub(super) rows: Vec<Row>,
    pub(super) rounds: u32,
    pub(super) processes: u32,
    pub(super) seconds: f64,
    pub(super) budget: f64,
    /// Six rounds of everything would take about so long.
    pub(super) needed: f64,
    pub(super) stopped_by: &'static str,
    pub(super) seed: u64,
}

/// What native code gains.
#[derive(Debug, Serialize)]
pub(super) struct Ceiling {
    pub(super) interpreter: Name,
    pub(super) speed_ups: Vec<SpeedUp>,
}

/// So many threads over one.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct SpeedUp {
    pub(super) threads: u32,
    pub(super) ratio: f64,
    pub(super) low: f64,
    pub(super) high: f64,
    /// Over that of native code; none for native code itself.
    pub(super) of_ceiling: Option<OfCeiling>,
    /// The median of CPU seconds per second, of one thread and of several.
    pub(super) cpus: [Option<f64>; 2],
}

/// A ratio and its 95 % interval.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct OfCeiling {
    ratio: f64,
    low: f64,
    high: f64,
}

/// A median and its 95 % interval.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Interval {
    median: f64,
    low: f64,
    high: f64,
}

impl Answered {
    pub(super) fn new(asked: &Asked, entrants: &Entrants, measured: &Measured) -> Self {
        let native = &measured.courses[0];
        let ceilings = speed_ups(&native.rounds, asked);
        let ceiling = (1..).zip(&ceilings).filter_map(|(place, estimate)| {
            Some(SpeedUp::new(asked, &native.rounds, place, estimate.as_ref()?, None))
        });
        Self {
            setup: asked.setup.clone(),
            threads: asked.threads.clone(),
            decided_by: asked.deciding().1,
            cpus: asked.cpus,
            ceiling: Ceiling {
                interpreter: entrants.subjects[0].interpreter.clone(),
                speed_ups: ceiling.collect(),
            },
            rows: entrants.all.iter().map(|entrant| Row::new(asked, entrant, measured)).collect(),
            rounds: measured.rounds,
            processes: measured.processes,
            seconds: measured.elapsed.as_secs_f64(),
            budget: asked.budget.as_secs_f64(),
            needed: measured.needed.as_secs_f64(),
            stopped_by: match measured.stopped_by {
                StoppedBy::Precise => "precise",
                StoppedBy::Budget => "budget",
                StoppedBy::MostRounds => "max-rounds",
                StoppedBy::NothingLeft => "nothing-left",
                StoppedBy::Interrupted => "interrupted",
                StoppedBy::Launcher(_) => "failed",
            },
            seed: asked.seed,
        }
    }
}

/// The speed-ups of each number of threads but one; none with too few rounds.
pub(super) fn speed_ups(rounds: &Rounds, asked: &Asked) -> Vec<Option<Estimate>> {
    let pairs = |place: usize| rounds.iter().map(move |round| [of(&round[0]), of(&round[place])]);
    let several = 1..asked.threads.len();
    several.map(|place| speed_up(&pairs(place).collect::<Vec<_>>()).ok()).collect()
}

/// What is judged of a course: the rounds that it shares with native code.
pub(super) fn rounds(course: &Course, native: &Course, place: usize) -> Vec<Round> {
    let round = |(own, native): (&Vec<runner::Block>, &Vec<runner::Block>)| Round {
        one: of(&own[0]),
        several: of(&own[place]),
        native_one: of(&native[0]),
        native_several: of(&native[place]),
    };
    course.rounds.iter().zip(&native.rounds).map(round).collect()
}

fn of(block: &runner::Block) -> Block {
    Block { rate: block.rate, cpus: block.cpus, queued: block.queued }
}

impl SpeedUp {
    pub(super) fn new(
        asked: &Asked,
        rounds: &Rounds,
        place: usize,
        estimate: &Estimate,
        of_ceiling: Option<&Estimate>,
    ) -> Self {
        let cpus = |place: usize| {
            let cpus: Option<Vec<f64>> = rounds.iter().map(|round| round[place].cpus).collect();
            median(&cpus?).ok()
        };
        let Estimate { point, low, high, .. } = *estimate;
        Self {
            threads: asked.threads[place],
            ratio: point,
            low,
            high,
            of_ceiling: of_ceiling.map(|of| OfCeiling { ratio: of.point, low: of.low, high: of.high }),
            cpus: [cpus(0), cpus(place)],
        }
    }
}

impl From<Estimate> for Interval {
    fn from(estimate: Estimate) -> Self {
        Self { median: estimate.point, low: estimate.low, high: estimate.high }
    }
}
