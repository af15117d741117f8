//! Curves over worker counts, the knee and the crossover: known answers, what holds for every sample, bad input.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use gilbench_analysis::statistics::{
    Crossover, Estimate, Fitness, Knee, StatisticsError, Threshold, amdahl, crossover, knee, usl,
};
use proptest::prelude::*;
use serde_json::Value;

type Points = Vec<(u32, Vec<f64>)>;

/// What 1 of so many rounds is multiplied with: the weather of a round, shared by all its cases.
const ROUNDS: [f64; 8] = [1.0, 1.07, 0.94, 1.31, 1.02, 0.99, 1.11, 0.97];

/// The times of a curve at these worker counts, in every kind of weather.
fn points(counts: &[u32], curve: impl Fn(f64) -> f64) -> Points {
    let times = |workers: u32| ROUNDS.iter().map(|weather| curve(f64::from(workers)) * weather).collect();
    counts.iter().map(|&workers| (workers, times(workers))).collect()
}

#[track_caller]
fn assert_close(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "found {found}, expected {expected} within {tolerance}");
}

#[track_caller]
fn assert_exact(found: Estimate, expected: f64) {
    for found in [found.point, found.low, found.high] {
        assert_close(found, expected, 1e-9 * expected.abs().max(1.0));
    }
}

#[test]
fn fits_agree_with_those_of_scipy() {
    let figures: Value = serde_json::from_str(include_str!("scipy/figures.json")).unwrap();
    let rows = figures["scaling"].as_array().unwrap();
    assert!(!rows.is_empty());
    // SciPy ends its iteration when it no longer sees a change of the sum of squares, which is flat at the end.
    let tolerance = 1e-6;
    let agrees = |found: Estimate, row: &Value| {
        for (found, name) in [(found.point, "point"), (found.low, "low"), (found.high, "high")] {
            assert_close(found, row[name].as_f64().unwrap(), tolerance * found.abs());
        }
    };
    for row in rows {
        let numbers = |row: &Value| -> Vec<f64> {
            row.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
        };
        let workers = row["workers"].as_array().unwrap().iter();
        let points: Points = workers
            .zip(row["times"].as_array().unwrap())
            .map(|(workers, times)| (u32::try_from(workers.as_u64().unwrap()).unwrap(), numbers(times)))
            .collect();
        let goodness = if row["law"] == "amdahl" {
            let fit = amdahl(&points).unwrap();
            agrees(fit.serial_fraction, &row["serial_fraction"]);
            agrees(fit.one_worker, &row["one_worker"]);
            fit.goodness
        } else {
            let fit = usl(&points).unwrap();
            agrees(fit.contention, &row["contention"]);
            agrees(fit.coherency, &row["coherency"]);
            agrees(fit.one_worker, &row["one_worker"]);
            fit.goodness
        };
        agrees(goodness.r_squared.unwrap(), &row["r_squared"]);
        for (found, expected) in goodness.residuals.iter().zip(row["residuals"].as_array().unwrap()) {
            agrees(found.ratio, expected);
        }
    }
}

#[test]
fn the_peak_is_where_the_curve_is_fastest() {
    let law = |n: f64| 3.0 * (1.0 + 0.1 * (n - 1.0) + 0.004 * n * (n - 1.0)) / n;
    let fit = usl(&points(&[1, 2, 4, 8], law)).unwrap();
    assert_exact(fit.peak.unwrap(), 15.0);
    let fastest = fit.time(15.0);
    assert!(fastest < fit.time(14.9) && fastest < fit.time(15.1));
    // Without a cost of agreeing more workers are never slower, and nothing is fastest.
    let without = usl(&points(&[1, 2, 4, 8], |n| 0.1 + 0.9 / n)).unwrap();
    assert_exact(without.contention, 0.1);
    assert_eq!(without.peak, None);
}

#[test]
fn a_curve_of_another_shape_is_a_bad_fit() {
    // As fast as it should be up to 4 workers, and as slow as one from there on.
    let broken = points(&[1, 2, 4, 8], |n| if n > 4.0 { 1.0 } else { n.recip() });
    let goodness = amdahl(&broken).unwrap().goodness;
    assert_eq!(goodness.fitness(), Fitness::Bad);
    let worst = goodness.worst().unwrap();
    assert!(worst.ratio.low > 1.05 || worst.ratio.high < 1.0 / 1.05, "{worst:?}");
    assert_eq!(amdahl(&broken[..3]).unwrap().goodness.fitness(), Fitness::Fits);
}

