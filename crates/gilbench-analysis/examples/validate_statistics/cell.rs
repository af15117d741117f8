//! One cell of the simulation: many trials of one kind, with the intervals that each method forms of them.

use gilbench_analysis::statistics::median;
use rayon::prelude::*;

use crate::interval::{self, Interval};
use crate::peers;
use crate::shapes::{Drift, Shape, generator};
use crate::stopping::{CAPS, COUNTS, Row};
use crate::trial::{PERCENT, Trial, Variant};

/// What is estimated.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Statistic {
    Ratio,
    Time,
    Fit,
}

/// One case's time over the other's.
const RATIO: f64 = 1.02;

/// The share of a task that does not spread.
const SERIAL: f64 = 0.2;

const WORKERS: [f64; 4] = [1.0, 2.0, 4.0, 8.0];

impl Statistic {
    pub(crate) fn variants(self) -> &'static [Variant] {
        match self {
            // One case has no other to be unequal with.
            Self::Time => &[Variant::Complete, Variant::Missing],
            Self::Ratio | Self::Fit => &[Variant::Complete, Variant::Unequal, Variant::Missing],
        }
    }

    /// The typical times of the cases, in seconds.
    fn typical(self) -> Vec<f64> {
        match self {
            Self::Ratio => vec![RATIO, 1.0],
            Self::Time => vec![1.0],
            Self::Fit => WORKERS.iter().map(|workers| SERIAL + (1.0 - SERIAL) / workers).collect(),
        }
    }

    fn ours(self, trial: &Trial, rounds: usize) -> Option<Interval> {
        match self {
            Self::Ratio => interval::log_ratio(&trial.shared(rounds)),
            Self::Time => interval::time(&trial.alone(rounds)[0]),
            Self::Fit => interval::fit(&WORKERS, &trial.shared(rounds)),
        }
    }

    /// The bootstrap, then t.
    fn peers(self, trial: &Trial, rounds: usize, seed: u64) -> [Option<Interval>; 2] {
        let mut draws = generator(seed, 0, rounds as u64);
        let alone = trial.alone(rounds);
        match self {
            Self::Ratio => {
                let logarithms: Vec<Vec<f64>> =
                    alone.iter().map(|values| values.iter().map(|value| value.ln()).collect()).collect();
                [
                    Some(peers::bootstrap_of_log_ratio(&alone[0], &alone[1], &mut draws)),
                    peers::welch(&logarithms[0], &logarithms[1]),
                ]
            }
            Self::Time => {
                [Some(peers::bootstrap_of_median(&alone[0], &mut draws)), peers::student(&alone[0])]
            }
            // At the caps of complete trials only, for it takes its time.
            Self::Fit if CAPS.contains(&rounds) && trial.is_complete() => {
                [peers::bootstrap_of_fit(&WORKERS, &trial.shared(rounds), seed), None]
            }
            Self::Fit => [None, None],
        }
    }
}

/// The numbers that intervals ought to hold: of ours and the bootstrap, and of t.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Truth {
    pub(crate) middle: f64,
    /// None where times have no mean.
    pub(crate) mean: Option<f64>,
}

impl Truth {
    pub(crate) fn of(statistic: Statistic, shape: Shape, drift: Drift, seed: u64) -> Self {
        match statistic {
            Statistic::Ratio => Self { middle: RATIO.ln(), mean: Some(RATIO.ln()) },
            Statistic::Fit => Self { middle: SERIAL, mean: None },
            Statistic::Time => Self::of_time(shape, drift, seed),
        }
    }

    /// By many single rounds: the standard error is about a thousandth of a deviation.
    fn of_time(shape: Shape, drift: Drift, seed: u64) -> Self {
        const STREAMS: u64 = 100;
        const DRAWS: usize = 10_000;
        let draw = |stream: u64| {
            let mut draws = generator(seed, u64::MAX, stream);
            (0..DRAWS)
                .map(|_| (PERCENT * (drift.draw(1, &mut draws)[0] + shape.draw(&mut draws))).exp())
                .collect::<Vec<f64>>()
        };
        let times: Vec<f64> = (0..STREAMS).into_par_iter().flat_map_iter(draw).collect();
        let mean = times.iter().sum::<f64>() / times.len() as f64;
        Self {
            middle: median(&times).expect("finite times"),
            mean: (shape != Shape::HeavyTailed).then_some(mean),
        }
    }
}

/// One kind of trial.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cell {
    pub(crate) statistic: Statistic,
    pub(crate) shape: Shape,
    pub(crate) drift: Drift,
    pub(crate) variant: Variant,
}

/// The intervals of a cell, a row for each trial.
pub(crate) struct Intervals {
    pub(crate) ours: Vec<Row>,
    /// Those of the first trials only: they cost more.
    pub(crate) bootstrap: Vec<Row>,
    pub(crate) t: Vec<Row>,
}

impl Cell {
    pub(crate) fn trial(self, seed: u64, trial: u64) -> Trial {
        let Self { statistic, shape, drift, variant } = self;
        let stream = 1 + shape as u64 + 10 * drift as u64 + 100 * variant as u64 + 1_000 * statistic as u64;
        let mut draws = generator(seed, stream, trial);
        let rounds = COUNTS[COUNTS.len() - 1];
        Trial::draw((shape, drift, variant), &statistic.typical(), rounds, &mut draws)
    }

    /// Our intervals of `trials` trials, and the peers' of the first `beside`.
    pub(crate) fn simulate(self, trials: u64, beside: u64, seed: u64) -> Intervals {
        let (ours, peers): (Vec<Row>, Vec<Option<[Row; 2]>>) = (0..trials)
            .into_par_iter()
            .map(|number| {
                let trial = self.trial(seed, number);
                let ours = COUNTS.map(|rounds| self.statistic.ours(&trial, rounds));
                let peers = (number < beside).then(|| {
                    let both = COUNTS.map(|rounds| self.statistic.peers(&trial, rounds, seed ^ number));
                    [both.map(|[bootstrap, _]| bootstrap), both.map(|[_, t]| t)]
                });
                (ours, peers)
            })
            .unzip();
        let (bootstrap, t) = peers.into_iter().flatten().map(|[bootstrap, t]| (bootstrap, t)).unzip();
        Intervals { ours, bootstrap, t }
    }
}
