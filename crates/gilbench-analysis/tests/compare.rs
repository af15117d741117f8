//! What comparisons say of runs that are made up.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod bare;

use gilbench_analysis::compare::{Choice, ChoiceError, Compared, Pattern, Quantity, Row, across, within};
use gilbench_analysis::statistics::{Answer, EQUIVALENCE_BAND as BAND};
use gilbench_model::plan::sha256;
use gilbench_model::run_directory::Run;
use gilbench_model::sample::Process;
use serde_json::{Value, from_value, json};

/// Seconds of eight rounds: the number, with a noise of half a percent that differs between cases and runs.
fn rounds(seconds: f64, salt: u32) -> Vec<f64> {
    let noise = |round: u32| f64::from((round * 5 + salt * 3) % 8) / 7.0 - 0.5;
    (0..8).map(|round| seconds * (1.0 + 0.01 * noise(round))).collect()
}

/// A run of `work` by these strategies, and of native workloads that calibrate.
fn run(cases: &[(&str, Vec<f64>)], calibration: &[(&str, Vec<f64>)]) -> Run {
    let id = |(strategy, _): &(&str, Vec<f64>)| format!("work/{strategy}/one/workers=1");
    let planned = cases.iter().map(|one| bare::case(&json!({"id": id(one), "strategy": one.0})));
    let calibrates = calibration.iter().map(|(workload, _)| {
        let id = format!("{workload}/sequential/native/workers=1,calibration");
        bare::case(&json!({"id": id, "workload": workload, "role": "calibration"}))
    });
    let planned: Vec<Value> = planned.chain(calibrates).collect();
    let all = cases.iter().chain(calibration).map(|(_, seconds)| seconds);
    let processes = all.enumerate().flat_map(|(index, seconds)| {
        (0..).zip(seconds).map(move |(round, seconds)| process(index, round, *seconds))
    });
    Run { processes: processes.collect(), ..bare::run(&planned) }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some seconds")]
fn process(case: usize, round: u32, seconds: f64) -> Process {
    bare::process(case, round, (seconds * 1e9) as u64)
}

/// A run of two strategies on a machine of this speed, the threads this much faster.
fn ordinary(machine: f64, gain: f64, salt: u32) -> Run {
    run(
        &[("sequential", rounds(machine, salt)), ("threads", rounds(machine / gain, salt + 1))],
        &[("chain", rounds(0.02 * machine, salt + 2)), ("copy", rounds(0.03, salt + 3))],
    )
}

fn row<'a>(compared: &'a Compared, strategy: &str) -> &'a Row {
    compared.rows.iter().find(|row| row.case == format!("work/{strategy}/one/workers=1")).unwrap()
}

#[test]
fn a_case_is_compared_with_its_baseline_round_by_round() {
    let compared = within(&ordinary(1.0, 2.0, 0), &Choice::default(), BAND).unwrap();
    let [row] = &compared.rows[..] else { panic!("the baseline itself has no row: {:?}", compared.rows) };
    assert_eq!(row.case, "work/threads/one/workers=1");
    assert_eq!(row.against.as_deref(), Some("work/sequential/one/workers=1"));
    assert!((row.ratio.unwrap().point - 0.5).abs() < 0.01, "{row:?}");
    assert_eq!((row.verdict, row.significant, row.relevant), (Answer::Faster, Some(true), Some(true)));
    assert_eq!((row.widened, &row.reason), (None, &None), "nothing moves within a run");
    assert_eq!(compared.counts.faster, 1);
}