#[test]
fn times_that_do_not_vary_are_serial_altogether() {
    let equal: Points = [1, 2, 4, 8].map(|workers| (workers, vec![1.5; 6])).to_vec();
    let fit = amdahl(&equal).unwrap();
    assert_exact(fit.serial_fraction, 1.0);
    assert_eq!((fit.goodness.fitness(), fit.goodness.r_squared), (Fitness::Fits, None));
    assert_exact(usl(&equal).unwrap().coherency, 0.0);
    assert_eq!(knee(&equal), Ok(Knee::At { workers: 1, room: 1.0 }));
}

#[test]
fn a_curve_that_turns_negative_is_no_fit() {
    // The line through the first two is below zero at the third, which is so far off that it hardly pulls.
    let nonsense = [(1, vec![1.0; 6]), (2, vec![0.1; 6]), (4, vec![1e6; 6])];
    assert_eq!(amdahl(&nonsense), Err(StatisticsError::FitNotPositive { workers: 4 }));
}

#[test]
fn too_few_worker_counts_are_refused_with_the_reason() {
    let few = points(&[1, 2], f64::recip);
    let refusal = amdahl(&few).unwrap_err();
    assert_eq!(refusal, StatisticsError::TooFewWorkerCounts { count: 2, needed: 3 });
    assert!(refusal.to_string().contains("cannot be told"), "{refusal}");
    let few = points(&[1, 2, 4], f64::recip);
    assert_eq!(usl(&few), Err(StatisticsError::TooFewWorkerCounts { count: 3, needed: 4 }));
    assert_eq!(knee(&few[..1]), Err(StatisticsError::TooFewWorkerCounts { count: 1, needed: 2 }));
    assert_eq!(knee(&[]), Err(StatisticsError::TooFewWorkerCounts { count: 0, needed: 2 }));
}

#[test]
fn what_is_no_sample_is_refused() {
    let with = |change: fn(&mut Points)| {
        let mut points = points(&[1, 2, 4, 8], f64::recip);
        change(&mut points);
        let refusals = [amdahl(&points).unwrap_err(), usl(&points).unwrap_err(), knee(&points).unwrap_err()];
        // As text: NaN is no equal of itself.
        assert_eq!(refusals[0].to_string(), refusals[1].to_string());
        assert_eq!(refusals[0].to_string(), refusals[2].to_string());
        refusals[0]
    };
    assert_eq!(with(|points| points[1].0 = 1), StatisticsError::UnusableWorkers { workers: 1 });
    assert_eq!(with(|points| points[0].0 = 0), StatisticsError::UnusableWorkers { workers: 0 });
    assert!(matches!(with(|points| points[2].1[3] = f64::NAN), StatisticsError::NotFinite { index: 3, .. }));
    assert!(matches!(with(|points| points[2].1[3] = 0.0), StatisticsError::NotPositive { index: 3, .. }));
    assert_eq!(
        with(|points| points[2].1.truncate(7)),
        StatisticsError::UnequalRounds { workers: 4, count: 7, expected: 8 }
    );
    let fewer = with(|points| points.iter_mut().for_each(|(_, times)| times.truncate(5)));
    assert_eq!(fewer, StatisticsError::TooFew { count: 5, needed: 6 });
    let none = with(|points| points.iter_mut().for_each(|(_, times)| times.clear()));
    assert_eq!(none, StatisticsError::TooFew { count: 0, needed: 6 });
}

#[test]
fn the_knee_is_the_fewest_workers_that_no_more_beat() {
    let until_four = points(&[1, 2, 4, 8, 16], |n| 1.0 / n.min(4.0));
    let Ok(Knee::At { workers: 4, room }) = knee(&until_four) else { panic!("{:?}", knee(&until_four)) };
    assert_close(room, 1.0, 1e-9);
    // A step that does not help is passed over where a later one does.
    let late = points(&[1, 2, 4, 8], |n| if n < 8.0 { 1.0 } else { 0.5 });
    assert_eq!(knee(&late), Ok(Knee::Beyond { workers: 8 }));
    assert_eq!(knee(&points(&[1, 2, 4], f64::recip)), Ok(Knee::Beyond { workers: 4 }));
}

#[test]
fn a_knee_among_noise_leaves_room() {
    let noisy = vec![(1, ROUNDS.to_vec()), (2, ROUNDS.iter().rev().map(|time| time * 0.95).collect())];
    let Ok(Knee::At { workers: 1, room }) = knee(&noisy) else { panic!("{:?}", knee(&noisy)) };
    assert!(room > 1.1, "{room}");
}

