//! Cases that are watched after they were measured: from the suite's file to the report's page.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::path::Path;

use serde_json::Value;
use support::{Test, processes};

fn timelines(run: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(run.join("timelines.jsonl")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The suite `plain` with one round of some strategies, all of which are watched.
fn watching(strategies: &str) -> Test {
    let test = Test::new();
    let suite = "workloads/suites/plain.yaml";
    test.edit(suite, "[sequential, threads]", strategies);
    test.edit(suite, "{least: 8, most: 8}", "{least: 1, most: 1}");
    test.edit(suite, "workers: [1], ", "");
    test.edit(suite, "groups:", "timelines: [{workload: faulty, axes: {size: [slow]}}]\ngroups:");
    test
}

#[test]
fn what_is_watched_is_in_no_sample() {
    let test = watching("[sequential, exit-code, unsupported]");
    let run = test.path("run");
    let result = test.run(&["run", "--suite", "plain", "--out", run.to_str().unwrap()]);
    assert_eq!(result.code, Some(0), "{}", result.stderr);
    test.assert_no_process_left();

    // The pilot and a round of each case that can be measured, and of the one that is measured again.
    let recorded = processes(&run);
    let of = |strategy: &str| recorded.iter().filter(|(id, ..)| id.contains(strategy)).count();
    assert_eq!((of("/sequential/"), of("/exit-code/")), (4, 1), "{recorded:?}");
    let seen = timelines(&run);
    assert_eq!(seen.iter().map(|line| line["case"].as_u64().unwrap()).collect::<Vec<_>>(), [0, 1, 2]);
    let first = &seen[0];
    assert_eq!(first["outcome"]["kind"], "completed");
    // One takes 150 ms, after which no further one begins; the worker of this test does not look at the time.
    assert_eq!(first["iterations"].as_array().unwrap().len(), 2, "{first}");
    let lane = &first["recording"]["lanes"][0];
    assert_eq!((&lane["process"], &lane["main"]), (&Value::from(0), &Value::from(true)), "{lane}");
    if first["recording"].get("lacks").is_none() {
        let spans = lane["spans"].as_str().unwrap();
        assert!(spans.contains('s') && spans.contains('r'), "it sleeps, and starts before: {spans}");
    }
    for failed in &seen[1..] {
        assert_eq!(failed["outcome"]["reason"], "its pilot did not complete", "{failed}");
        assert_eq!(failed["recording"], Value::Null);
    }

    let site = test.path("site");
    let result = test.run(&["report", run.to_str().unwrap(), "--out", site.to_str().unwrap()]);
    assert_eq!(result.code, Some(0), "{}", result.stderr);
    let page = std::fs::read_to_string(site.join("timelines.html")).unwrap();
    assert!(page.contains("its pilot did not complete") && page.contains("<svg class=\"chart\""), "{page}");
}

#[test]
fn a_resumed_run_watches_what_is_missing_and_nothing_twice() {
    let test = watching("[sequential, threads]");
    let run = test.path("run");
    let result = test.run(&["run", "--suite", "plain", "--out", run.to_str().unwrap()]);
    assert_eq!(result.code, Some(0), "{}", result.stderr);
    // As if it had been killed while it wrote the second line.
    let file = run.join("timelines.jsonl");
    let text = std::fs::read_to_string(&file).unwrap();
    let whole = text.find('\n').unwrap() + 1;
    std::fs::write(&file, &text[..whole + 40]).unwrap();
    let events = std::fs::read_to_string(run.join("events.jsonl")).unwrap();
    let unfinished: Vec<&str> = events.lines().filter(|line| !line.contains("\"finished\"")).collect();
    std::fs::write(run.join("events.jsonl"), unfinished.join("\n") + "\n").unwrap();

    let samples = std::fs::read(run.join("samples.jsonl")).unwrap();
    let result = test.run(&["run", "--resume", run.to_str().unwrap()]);
    assert_eq!(result.code, Some(0), "{}", result.stderr);
    let again = std::fs::read_to_string(&file).unwrap();
    assert!(again.starts_with(&text[..whole]), "the first stays");
    assert_eq!(timelines(&run).iter().map(|line| line["case"].as_u64().unwrap()).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(std::fs::read(run.join("samples.jsonl")).unwrap(), samples, "nothing is measured again");
}

#[test]
fn a_run_that_watches_nothing_has_no_such_file_and_damage_is_named() {
    let test = watching("[sequential]");
    let run = test.path("run");
    let result = test.run(&["run", "--suite", "plain", "--out", run.to_str().unwrap()]);
    assert_eq!(result.code, Some(0), "{}", result.stderr);
    let file = run.join("timelines.jsonl");
    let line = std::fs::read_to_string(&file).unwrap();
    for (text, complaint) in [
        (line.repeat(2), "line 2: found case 0 for the second time, after line 1"),
        (line.replace("\"case\":0", "\"case\":99"), "line 1: case 99 does not exist, expected one from 0 to"),
        (line.replace("\"spans\":\"", "\"spans\":\"7x "), "`7x` is no span"),
        (line.replace("\"main\"", "\"mane\""), "unknown field `mane`"),
    ] {
        std::fs::write(&file, text).unwrap();
        let result = test.run(&["report", run.to_str().unwrap()]);
        assert_ne!(result.code, Some(0));
        let told = result.stderr.contains("timelines.jsonl") && result.stderr.contains(complaint);
        assert!(told, "{complaint}: {}", result.stderr);
    }

    test.edit("workloads/suites/plain.yaml", "timelines: [{workload: faulty, axes: {size: [slow]}}]\n", "");
    let run = test.path("another");
    let result = test.run(&["run", "--suite", "plain", "--out", run.to_str().unwrap()]);
    assert_eq!(result.code, Some(0), "{}", result.stderr);
    assert!(!run.join("timelines.jsonl").exists());
}