#[test]
fn stars_of_one_pattern_stand_for_those_of_the_other() {
    let run = ordinary(1.0, 2.0, 0);
    let choose = |case: Option<&str>, against: &str| {
        let pattern = |text: &str| Pattern::new(text);
        within(&run, &Choice { case: case.map(pattern), against: Some(pattern(against)) }, BAND)
    };
    let compared = choose(Some("*/sequential/*"), "*/threads/*").unwrap();
    assert_eq!(compared.rows[0].verdict, Answer::Slower);
    // One that all others are compared with, but for itself.
    let compared = choose(None, "work/threads/one/workers=1").unwrap();
    assert_eq!(
        compared.rows.iter().map(|row| row.case.as_str()).collect::<Vec<_>>(),
        ["work/sequential/one/workers=1"]
    );
    // What is left open leads to a case that is not there.
    let compared = choose(Some("*/threads/*"), "*/rayon/*").unwrap();
    assert_eq!(compared.rows[0].reason.as_deref(), Some("the run has no case to compare it with"));
    assert_eq!(compared.rows[0].against.as_deref(), Some("work/rayon/one/workers=1"));

    let ambiguous = ChoiceError::Ambiguous { pattern: "*".to_owned(), found: 2 };
    assert_eq!(choose(None, "*").unwrap_err(), ambiguous);
    let none = ChoiceError::NoCase { pattern: "play/*".to_owned() };
    assert_eq!(choose(Some("play/*"), "work/threads/one/workers=1").unwrap_err(), none);
    assert_eq!(choose(None, "play/*").unwrap_err(), none);
}

#[test]
fn a_run_is_equivalent_to_itself() {
    let run = ordinary(1.0, 2.0, 0);
    let compared = across(&run, &[&run], None, BAND);
    assert_eq!((compared.rows.len(), compared.counts.equivalent), (2, 2), "{:#?}", compared.rows);
    for row in &compared.rows {
        assert!((row.ratio.unwrap().point - 1.0).abs() < 1e-12);
    }
}

#[test]
fn a_case_that_changed_is_found_and_its_interval_is_as_wide_as_the_machine_moved() {
    let compared = across(&ordinary(1.0, 2.0, 0), &[&ordinary(1.01, 1.6, 5)], None, BAND);
    let threads = row(&compared, "threads");
    assert_eq!((threads.verdict, threads.relevant), (Answer::Slower, Some(true)));
    let (ratio, widened) = (threads.ratio.unwrap(), threads.widened.unwrap());
    assert!((ratio.point - 1.2625).abs() < 0.01);
    let shift = compared.runs[1].shift.unwrap();
    let largest = compared.calibration.iter().filter_map(|one| one.shift).fold(0.0, f64::max);
    assert!((shift - largest).abs() < f64::EPSILON && shift > 0.0, "{shift}");
    assert!((widened.high / ratio.high - (1.0 + shift)).abs() < 1e-12);
    assert!((ratio.low / widened.low - (1.0 + shift)).abs() < 1e-12);
}

#[test]
fn a_difference_that_the_machine_could_have_made_is_no_difference() {
    // All of it is 5 % slower, as is one of those that calibrate.
    let compared = across(&ordinary(1.0, 2.0, 0), &[&ordinary(1.05, 2.0, 5)], None, BAND);
    let sequential = row(&compared, "sequential");
    assert!(sequential.ratio.unwrap().low > 1.0, "it is slower than it was");
    assert!(sequential.widened.unwrap().low < 1.0, "{sequential:?}");
    assert_eq!((sequential.verdict, sequential.significant), (Answer::Undecided, Some(false)));
}

#[test]
fn a_machine_that_moved_too_far_gives_no_verdict() {
    let compared = across(&ordinary(1.0, 2.0, 0), &[&ordinary(1.2, 1.0, 5)], None, BAND);
    let threads = row(&compared, "threads");
    assert!(threads.ratio.unwrap().low > 2.0);
    assert_eq!((threads.verdict, threads.significant), (Answer::Undecided, None));
    let reason = threads.reason.as_deref().unwrap();
    assert!(reason.starts_with("the machine moved: chain by up to 2"), "{reason}");
    assert!(reason.ends_with(", more than 10.0 %"), "{reason}");
    assert_eq!(compared.counts.undecided, 2);
}

