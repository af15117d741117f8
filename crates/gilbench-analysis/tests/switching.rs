//! What changes with the interpreter, of runs whose ratios are known.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod several;

use gilbench_analysis::statistics::Answer;
use gilbench_analysis::switching::{Switching, Tally, Work, switching};
use gilbench_model::plan::Skip;
use serde_json::{json, to_value};
use several::{Made, case, run};

/// With the last case of each interpreter as its best.
fn found(made: Vec<Made>) -> Switching {
    let (run, findings) = run(made);
    let plan = run.plan.clone();
    switching(&run, &findings, |workload, _, interpreter| {
        let own = |case: &gilbench_model::plan::Case| {
            case.workload == *workload && case.interpreter == *interpreter && case.skip.is_none()
        };
        plan.cases.iter().rposition(own).map(|index| u32::try_from(index).unwrap())
    })
}

fn points(work: &Work) -> Vec<(String, Option<f64>)> {
    let point = |row: &gilbench_analysis::switching::WorkRow| {
        let rounded = row.same_code.map(|held| (held.ratio.point * 1000.0).round() / 1000.0);
        (row.interpreter.to_string(), rounded)
    };
    work.rows.iter().map(point).collect()
}

fn named(rows: &[(&str, Option<f64>)]) -> Vec<(String, Option<f64>)> {
    rows.iter().map(|(name, ratio)| ((*name).to_owned(), *ratio)).collect()
}

#[test]
fn the_reference_has_the_gil_in_force_and_most_cases() {
    let with_most = found(vec![
        case("sequential", "native", 1.0),
        case("threads", "native", 1.0),
        case("sequential", "free", 120.0),
        case("threads", "free", 70.0),
        case("threads", "free", 70.0).under("workers", json!(4)),
        case("sequential", "other", 80.0),
        case("sequential", "locked", 100.0),
        case("threads", "locked", 100.0),
    ]);
    assert_eq!(with_most.reference.unwrap(), "locked");
    let work = &with_most.works[0];
    assert_eq!(
        points(work),
        named(&[("native", Some(0.01)), ("free", Some(1.2)), ("other", Some(0.8)), ("locked", None)])
    );
    // The fastest of each, here the last: of `locked` its threads.
    let best: Vec<_> = work.rows.iter().map(|row| row.best).collect();
    assert_eq!(best, [Some(1), Some(4), Some(5), Some(7)]);
    assert!((work.rows[1].best_ratio.unwrap().ratio.point - 0.7).abs() < 1e-9);
    let without_gil = found(vec![case("sequential", "native", 1.0), case("sequential", "free", 120.0)]);
    assert_eq!(without_gil.reference.unwrap(), "free", "native is no interpreter");
}

#[test]
fn work_that_the_reference_does_not_do_is_held_against_the_next() {
    let found = found(vec![
        case("sequential", "locked", 100.0),
        case("threads", "locked", 100.0),
        case("sequential", "other", 50.0),
        case("sequential", "other", 10.0).with("workload", json!("wait")),
        case("sequential", "native", 1.0).with("workload", json!("wait")),
    ]);
    assert_eq!(found.reference.as_ref().unwrap(), "locked");
    assert_eq!(found.works[1].reference.as_ref().unwrap(), "other");
    assert_eq!(points(&found.works[1]), named(&[("other", None), ("native", Some(0.1))]));
}

#[test]
fn what_has_no_sequential_case_is_compared_by_the_strategy_that_most_have() {
    let found = found(vec![
        case("lists", "locked", 10.0),
        case("lists", "free", 20.0),
        case("arrays", "locked", 10.0),
        case("arrays", "free", 30.0),
        case("arrays", "other", 30.0),
        case("quiet", "native", 1.0),
    ]);
    assert_eq!(found.works.len(), 1);
    assert_eq!(found.works[0].case, 2);
    assert_eq!(
        points(&found.works[0]),
        named(&[("locked", None), ("free", Some(3.0)), ("other", Some(3.0)), ("native", None)])
    );
    assert_eq!(found.works[0].rows[3].case, None);
}

#[test]
fn cold_cases_are_held_against_each_other_by_whole_processes() {
    let cold = |interpreter, time| case("sequential", interpreter, time).under("cold", json!(true));
    let found = found(vec![cold("locked", 50.0).rounds(&[50.0; 8]), cold("free", 150.0).rounds(&[150.0; 8])]);
    assert!(found.works[0].whole && !found.works[0].ranked);
    assert_eq!(points(&found.works[0]), named(&[("locked", None), ("free", Some(2.0))]));
    let outside = found.works[0].rows[1].outside.unwrap();
    assert!((outside.point - 0.05).abs() < 1e-9 && outside.count == 8);
}

#[test]
fn conditions_and_sizes_are_not_mixed_and_behaviour_has_no_ratio() {
    let found = found(vec![
        case("sequential", "locked", 100.0),
        case("sequential", "free", 110.0),
        case("sequential", "locked", 100.0).under("affinity", json!("one")),
        case("sequential", "free", 220.0).under("affinity", json!("one")),
        case("sequential", "free", 300.0).under("gil", json!("on")),
        case("sequential", "locked", 1.0).with("workload", json!("look")),
        case("sequential", "free", 9.0).with("workload", json!("look")),
    ]);
    assert_eq!(found.works.len(), 2);
    assert_eq!(points(&found.works[0]), named(&[("locked", None), ("free", Some(1.1))]));
    assert_eq!(points(&found.works[1]), named(&[("locked", None), ("free", Some(2.2))]));
    let ranked: Vec<bool> = found.works.iter().map(|work| work.ranked).collect();
    assert_eq!(ranked, [true, false]);
    assert!(found.works[1].rows.iter().all(|row| row.best.is_none()));
}

#[test]
fn what_was_skipped_stays_a_row_without_a_ratio() {
    let skip = Skip { reason: "not found".into(), hint: None };
    let found = found(vec![
        case("sequential", "locked", 100.0),
        case("sequential", "other", 1.0).with("skip", to_value(skip).unwrap()).rounds(&[]),
    ]);
    assert_eq!(points(&found.works[0]), named(&[("locked", None), ("other", None)]));
    assert_eq!(found.works[0].rows[1].case, Some(1));
}

#[test]
fn a_difference_counts_once_the_number_of_comparisons_is_accounted_for() {
    // In six rounds no p-value is below .031; beside one that shows nothing it is not enough.
    let rounds = [10.0, 10.1, 10.2, 10.3, 10.4, 10.5];
    let slower = rounds.map(|time| time * 1.2);
    let even = [10.1, 10.0, 10.3, 10.2, 10.5, 10.4];
    let made = |with_another: bool| {
        let mut made = vec![
            case("sequential", "locked", 1.0).rounds(&rounds),
            case("sequential", "free", 1.0).rounds(&slower),
        ];
        if with_another {
            made.push(case("sequential", "other", 1.0).rounds(&even));
        }
        found(made).works.remove(0).rows.into_iter().filter_map(|row| row.same_code).collect::<Vec<_>>()
    };
    let alone = made(false);
    assert_eq!(alone[0].answer, Answer::Slower);
    let among = made(true);
    assert!(among[0].adjusted_p_value > alone[0].adjusted_p_value);
    assert_eq!(among[0].answer, Answer::Undecided);
    let tally = Tally::of(&alone);
    assert_eq!((tally.compared, tally.faster, tally.slower, tally.equivalent), (1, 0, 1, 0));
    let [least, most] = Tally::of(&among).range.unwrap();
    assert!(least.point < 1.05 && (most.point - 1.2).abs() < 1e-9);
}
