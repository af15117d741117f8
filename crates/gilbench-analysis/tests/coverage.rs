//! The intervals hold the truth as often as they say, by simulation.
//!
//! Each cell draws many samples from a distribution with a known centre and counts the intervals that hold it. Seeded:
//! a failure is a change of the code, not bad luck.

mod draws;

use draws::{normal, student};
use gilbench_analysis::statistics::{
    Estimate, detect_drift, location, log_location, median_interval, paired_ratio, unpaired_ratio,
};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;
use serde_json::Value;

/// Samples per cell: a share near 95 % is then known to a standard error of .0049.
const TRIALS: u32 = 2_000;

/// Standard errors that a share may lie from its exact expectation. A sound interval leaves this band in one of the
/// eight cells with a chance below half a percent, and only once: when the seed was chosen.
const STANDARD_ERRORS: f64 = 3.5;

const COUNTS: [usize; 2] = [8, 13];
const SEED: u64 = 20_240_607;

/// Shapes of a case's times, on the log scale.
#[derive(Clone, Copy, Debug)]
enum Shape {
    Normal,
    LogNormal,
    HeavyTailed,
    Bimodal,
}

const SHAPES: [Shape; 4] = [Shape::Normal, Shape::LogNormal, Shape::HeavyTailed, Shape::Bimodal];

/// Seven of ten rounds in the fast mode: the median then lies inside a mode, not in the gap between two.
const FAST_SHARE: f64 = 0.7;

impl Shape {
    fn draw(self, generator: &mut Pcg64) -> f64 {
        match self {
            Self::Normal => normal(generator),
            Self::LogNormal => normal(generator).exp(),
            Self::HeavyTailed => student(generator, 1.5),
            Self::Bimodal if generator.random::<f64>() < FAST_SHARE => normal(generator),
            Self::Bimodal => 10.0 + normal(generator),
        }
    }

    fn median(self) -> f64 {
        match self {
            Self::Normal | Self::HeavyTailed => 0.0,
            Self::LogNormal => 1.0,
            // The normal quantile of .5/.7; the slow mode is ten deviations away and adds nothing below it.
            Self::Bimodal => 0.565_948_821_932_863,
        }
    }
}

fn share(mut holds: impl FnMut() -> bool) -> f64 {
    let held = (0..TRIALS).filter(|_| holds()).count();
    held as f64 / f64::from(TRIALS)
}

/// The confidences between which that of the interpolated signed-rank interval lies at `count`, counted out by
/// `scipy/figures.py`: of the narrower and the wider pair of averages.
fn exact_confidences(count: usize) -> [f64; 2] {
    let figures: Value = serde_json::from_str(include_str!("scipy/figures.json")).expect("figures are JSON");
    let rows = figures["signed_rank_confidence"].as_array().expect("rows");
    let row = rows.iter().find(|row| row["count"] == count).expect("a row of this count");
    ["narrow", "wide"].map(|name| row[name].as_f64().expect("a number"))
}

#[test]
fn paired_ratios_hold_the_truth_as_often_as_they_should_on_a_drifting_machine() {
    let truth: f64 = 1.02;
    let mut generator = Pcg64::seed_from_u64(SEED);
    for count in COUNTS {
        let [narrow, wide] = exact_confidences(count);
        let standard_error = (narrow * (1.0 - narrow) / f64::from(TRIALS)).sqrt();
        for shape in SHAPES {
            let found = share(|| {
                let mut weather = 0.0;
                let (numerators, denominators): (Vec<f64>, Vec<f64>) = (0..count)
                    .map(|_| {
                        // A random walk as large as the noise: it is in both cases and must cancel.
                        weather += normal(&mut generator);
                        let [numerator, denominator] = [0; 2].map(|_| weather + shape.draw(&mut generator));
                        // A hundredth keeps the heaviest tails within the range of `exp`.
                        (truth * (numerator / 100.0).exp(), (denominator / 100.0).exp())
                    })
                    .unzip();
                paired_ratio(&numerators, &denominators).expect("positive values").contains(truth)
            });
            assert!((0.93..=0.97).contains(&found), "{shape:?}, {count} rounds: {found}");
            let slack = STANDARD_ERRORS * standard_error;
            assert!(
                (narrow - slack..=wide + slack).contains(&found),
                "{shape:?}, {count} rounds: {found}, expected {narrow} to {wide}"
            );
        }
    }
}