/// Times of a task one after another and with a strategy that halves it but costs 10 ms to begin with.
fn sizes(tasks: &[f64]) -> Vec<(Vec<f64>, Vec<f64>)> {
    let times = |time: f64| ROUNDS.iter().map(|weather| time * weather).collect();
    tasks.iter().map(|&task| (times(task), times(task / 2.0 + 0.01))).collect()
}

fn place(found: Threshold) -> f64 {
    match found {
        Threshold::At { time } => time,
        open => panic!("{open:?}"),
    }
}

#[test]
fn the_crossover_lies_between_its_neighbours_on_straight_logarithms() {
    // It pays from 20 ms on. Straight between the logarithms at 10 and 40 ms:
    let (below, above) = ((0.01_f64 / 0.015).ln(), (0.04_f64 / 0.03).ln());
    let expected = 0.01_f64.ln() + 4.0_f64.ln() * below / (below - above);
    let found = crossover(&sizes(&[0.04, 0.001, 0.01, 0.5]), 1).unwrap();
    // The middle of the logarithms of an even number of rounds.
    let weather = (1.0_f64 * 1.02).sqrt();
    assert_close(place(found.point), expected.exp() * weather, 1e-12);
    assert_close(found.smallest, 0.001 * weather, 1e-12);
    assert_close(found.largest, 0.5 * weather, 1e-12);
    assert_eq!(found.count, ROUNDS.len());
    let (low, high) = (place(found.low), place(found.high));
    assert!(low < place(found.point) && place(found.point) < high, "{found:?}");
    // One of the sizes is where it crosses.
    let met = crossover(&sizes(&[0.01, 0.02, 0.04]), 1).unwrap();
    assert_close(place(met.point), 0.02 * weather, 1e-12);
}

#[test]
fn beyond_the_sizes_an_end_is_open() {
    let everywhere = crossover(&sizes(&[0.1, 1.0]), 1).unwrap();
    assert_eq!([everywhere.low, everywhere.point, everywhere.high], [Threshold::BelowAll; 3]);
    let nowhere = crossover(&sizes(&[0.001, 0.01]), 1).unwrap();
    assert_eq!([nowhere.low, nowhere.point, nowhere.high], [Threshold::AboveAll; 3]);
    // Noise at the largest size: whether it ever pays is not known.
    let mut unsure = sizes(&[0.001, 0.02]);
    for (round, time) in unsure[1].1.iter_mut().enumerate() {
        *time *= if round % 3 == 0 { 1.2 } else { 0.9 };
    }
    let Crossover { point, high, .. } = crossover(&unsure, 1).unwrap();
    assert!(matches!(point, Threshold::At { .. }), "{point:?}");
    assert_eq!(high, Threshold::AboveAll);
}

#[test]
fn a_strategy_that_pays_only_in_between_does_not_pay_at_the_end() {
    let mut sizes = sizes(&[0.001, 0.1, 1.0]);
    for time in &mut sizes[2].1 {
        *time *= 3.0;
    }
    assert_eq!(crossover(&sizes, 1).unwrap().point, Threshold::AboveAll);
}

#[test]
fn sizes_without_a_crossover_to_look_for_are_refused() {
    let refused = |sizes: &[(Vec<f64>, Vec<f64>)]| crossover(sizes, 1).unwrap_err();
    assert_eq!(refused(&[]), StatisticsError::TooFewSizes { count: 0, needed: 2 });
    assert_eq!(refused(&sizes(&[1.0])), StatisticsError::TooFewSizes { count: 1, needed: 2 });
    let none = vec![(Vec::new(), Vec::new()); 2];
    assert_eq!(refused(&none), StatisticsError::TooFew { count: 0, needed: 6 });
    let mut uneven = sizes(&[1.0, 2.0]);
    uneven[1].1.pop();
    assert_eq!(refused(&uneven), StatisticsError::UnequalLengths { numerators: 8, denominators: 7 });
    let mut spoilt = sizes(&[1.0, 2.0]);
    spoilt[1].0[2] = f64::NAN;
    assert!(matches!(refused(&spoilt), StatisticsError::NotFinite { index: 2, .. }));
}

fn alike(left: Estimate, right: Estimate) -> bool {
    let close = |left: f64, right: f64| (left - right).abs() <= 1e-9 * (1.0 + left.abs().max(right.abs()));
    close(left.point, right.point) && close(left.low, right.low) && close(left.high, right.high)
}