#[test]
fn without_calibration_nobody_knows_how_far_the_machine_moved() {
    let bare = |gain: f64| run(&[("sequential", rounds(1.0, 0)), ("threads", rounds(1.0 / gain, 1))], &[]);
    let compared = across(&bare(2.0), &[&bare(1.0)], None, BAND);
    let threads = row(&compared, "threads");
    assert!(threads.ratio.is_some() && threads.widened.is_none());
    assert_eq!(threads.verdict, Answer::Undecided);
    assert!(threads.reason.as_deref().unwrap().contains("share no calibration"), "{threads:?}");
    assert_eq!(compared.runs[1].shift, None);
}

#[test]
fn times_of_two_machines_are_not_compared_and_ratios_formed_in_each_are() {
    let mut other = ordinary(3.0, 1.5, 5);
    other.environment.machine.cpu_model = Some("another".to_owned());
    let compared = across(&ordinary(1.0, 2.0, 0), &[&other], None, BAND);
    let said = compared.runs[1].reason.as_deref().unwrap();
    assert!(
        said.starts_with("another machine: CPU model \"one\" in the first run, \"another\" here"),
        "{said}"
    );
    assert!(compared.calibration.is_empty() && compared.runs[1].shift.is_none());
    let threads = row(&compared, "threads");
    assert_eq!((threads.quantity, threads.widened), (Quantity::TimeRatio, None));
    assert!((threads.a.unwrap().point - 0.5).abs() < 0.01 && (threads.b.unwrap().point - 0.667).abs() < 0.01);
    assert!(
        (threads.ratio.unwrap().point - 1.333).abs() < 0.02,
        "three times as slow does not matter: {threads:?}"
    );
    assert_eq!(threads.verdict, Answer::Slower);
    assert!(row(&compared, "sequential").reason.as_deref().unwrap().contains("or it is that case"));
}

#[test]
fn what_one_of_the_runs_lacks_has_a_row_with_its_reason() {
    let first =
        run(&[("sequential", rounds(1.0, 0)), ("threads", rounds(1.0, 1))], &[("chain", rounds(1.0, 2))]);
    let mut other = run(
        &[("sequential", rounds(1.0, 3)[..4].to_vec()), ("rayon", rounds(1.0, 4))],
        &[("chain", rounds(1.0, 5))],
    );
    let reason = |compared: &Compared, strategy: &str| row(compared, strategy).reason.clone().unwrap();
    let compared = across(&first, &[&other], None, BAND);
    assert_eq!(reason(&compared, "sequential"), "in this run: too few rounds: 4 of 6 for an interval");
    assert_eq!(reason(&compared, "threads"), "the run has no such case");
    assert_eq!(reason(&compared, "rayon"), "the first run has no such case");
    assert!(compared.rows.iter().all(|row| row.ratio.is_none() && row.verdict == Answer::Undecided));

    other.plan.cases[0].digest = sha256(b"another answer");
    let compared = across(&first, &[&other], None, BAND);
    assert_eq!(reason(&compared, "sequential"), "another input than in the first run");
    let only = across(&first, &[&other], Some(&Pattern::new("*/rayon/*")), BAND);
    assert_eq!(only.rows.len(), 1);
}

#[test]
fn several_runs_are_each_compared_with_the_first() {
    let (first, second, third) = (ordinary(1.0, 2.0, 0), ordinary(1.0, 2.0, 3), ordinary(1.0, 1.0, 6));
    let compared = across(&first, &[&second, &third], None, BAND);
    let found: Vec<(usize, Answer)> = compared.rows.iter().map(|row| (row.run, row.verdict)).collect();
    let (equivalent, slower) = (Answer::Equivalent, Answer::Slower);
    assert_eq!(found, [(1, equivalent), (1, equivalent), (2, equivalent), (2, slower)]);
    assert_eq!(compared.calibration.iter().map(|one| one.run).collect::<Vec<_>>(), [1, 1, 2, 2]);
    let written: Value = serde_json::to_value(&compared).unwrap();
    assert_eq!(from_value::<Compared>(written).unwrap(), compared);
}