#[test]
fn unpaired_ratios_hold_the_truth_as_often_as_they_should_on_a_steady_machine() {
    let truth: f64 = 1.02;
    let figures: Value = serde_json::from_str(include_str!("scipy/figures.json")).expect("figures are JSON");
    let cells = figures["rank_sum_confidence"].as_array().expect("rows");
    assert_eq!(cells.len(), 2);
    let mut generator = Pcg64::seed_from_u64(SEED);
    for cell in cells {
        let count = |side: usize| cell["counts"][side].as_u64().expect("a count");
        let expected = cell["confidence"].as_f64().expect("a number");
        let standard_error = (expected * (1.0 - expected) / f64::from(TRIALS)).sqrt();
        for shape in SHAPES {
            let found = share(|| {
                // A hundredth keeps the heaviest tails within the range of `exp`.
                let mut draw = |count: u64, factor: f64| -> Vec<f64> {
                    (0..count).map(|_| factor * (shape.draw(&mut generator) / 100.0).exp()).collect()
                };
                let (numerators, denominators) = (draw(count(0), truth), draw(count(1), 1.0));
                unpaired_ratio(&numerators, &denominators).expect("positive values").contains(truth)
            });
            assert!(
                (found - expected).abs() <= STANDARD_ERRORS * standard_error,
                "{shape:?}, {} and {} rounds: {found}, expected {expected}",
                count(0),
                count(1)
            );
        }
    }
}

#[test]
fn median_intervals_hold_the_truth_as_often_as_they_say() {
    let mut generator = Pcg64::seed_from_u64(SEED);
    for count in COUNTS {
        for shape in SHAPES {
            let found = share(|| {
                let values: Vec<f64> = (0..count).map(|_| shape.draw(&mut generator)).collect();
                median_interval(&values).expect("finite values").contains(shape.median())
            });
            assert!((0.93..=0.975).contains(&found), "{shape:?}, {count} rounds: {found}");
        }
    }
}

#[test]
fn steady_rounds_are_rarely_called_drifting_and_drifting_ones_mostly() {
    let mut generator = Pcg64::seed_from_u64(SEED);
    let mut called = |count: usize, memory: f64, trials: u64| {
        (0..trials)
            .filter(|&trial| {
                let mut weather = 0.0;
                let values: Vec<f64> = (0..count)
                    .map(|_| {
                        weather = memory * weather + normal(&mut generator);
                        weather
                    })
                    .collect();
                detect_drift(&values, trial).expect("finite values").drifting
            })
            .count()
    };
    // One in a hundred is expected, six; more than fifteen would have a chance of about 1 in 2,000.
    let steady = called(10, 0.0, 600);
    assert!(steady <= 15, "{steady} of 600 steady cases called drifting");
    let drifting = called(30, 0.9, 40);
    assert!(drifting >= 30, "{drifting} of 40 drifting cases found");
}

#[test]
fn more_rounds_never_give_a_wider_interval_on_average() {
    /// Enough: from count to count the mean falls by several standard errors.
    const SAMPLES: u32 = 200;
    let mut generator = Pcg64::seed_from_u64(SEED);
    for shape in SHAPES {
        // Logarithms of widths: under heavy tails the widths themselves have no mean.
        let mut widths = |count: usize| {
            let sums = (0..SAMPLES).fold([0.0; 3], |[ratio, middle, place], _| {
                let mut values = || -> Vec<f64> { (0..count).map(|_| shape.draw(&mut generator)).collect() };
                let differences: Vec<f64> =
                    values().into_iter().zip(values()).map(|(left, right)| left - right).collect();
                let times: Vec<f64> = values().into_iter().map(|value| (value / 100.0).exp()).collect();
                let width = |estimate: Estimate| (estimate.high - estimate.low).ln();
                [
                    ratio + width(location(&differences).expect("finite values")),
                    middle + width(median_interval(&times).expect("finite values")),
                    place + width(log_location(&times).expect("positive values")),
                ]
            });
            sums.map(|sum: f64| sum / f64::from(SAMPLES))
        };
        let mut before = widths(8);
        for count in [16, 32] {
            let now = widths(count);
            for (now, before) in now.into_iter().zip(before) {
                assert!(now < before, "{shape:?}, {count} rounds: {now} after {before}");
            }
            before = now;
        }
    }
}