/// Noisy times of 1, 2, 3, 5 and 8 workers in 6 to 12 rounds.
fn noisy() -> impl Strategy<Value = Points> {
    (6..12_usize).prop_flat_map(|rounds| {
        let times = prop::collection::vec(0.9..1.1_f64, rounds);
        prop::array::uniform5(times).prop_map(|columns| {
            [1, 2, 3, 5, 8]
                .into_iter()
                .zip(columns)
                .map(|(workers, times)| {
                    (workers, times.iter().map(|time| time * (0.2 + 0.8 / f64::from(workers))).collect())
                })
                .collect()
        })
    })
}

proptest! {
    #[test]
    fn parameters_are_recovered_where_there_is_no_noise(
        serial in 0.0..1.0_f64, contention in 0.0..0.9_f64, coherency in 0.0..0.1_f64, one in 1e-6..1e4_f64,
    ) {
        let counts = [1, 2, 4, 7, 32];
        let fit = amdahl(&points(&counts, |n| one * (serial + (1.0 - serial) / n))).unwrap();
        assert_exact(fit.serial_fraction, serial);
        prop_assert_eq!(fit.goodness.fitness(), Fitness::Fits);
        let law = |n: f64| one * (1.0 + contention * (n - 1.0) + coherency * n * (n - 1.0)) / n;
        let fit = usl(&points(&counts, law)).unwrap();
        assert_exact(fit.contention, contention);
        assert_exact(fit.coherency, coherency);
        prop_assert_eq!(fit.goodness.fitness(), Fitness::Fits);
        for workers in [1.0, 3.0, 32.0] {
            assert_close(fit.time(workers) / fit.one_worker.point, law(workers) / one, 1e-9);
        }
    }

    #[test]
    fn no_parameter_knows_the_unit_or_the_order_of_the_counts(points in noisy(), factor in 1e-6..1e6_f64) {
        let mut changed: Points = points
            .iter()
            .map(|(workers, times)| (*workers, times.iter().map(|time| time * factor).collect()))
            .collect();
        changed.reverse();
        let (fit, other) = (amdahl(&points).unwrap(), amdahl(&changed).unwrap());
        prop_assert!(alike(fit.serial_fraction, other.serial_fraction));
        prop_assert!(alike(fit.one_worker.scale(factor), other.one_worker));
        prop_assert!(alike(fit.goodness.residuals[4].ratio, other.goodness.residuals[4].ratio));
        let (fit, other) = (usl(&points).unwrap(), usl(&changed).unwrap());
        prop_assert!(alike(fit.contention, other.contention) && alike(fit.coherency, other.coherency));
        let workers = |knee: Knee| match knee {
            Knee::At { workers, .. } => (true, workers),
            Knee::Beyond { workers } => (false, workers),
        };
        prop_assert_eq!(workers(knee(&points).unwrap()), workers(knee(&changed).unwrap()));
    }

    #[test]
    fn what_the_machine_does_to_a_whole_round_is_no_scaling(points in noisy(), slow in 1.0..10.0_f64) {
        let mut slowed = points.clone();
        for (_, times) in &mut slowed {
            times[2] *= slow;
        }
        let serial = |points: &Points| amdahl(points).unwrap().serial_fraction;
        prop_assert!(alike(serial(&points), serial(&slowed)));
    }

}

proptest! {
    // Each case is two bootstraps.
    #![proptest_config(ProptestConfig::with_cases(4))]

    #[test]
    fn a_crossover_follows_the_unit(noise in prop::collection::vec(0.95..1.05_f64, 8), factor in 1e-3..1e3_f64) {
        let mut sizes = sizes(&[0.005, 0.02, 0.08]);
        for (_, parallel) in &mut sizes {
            for (time, noise) in parallel.iter_mut().zip(&noise) {
                *time *= noise;
            }
        }
        let scaled: Vec<_> = sizes
            .iter()
            .map(|(slow, fast)| {
                let scale = |times: &[f64]| times.iter().map(|time| time * factor).collect();
                (scale(slow), scale(fast))
            })
            .collect();
        let (found, other) = (crossover(&sizes, 3).unwrap(), crossover(&scaled, 3).unwrap());
        for (found, other) in [(found.low, other.low), (found.point, other.point), (found.high, other.high)] {
            assert_close(place(other) / place(found) / factor, 1.0, 1e-9);
        }
    }
}
