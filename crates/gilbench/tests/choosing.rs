//! `--case`: some of a suite's cases by their ids, with what their ratios are over.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use support::Test;

/// What a plan has: ids without those of controls.
fn listed(test: &Test, arguments: &[&str]) -> Vec<String> {
    let result = test.run(&[&["list", "cases"], arguments].concat());
    assert_eq!(result.code, Some(0), "{}", result.stderr);
    let ids = result.stdout.lines().skip(1).filter_map(|line| line.split_whitespace().next());
    ids.filter(|id| !id.ends_with(",again")).map(str::to_owned).collect()
}

#[test]
fn a_case_is_measured_with_what_its_speed_up_is_over() {
    let test = Test::new();
    test.edit("workloads/suites/plain.yaml", "size: [slow]", "size: [slow, default]");
    let id = "faulty/threads/fake/workers=1,size=slow";
    let baseline = "faulty/sequential/fake/workers=1,size=slow";
    assert_eq!(listed(&test, &["--suite", "plain", "--case", id]), [baseline, id]);
    assert_eq!(listed(&test, &["--suite", "plain", "--case", baseline]), [baseline], "it is over nothing");
    let both = ["--suite", "plain", "--case", "*/threads/*size=slow", "--case", "*/threads/fake/workers=1"];
    assert_eq!(listed(&test, &both).len(), 4, "each with the baseline of its own size");

    let run = test.path("run");
    let result = test.run(&["run", "--suite", "plain", "--case", id, "--out", run.to_str().unwrap()]);
    assert_eq!(result.code, Some(0), "{}", result.stderr);
    let mut measured: Vec<String> = support::processes(&run).into_iter().map(|(id, ..)| id).collect();
    measured.sort();
    measured.dedup();
    assert_eq!(measured, [baseline, &format!("{baseline},again"), id]);
    let compared = test.run(&["compare", run.to_str().unwrap(), "--case", id, "--format", "json"]);
    assert!(compared.stdout.contains(baseline), "it has its speed-up: {}", compared.stdout);
}

#[test]
fn patterns_choose_among_what_a_claim_and_interpreters_leave() {
    let test = Test::new();
    let faults = ["--suite", "faults", "--interpreter", "fake"];
    let all = listed(&test, &[&faults[..], &["--case", "*"]].concat());
    assert!(all.len() > 10 && all.iter().all(|id| id.contains("/fake/")), "{all:?}");
    let claimed = [&faults[..], &["--claim", "c02", "--case", "*/garbage/*"]].concat();
    assert_eq!(
        listed(&test, &claimed),
        ["faulty/garbage/fake/workers=1", "faulty/sequential/fake/workers=1"],
        "a baseline is kept though no pattern fits it"
    );
    let result =
        test.run(&[&["list", "cases"][..], &faults, &["--claim", "c02", "--case", "*/crash/*"]].concat());
    assert_eq!(result.code, Some(2));
    assert!(
        result.stderr.contains("no case of suite `faults` that decides c02 fits `*/crash/*`"),
        "{}",
        result.stderr
    );
    // A case that is skipped stays a row with its reason, and asks for nothing.
    let skipped =
        listed(&test, &["--suite", "faults", "--case", "*/packages/fake/*", "--case", "*/crash/fake/*"]);
    let expected =
        ["crash", "packages", "sequential"].map(|strategy| format!("faulty/{strategy}/fake/workers=1"));
    assert_eq!(skipped, expected);
}

#[test]
fn a_pattern_that_fits_nothing_is_refused_with_what_may_have_been_meant() {
    let test = Test::new();
    let refused = |pattern: &str| {
        let result = test.run(&["run", "--suite", "plain", "--case", pattern]);
        assert_eq!(result.code, Some(2), "{}", result.stderr);
        assert!(!test.data().join("target").exists(), "nothing is recorded");
        result.stderr
    };
    insta::assert_snapshot!(refused("faulty/thread/fake/workers=1,size=slow"), @r"
    error: no case of suite `plain` fits `faulty/thread/fake/workers=1,size=slow`
    hint: the nearest are `faulty/threads/fake/workers=1,size=slow`, `faulty/sequential/fake/workers=1,size=slow`; `gilbench list cases --suite plain` shows all that this machine has
    ");
    insta::assert_snapshot!(refused("threads"), @r"
    error: no case of suite `plain` fits `threads`
    hint: did you mean `'*threads*'`? `gilbench list cases --suite plain` shows all that this machine has
    ");
}
