//! Claims, one by one: what decides them, what a run says of them, and how to measure just one.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::path::Path;
use std::process::Command;

use support::Test;

#[test]
fn one_claim_is_measured_by_the_cases_that_decide_it() {
    let test = Test::new();
    let listed = |arguments: &[&str]| {
        let result = test.run(&[&["list", "cases", "--suite", "faults"], arguments].concat());
        let ids = result
            .stdout
            .lines()
            .skip(1)
            .filter_map(|line| line.split_whitespace().next().map(str::to_owned));
        (result.code, ids.collect::<Vec<_>>(), result.stderr.clone())
    };
    let (code, ids, stderr) = listed(&["--claim", "c02"]);
    assert_eq!(code, Some(0), "{stderr}");
    let (garbage, sequential) = ("faulty/garbage/fake/workers=1", "faulty/sequential/fake/workers=1");
    let mut measured: Vec<&str> =
        ids.iter().map(String::as_str).filter(|id| id.contains("/fake/") && !id.contains(',')).collect();
    measured.sort_unstable();
    assert_eq!(measured, [garbage, sequential]);
    let (code, _, stderr) = listed(&["--claim", "c02,c77"]);
    assert_eq!(code, Some(2));
    assert_eq!(stderr, "error: no claim `c77`\nhint: `gilbench list claims` shows all\n");
    let result = test.run(&["run", "--suite", "plain", "--claim", "c02"]);
    assert_eq!(result.code, Some(2));
    insta::assert_snapshot!(result.stderr, @r"
    error: suite `plain` has no case that decides c02
    hint: `gilbench list suites` shows which claims each suite decides here
    ");
}

#[test]
fn a_claim_is_explained_with_and_without_a_run() {
    let test = Test::new();
    let result = test.run(&["claims", "--explain", "c02"]);
    assert_eq!(result.code, Some(0), "{}", result.stderr);
    insta::assert_snapshot!(result.stdout, @r"
    c02  Garbage is fast. (measured)
      place: Nowhere
      refuted if seen: slow garbage
      test: speed-up of faulty/garbage/* over */sequential/*: at least 2 confirms, anything else refutes
      verdict: none: there is no run yet
      measure it again: gilbench run --claim c02
    ");
    let run = test.path("run");
    let out = run.to_str().unwrap();
    test.edit("workloads/suites/plain.yaml", "size: [slow]", "size: [slow, default]");
    let result = test.run(&["run", "--suite", "plain", "--out", out]);
    assert_eq!(result.code, Some(0), "{}", result.stderr);
    let result = test.run(&["claims", out, "--explain", "c01"]);
    let lines: Vec<&str> = result.stdout.lines().collect();
    assert!(lines.iter().any(|line| line.starts_with("  verdict: ")), "{}", result.stdout);
    assert!(lines.contains(&"  measure it again: gilbench run --claim c01"), "{}", result.stdout);
    let (case, against) =
        ("faulty/threads/fake/workers=1,size=slow", "faulty/sequential/fake/workers=1,size=slow");
    assert!(lines.iter().any(|line| line.contains(case) && line.contains(against)), "{}", result.stdout);
    let result = test.run(&["claims", out, "--explain", "c01", "--format", "json"]);
    let explained: serde_json::Value = serde_json::from_str(&result.stdout).unwrap();
    assert_eq!(explained["claim"]["id"], "c01");
    assert_eq!(explained["finding"]["interpreters"][0]["comparisons"][0]["case"], case);
    assert_eq!(explained["command"], "gilbench run --claim c01");
}

#[test]
fn the_document_of_the_claims_is_that_of_the_data() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut command = Command::new(env!("CARGO_BIN_EXE_gilbench"));
    let printed = command.arg("--data").arg(&root).args(["claims", "--document"]).output().unwrap().stdout;
    let kept = std::fs::read(root.join("docs/claims.md")).unwrap();
    assert!(printed == kept, "docs/claims.md is out of date: `just claims-document` writes it");
}
