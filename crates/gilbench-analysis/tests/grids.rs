//! Grids of conditions, of runs whose times are known.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod several;

use gilbench_analysis::grids::{Grid, grids};
use gilbench_model::plan::Skip;
use gilbench_model::{Affinity, Omp};
use serde_json::{Value, json, to_value};
use several::{Made, case, run};

fn found(made: Vec<Made>) -> Vec<Grid> {
    let (run, findings) = run(made);
    grids(&run, &findings)
}

fn pool(workers: u32, omp: Value, milliseconds: f64) -> Made {
    case("pool", "locked", milliseconds).under("workers", json!(workers)).under("omp", omp)
}

/// Rounded speed-ups, row by row.
fn speed_ups(grid: &Grid) -> Vec<Vec<Option<f64>>> {
    let point = |cell: &gilbench_analysis::grids::Cell| {
        cell.speed_up.map(|speed_up| (speed_up.point * 1000.0).round() / 1000.0)
    };
    grid.blocks.iter().map(|block| block.cells.iter().map(point).collect()).collect()
}

#[test]
fn cells_are_held_against_the_neutral_sequential_case() {
    let found = found(vec![
        case("sequential", "locked", 100.0),
        case("sequential", "locked", 80.0).under("omp", json!("default")),
        pool(1, json!("default"), 50.0),
        pool(2, json!("default"), 200.0),
        pool(1, json!(1), 100.0),
        pool(2, json!(1), 50.0),
        pool(4, json!(2), 400.0),
    ]);
    assert_eq!(found.len(), 2);
    let [sequential, pool] = [&found[0], &found[1]];
    assert_eq!(sequential.against, Some(0));
    assert_eq!(speed_ups(sequential), [[Some(1.0), Some(1.25)]]);
    assert_eq!(pool.workers, [1, 2, 4]);
    // Those that take every CPU come last.
    assert_eq!(pool.omp, [Omp::default(), Omp::Threads(2.try_into().unwrap()), Omp::Default]);
    assert_eq!(
        speed_ups(pool),
        [[Some(1.0), Some(2.0), None, None, None, Some(0.25), Some(2.0), Some(0.5), None]]
    );
    let threads: Vec<u32> = pool.blocks[0].cells.iter().map(|cell| cell.threads).collect();
    assert_eq!(threads, [1, 2, 4, 2, 4, 8, 2, 4, 8]);
    let fits: Vec<bool> = pool.blocks[0].cells.iter().map(|cell| cell.fits).collect();
    assert_eq!(fits, [true, true, false, true, false, false, true, false, false]);
    let planned = pool.blocks[0].cells.iter().filter(|cell| cell.case.is_some()).count();
    assert_eq!(planned, 5);
}

#[test]
fn each_affinity_is_a_block_with_cpus_of_its_own() {
    let one = |made: Made| {
        made.under("affinity", json!("one")).with("cpus", json!([0])).with("effective_cpus", json!(1))
    };
    let found = found(vec![
        one(pool(1, json!("default"), 100.0)),
        one(pool(2, json!("default"), 110.0)),
        pool(1, json!("default"), 100.0),
        pool(2, json!("default"), 50.0),
    ]);
    assert_eq!(found.len(), 1);
    let grid = &found[0];
    let of: Vec<_> = grid.blocks.iter().map(|block| (&block.affinity, block.effective_cpus)).collect();
    assert_eq!(of, [(&Affinity::All, 2), (&Affinity::One, 1)], "most CPUs first");
    // Without a sequential case they are held against the one that is nearest to neutral.
    assert_eq!(grid.against, Some(2));
    assert_eq!(speed_ups(grid), [[Some(1.0), Some(2.0)], [Some(1.0), Some(0.909)]]);
    // A library on one CPU starts one thread.
    let fits: Vec<bool> = grid.blocks[1].cells.iter().map(|cell| cell.fits).collect();
    assert_eq!(fits, [true, false]);
}

#[test]
fn waiting_is_not_limited_by_cpus() {
    let wait = |made: Made| made.with("workload", json!("wait"));
    let found = found(vec![wait(pool(10, json!(1), 100.0)), wait(pool(10, json!(4), 100.0))]);
    assert!(!found[0].computes && found[0].blocks[0].cells.iter().all(|cell| cell.fits));
}

#[test]
fn workers_alone_make_a_grid_only_beyond_the_cpus() {
    assert!(found(vec![pool(1, json!(1), 100.0), pool(2, json!(1), 50.0)]).is_empty());
    let beyond = found(vec![pool(1, json!(1), 100.0), pool(2, json!(1), 50.0), pool(4, json!(1), 60.0)]);
    assert_eq!(beyond.len(), 1);
    let row = |longest: u32| (1..=longest).map(|workers| pool(workers, json!(1), 100.0)).collect();
    assert_eq!([found(row(12)).len(), found(row(13)).len()], [1, 0], "a long row is a curve");
    assert!(found(vec![case("sequential", "locked", 1.0), case("sequential", "other", 1.0)]).is_empty());
}

#[test]
fn a_case_without_a_time_is_a_cell_and_nothing_is_held_against_it() {
    let skip = to_value(Skip { reason: "no".into(), hint: None }).unwrap();
    let found = found(vec![
        case("sequential", "locked", 1.0).with("skip", skip.clone()).rounds(&[]),
        pool(1, json!(1), 100.0).with("skip", skip).rounds(&[]),
        pool(1, json!(2), 50.0),
    ]);
    assert_eq!(found[0].against, Some(2));
    let cells = &found[0].blocks[0].cells;
    assert!(cells[0].case == Some(1) && cells[0].speed_up.is_none());
}
