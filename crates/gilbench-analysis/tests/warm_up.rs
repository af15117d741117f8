//! Processes get the class that a person gives them who looks at their iterations: recorded ones, and made-up ones.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod made_up;

use gilbench_analysis::warm_up::{Class, LEAST_ITERATIONS, classify};
use made_up::{NOISES, Noise, shares, steady};
use proptest::collection::vec;
use proptest::prelude::*;
use rand::SeedableRng;
use rand_pcg::Pcg64;
use serde_json::Value;

/// Series of each simulated cell: a share of 10 % is then known to a standard error of 2 %.
const TRIALS: u32 = 200;

/// A series with levels of so many iterations and normal noise of 1 %.
fn levels(levels: &[(usize, f64)]) -> Vec<f64> {
    let count = levels.iter().map(|(count, _)| count).sum();
    let mut generator = Pcg64::seed_from_u64(7);
    let level = levels.iter().flat_map(|(count, level)| std::iter::repeat_n(level, *count));
    steady(Noise::Normal, 0.01, count, &mut generator)
        .iter()
        .zip(level)
        .map(|(time, level)| time * level)
        .collect()
}

/// Without the change points, which have a test of their own.
type Kind = (Class, Option<usize>);

fn kind(times: &[f64]) -> Option<Kind> {
    classify(times).map(|found| (found.class, found.steady_from))
}

fn found(class: Class, steady_from: usize) -> Kind {
    (class, Some(steady_from))
}

const NO_STEADY_STATE: Option<Kind> = Some((Class::NoSteadyState, None));

#[test]
fn every_class_is_found_where_it_is_plain() {
    assert_eq!(kind(&levels(&[(30, 1.0)])), Some(found(Class::Flat, 0)));
    assert_eq!(kind(&levels(&[(1, 3.0), (9, 1.0)])), Some(found(Class::WarmUp, 1)));
    assert_eq!(kind(&levels(&[(1, 9.0), (4, 3.0), (10, 1.0)])), Some(found(Class::WarmUp, 5)));
    assert_eq!(kind(&levels(&[(15, 1.0), (15, 1.3)])), Some(found(Class::SlowDown, 15)));
    assert_eq!(kind(&levels(&[(5, 3.0), (10, 1.0), (20, 1.3)])), Some(found(Class::SlowDown, 15)));
    assert_eq!(kind(&levels(&[(30, 1.0), (6, 1.3)])), NO_STEADY_STATE);
    assert_eq!(kind(&levels(&[(30, 1.3), (6, 1.0)])), NO_STEADY_STATE);
}

#[test]
fn spikes_change_nothing() {
    let mut times = levels(&[(30, 1.0)]);
    for index in [4, 5, 17, 28, 29] {
        times[index] *= 4.0;
    }
    assert_eq!(kind(&times), Some(found(Class::Flat, 0)));
    let mut times = levels(&[(3, 2.0), (30, 1.0)]);
    times[1] *= 4.0;
    times[20] *= 4.0;
    assert_eq!(kind(&times), Some(found(Class::WarmUp, 3)));
}

#[test]
fn levels_within_the_band_are_one() {
    assert_eq!(kind(&levels(&[(30, 1.02), (30, 1.0)])), Some(found(Class::Flat, 0)));
    assert_eq!(kind(&levels(&[(30, 1.06), (30, 1.0)])), Some(found(Class::WarmUp, 30)));
}

#[test]
fn change_points_are_where_levels_begin() {
    let changes = |of: &[(usize, f64)]| classify(&levels(of)).unwrap().changes;
    assert_eq!(changes(&[(30, 1.0)]), [0; 0]);
    assert_eq!(changes(&[(5, 3.0), (10, 1.0), (20, 1.3)]), [5, 15]);
    // Those without a steady state have them too.
    assert_eq!(changes(&[(30, 1.0), (6, 1.3)]), [30]);
}

