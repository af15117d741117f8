//! What many runs show in a row, of runs that are made up.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod bare;
#[expect(dead_code, reason = "iterations have more kinds of noise and classes")]
mod made_up;

use gilbench_analysis::earlier::{Earlier, Part, nearest};
use gilbench_analysis::history::{History, LEAST_RUNS, Past, Search, history, search};
use gilbench_model::plan::sha256;
use gilbench_model::run_directory::Run;
use gilbench_model::sample::Process;
use made_up::{Noise, steady};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;
use serde_json::{from_value, json};

/// A run of one case and two calibrations, all measured in eight rounds, on the `day`.
fn run(day: u32, seconds: f64, machine: f64) -> Run {
    let case = |id: &str, workload: &str, role: &str| {
        bare::case(&json!({"id": id, "workload": workload, "role": role}))
    };
    let mut run = bare::run(&[
        case("work", "work", "measured"),
        case("chain,calibration", "chain", "calibration"),
        case("copy,calibration", "copy", "calibration"),
    ]);
    run.plan.seed = day.into();
    run.environment.planned_ms = u64::from(day) * 86_400_000;
    run.environment.interpreters = from_value(json!([{
        "id": "one", "label": "One", "status": "ready", "provider": null, "executable": null, "image": null,
        "version": "3.13.1", "gil": {"built": true, "enabled": true}, "reason": null, "hint": null, "facts": null
    }]))
    .unwrap();
    let wobble = |round: u32| 1.0 + 0.004 * (f64::from((round * 5 + day) % 8) / 7.0 - 0.5);
    let processes = [seconds * machine, 0.02 * machine, 0.03 * machine]
        .into_iter()
        .enumerate()
        .flat_map(|(case, seconds)| (0..8).map(move |round| (case, round, seconds * wobble(round))))
        .map(|(case, round, seconds)| process(case, round, seconds));
    Run { directory: format!("runs/day-{day}").into(), processes: processes.collect(), ..run }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some seconds")]
fn process(case: usize, round: u32, seconds: f64) -> Process {
    bare::process(case, round, (seconds * 1e9).round() as u64)
}

/// The history of the last of some runs.
fn of(runs: &[Run]) -> History {
    let (last, earlier) = runs.split_last().unwrap();
    history(last, earlier.iter().map(Past::of).collect())
}

fn changes(history: &History) -> Vec<usize> {
    history.series[0].search.changes().iter().map(|change| change.first_after).collect()
}

#[test]
fn a_time_at_this_runs_pace_is_what_is_left_when_the_machine_moved() {
    let found = of(&[run(1, 0.5, 1.0), run(2, 0.5, 1.25), run(3, 0.4, 1.0)]);
    let [series] = &found.series[..] else { panic!("{found:#?}") };
    let points =
        |of: fn(&gilbench_analysis::history::Point) -> f64| series.points.iter().map(of).collect::<Vec<_>>();
    let near = |found: &[f64], wanted: &[f64]| {
        assert!(found.iter().zip(wanted).all(|(a, b)| (a / b - 1.0).abs() < 0.004), "{found:?} {wanted:?}");
    };
    near(&points(|point| point.time.unwrap().point), &[0.5, 0.625, 0.4]);
    near(&points(|point| point.paced.unwrap().point), &[0.5, 0.5, 0.4]);
    let paces: Vec<f64> = found.runs.iter().map(|run| run.pace.ratio.unwrap().point).collect();
    near(&paces, &[1.0, 1.25, 1.0]);
    for point in &series.points {
        let (time, paced) = (point.time.unwrap(), point.paced.unwrap());
        assert!(paced.high / paced.low >= time.high / time.low, "calibration adds what it does not know");
    }
    assert_eq!(series.search, Search::TooFew { runs: 3, needed: LEAST_RUNS });
    assert_eq!(
        found.runs.iter().map(|run| run.run.as_str()).collect::<Vec<_>>(),
        ["day-1", "day-2", "day-3"]
    );
}

#[test]
fn one_of_three_calibration_workloads_that_goes_astray_does_not_move_the_pace() {
    let mut runs = [run(1, 0.5, 1.0), run(2, 0.5, 1.0)];
    for run in &mut runs {
        let mut third = run.plan.cases[2].clone();
        "calls,calibration".clone_into(&mut third.id);
        run.plan.cases.push(third);
        let calls: Vec<_> = run.processes.iter().filter(|process| process.case == 2).cloned().collect();
        run.processes.extend(calls.into_iter().map(|process| Process { case: 3, ..process }));
    }
    for process in runs[0].processes.iter_mut().filter(|process| process.case == 3) {
        process.iterations[0].wall_ns.0 *= 3;
    }
    let pace = of(&runs).runs[0].pace.ratio.unwrap();
    assert!((pace.point - 1.0).abs() < 0.004 && pace.count == 3, "{pace:?}");
}

#[test]
fn a_change_in_the_middle_is_found_and_none_is_without_whatever_the_machine_does() {
    let mut generator = Pcg64::seed_from_u64(5);
    let mut runs = |time: &dyn Fn(u32) -> f64| {
        let run = |day| {
            run(day, time(day) * generator.random_range(0.995..1.005), generator.random_range(0.9..1.1))
        };
        (0..30).map(run).collect::<Vec<_>>()
    };
    assert_eq!(changes(&of(&runs(&|_| 0.5))), [0; 0]);
    let mut slower = runs(&|day| if day < 15 { 0.5 } else { 0.54 });
    for run in &mut slower[15..] {
        "0.2.0".clone_into(&mut run.environment.gilbench);
        run.environment.interpreters[0].version = Some("3.13.2".to_owned());
    }
    let found = of(&slower);
    assert_eq!(changes(&found), [15]);
    let change = &found.series[0].search.changes()[0];
    assert!((change.ratio - 1.08).abs() < 0.005 && change.estimate.unwrap().contains(1.08), "{change:?}");
    let parts: Vec<_> = change.besides.iter().map(|aspect| &aspect.part).collect();
    assert_eq!(
        parts,
        [&Part::Gilbench, &Part::Interpreter("one".parse().unwrap())],
        "the seed bears on nothing"
    );
    // The same times without calibration, and the machine's moving is all that is seen.
    for run in &mut slower {
        run.plan.cases.truncate(1);
        run.processes.retain(|process| process.case == 0);
    }
    let bare = of(&slower);
    assert_eq!(bare.series[0].search, Search::TooFew { runs: 0, needed: LEAST_RUNS });
    assert!(
        bare.series[0].points.iter().all(|point| point.time.is_some() && point.reason.is_some()),
        "{bare:?}"
    );
}

#[test]
fn another_machine_another_input_and_other_definitions_are_marked() {
    let mut runs: Vec<Run> = (0..6).map(|day| run(day, 0.5, 1.0)).collect();
    runs[1].environment.machine.cpu_model = Some("another".to_owned());
    runs[1].plan.definitions = sha256(b"elsewhere");
    runs[2].plan.cases[0].digest = sha256(b"another answer");
    for run in &mut runs[4..] {
        run.plan.definitions = sha256(b"redefined");
    }
    runs[3].plan.cases[0].id = "play".to_owned();
    let found = of(&runs);
    let reasons: Vec<_> = found.series[0].points.iter().map(|point| point.reason.as_deref()).collect();
    assert_eq!(
        reasons,
        [None, Some("another machine"), Some("another input"), Some("no such case"), None, None]
    );
    assert_eq!(found.runs[1].machine, [r#"CPU model "another", not "one""#]);
    assert_eq!(found.runs[1].pace.ratio, None);
    let redefined: Vec<_> = found.runs.iter().map(|run| run.redefined).collect();
    assert_eq!(redefined, [false, false, false, false, true, false]);
    assert_eq!(found.series.len(), 1, "a case that only the last run lacks has no series");
    let written = serde_json::to_value(&found).unwrap();
    assert_eq!(from_value::<History>(written).unwrap(), found);
}

#[test]
fn a_run_is_compared_with_the_latest_of_its_machine_and_suite() {
    let this = run(9, 0.5, 1.0);
    let mut earlier: Vec<Run> = (0..4).map(|day| run(day, 0.5, 1.0)).collect();
    earlier[3].environment.machine.cpu_model = Some("another".to_owned());
    earlier[2].plan.suite = "another".parse().unwrap();
    let chosen = |earlier: &[Run]| nearest(&this, &earlier.iter().map(Past::of).collect::<Vec<_>>());
    assert_eq!(chosen(&earlier), Some(1));
    assert_eq!(chosen(&earlier[2..]), Some(0), "the same machine before the same suite");
    assert_eq!(chosen(&earlier[3..]), Some(0), "any before none");
    let mut apart = earlier[1].clone();
    apart.plan.cases[0].id = "play".to_owned();
    assert_eq!(chosen(&[earlier[0].clone(), apart]), Some(0), "one that has something to compare");
    assert_eq!(chosen(&[]), None);
    let found = Earlier::new(&this, earlier.iter().map(Past::of).collect(), &earlier[1]);
    let compared = gilbench_analysis::compare::across(&earlier[1], &[&this], None, 0.03);
    assert_eq!(found.comparison.compared, compared, "as the command does");
    let differs: Vec<_> = found
        .comparison
        .aspects
        .iter()
        .filter(|aspect| !aspect.is_same())
        .map(|aspect| &aspect.part)
        .collect();
    assert_eq!(differs, [&Part::Seed]);
}

/// Histories of each simulated cell: a share of 5 % is then known to a standard error of 1 %.
const TRIALS: u32 = 400;

/// The share of histories with a noise of 2 % that show a change, of so many runs and with times this much longer in the
/// second half.
fn shown(noise: Noise, count: usize, longer: f64) -> f64 {
    let mut generator = Pcg64::seed_from_u64(11);
    let shown = (0..TRIALS).filter(|_| {
        let mut times = steady(noise, 0.02, count, &mut generator);
        times[count / 2..].iter_mut().for_each(|time| *time *= longer);
        let series: Vec<(usize, f64)> = times.into_iter().enumerate().collect();
        !search(&series).0.changes().is_empty()
    });
    f64::from(u32::try_from(shown.count()).unwrap()) / f64::from(TRIALS)
}

#[test]
fn few_histories_in_which_nothing_changes_show_a_change() {
    for noise in [Noise::Normal, Noise::LogNormal, Noise::Spikes, Noise::Lasting(0.5)] {
        for count in [10, 30, 100] {
            let share = shown(noise, count, 1.0);
            println!("{noise:?}, {count} runs: {share}");
            assert!(share <= 0.05, "{noise:?}, {count} runs: {share}");
        }
    }
}

#[test]
fn nearly_every_change_of_five_times_the_noise_is_shown() {
    for (noise, count, least) in
        [(Noise::Normal, 30, 0.95), (Noise::LogNormal, 30, 0.9), (Noise::Spikes, 30, 0.75)]
    {
        let share = shown(noise, count, 1.1);
        println!("{noise:?}, {count} runs: {share}");
        assert!(share >= least, "{noise:?}, {count} runs: {share}");
    }
}