#[test]
fn equal_times_are_flat() {
    assert_eq!(kind(&[0.25; 12]), Some(found(Class::Flat, 0)));
    assert_eq!(kind(&[&[0.5][..], &[0.25; 12]].concat()), Some(found(Class::WarmUp, 1)));
}

#[test]
fn too_few_iterations_and_times_that_are_none_have_no_class() {
    assert_eq!(kind(&[1.0; LEAST_ITERATIONS - 1]), None);
    assert_eq!(kind(&[1.0; LEAST_ITERATIONS].map(|_| 0.0)), None);
    assert_eq!(kind(&[&[f64::NAN][..], &[1.0; 12]].concat()), None);
    assert_eq!(kind(&[&[f64::INFINITY][..], &[1.0; 12]].concat()), None);
}

/// The file says how they were recorded, and what a person sees in each.
#[test]
fn recorded_processes_get_the_class_that_is_seen_in_them() {
    let file: Value = serde_json::from_str(include_str!("traces/sum-squares.json")).expect("JSON");
    let traces = file["traces"].as_array().expect("traces");
    assert!(traces.len() >= 6);
    for trace in traces {
        let times: Vec<f64> =
            trace["microseconds"].as_array().unwrap().iter().map(|time| time.as_f64().unwrap()).collect();
        let found = classify(&times).expect("enough iterations");
        let name = trace["name"].as_str().unwrap();
        let class: Class = serde_json::from_value(trace["class"].clone()).unwrap();
        assert_eq!(found.class, class, "{name}: {found:?}");
        if let Some(from) = found.steady_from {
            let [least, most] = ["least", "most"].map(|end| trace["steady_from"][end].as_u64().unwrap());
            assert!((least..=most).contains(&(from as u64)), "{name}: {found:?}");
        }
    }
}

#[test]
fn steady_processes_are_seldom_said_to_have_no_steady_state() {
    for noise in NOISES {
        for count in [10, 40] {
            for deviation in [0.01, 0.05] {
                let [flat, _, _, none] = shares((noise, deviation), count, &[], TRIALS);
                // What lasts for many iterations is a level, and is called one where it is more than the band.
                let (least_flat, most_none) = match noise {
                    Noise::Lasting(keeps) if keeps > 0.5 && deviation > 0.03 => (0.3, 0.2),
                    _ => (0.8, 0.05),
                };
                assert!(
                    none <= most_none,
                    "{noise:?} of {deviation}, {count}: {none} without a steady state"
                );
                assert!(flat >= least_flat, "{noise:?} of {deviation}, {count}: {flat} flat");
            }
        }
    }
}

#[test]
fn a_warm_up_by_a_third_is_mostly_found() {
    for noise in [Noise::Normal, Noise::Spikes, Noise::Lasting(0.5), Noise::HeavyTailed] {
        for count in [20, 100] {
            let [_, warm_up, ..] = shares((noise, 0.02), count, &[1.33; 3], TRIALS);
            assert!(warm_up >= 0.8, "{noise:?}, {count} iterations: {warm_up}");
        }
    }
}

proptest! {
    #[test]
    fn the_unit_of_time_does_not_matter(times in vec(0.5..2.0_f64, 10..40), unit in 1e-6..1e6_f64) {
        let scaled: Vec<f64> = times.iter().map(|time| time * unit).collect();
        prop_assert_eq!(classify(&times), classify(&scaled));
    }

    #[test]
    fn a_steady_state_fills_the_last_quarter(times in vec(0.5..2.0_f64, 10..60)) {
        let found = classify(&times).unwrap();
        prop_assert_eq!(found.steady_from.is_none(), found.class == Class::NoSteadyState);
        prop_assert_eq!(found.steady_from == Some(0), found.class == Class::Flat);
        if let Some(from) = found.steady_from {
            prop_assert!(4 * (times.len() - from) >= times.len());
        }
    }
}
