//! Whatever a worker does, its case gets a row with a reason, the run goes on, and no process is left behind.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::collections::BTreeMap;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use support::{Test, processes, ran};

/// The first outcome of each strategy, as `kind` or `kind/failure`, with its message.
fn outcomes(run: &Path) -> BTreeMap<String, (String, String)> {
    let mut found = BTreeMap::new();
    for (id, _, outcome) in processes(run) {
        let strategy = id.split('/').nth(1).unwrap().to_owned();
        let text = |key: &str| outcome[key].as_str().unwrap_or_default().to_owned();
        let kind = [text("kind"), text("failure")].join("/").trim_end_matches('/').to_owned();
        found.entry(strategy).or_insert((kind, text("message") + &text("reason")));
    }
    found
}

#[test]
fn every_fault_is_a_row_with_its_reason_and_the_run_goes_on() {
    let test = Test::new();
    let run = test.path("run");
    let result = test.run(&["run", "--suite", "faults", "--out", run.to_str().unwrap()]);
    assert_eq!(result.code, Some(0), "{}", result.stderr);
    test.assert_no_process_left();
    // The last word of the run and the report count alike: what is unsupported or too slow was skipped.
    let (_, counts) = result.stderr.lines().find_map(|line| line.split_once(" cases: ")).unwrap();
    assert!(counts.contains(" failed, ") && counts.ends_with(" pending"), "{counts}");
    let summary = test.run(&["report", run.to_str().unwrap(), "--markdown"]).stdout;
    assert!(summary.contains(&format!(": {counts}.\n")), "{counts} in {summary}");

    let outcomes = outcomes(&run);
    let expected = [
        ("sequential", "completed", ""),
        ("threads", "completed", ""),
        ("chatty", "completed", ""),
        ("grandchild", "completed", ""),
        ("orphan", "completed", ""),
        (
            "another-case",
            "failed/protocol",
            "line 1 of the answer: answers for `faulty/sequential`, asked for `faulty/another-case`",
        ),
        ("crash", "failed/crashed", "signal 11: about to crash"),
        ("exception", "failed/exception", "ValueError: on purpose"),
        ("exit-code", "failed/crashed", "exit code 3"),
        ("flood", "failed/too-much-output", "more than 4 MiB"),
        ("garbage", "failed/protocol", "line 2 of the answer"),
        ("half-line", "failed/protocol", "half a line"),
        ("hang", "timed-out", ""),
        ("kill-launcher", "failed/crashed", "the launcher was killed"),
        ("misidentified", "failed/misidentified", "4.0.0"),
        ("no-done", "failed/incomplete", "exit code 0"),
        ("out-of-memory", "failed/out-of-memory", "MemoryError"),
        ("unsupported", "unsupported", "not today"),
        ("wrong-answer", "failed/wrong-answer", "iteration 0: digest"),
    ];
    for (strategy, kind, message) in expected {
        let (found, text) = &outcomes[strategy];
        assert_eq!(found, kind, "{strategy}: {text}");
        assert!(text.contains(message), "{strategy}: {text}");
    }
    assert!(!outcomes.contains_key("packages"), "a case that needs a missing package is not tried");

    // What failed and what was skipped is in the report, with the reason.
    let site = test.path("site");
    let result = test.run(&["report", run.to_str().unwrap(), "--out", site.to_str().unwrap()]);
    assert_eq!(result.code, Some(0), "{}", result.stderr);
    let page = std::fs::read_to_string(site.join("cases.html")).unwrap();
    for reason in ["signal 11", "half a line", "timed out", "not today", "needs nonexistent", "make absent"] {
        assert!(page.contains(reason), "cases.html says nothing of `{reason}`");
    }
    // A claim over a failed case is not decided, and says why.
    let result = test.run(&["claims", run.to_str().unwrap(), "--format", "json"]);
    let claims: serde_json::Value = serde_json::from_str(&result.stdout).unwrap();
    assert_eq!(claims[1]["verdict"], "inconclusive");
    assert!(claims[1]["reason"].as_str().unwrap().contains("protocol error"), "{}", claims[1]["reason"]);
}

#[test]
fn what_a_worker_leaves_behind_is_counted_and_killed() {
    let test = Test::new();
    test.edit("workloads/suites/plain.yaml", "[sequential, threads]", "[sequential, orphan, grandchild]");
    test.edit("workloads/suites/plain.yaml", "{least: 8, most: 8}", "{least: 1, most: 1}");
    test.edit("workloads/suites/plain.yaml", "workers: [1], ", "");
    let run = test.path("run");
    let result = test.run(&["run", "--suite", "plain", "--out", run.to_str().unwrap()]);
    assert_eq!(result.code, Some(0), "{}", result.stderr);
    test.assert_no_process_left();
    let samples = std::fs::read_to_string(run.join("samples.jsonl")).unwrap();
    let lines = samples.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let trees: Vec<serde_json::Value> =
        lines.map(|line| line["process"]["tree"].clone()).filter(serde_json::Value::is_object).collect();
    let orphans: Vec<u64> = trees.iter().filter_map(|tree| tree["orphans"].as_u64()).collect();
    // What disturbed it is asked before the first process is collected, whatever it left behind.
    let kernel_counts =
        std::fs::read_to_string("/proc/self/schedstat").is_ok_and(|text| !text.ends_with(" 0\n"));
    assert!(trees.iter().all(|tree| tree["noise"]["queued_ns"].is_u64() == kernel_counts), "{samples}");
    assert_eq!(orphans.iter().filter(|count| **count == 1).count(), 4, "{orphans:?}");
    // `sequential`, and the same again.
    assert_eq!(orphans.iter().filter(|count| **count == 0).count(), 4, "{orphans:?}");
}

fn wait_for_processes(run: &Path, count: usize) {
    let begun = Instant::now();
    let recorded = || std::fs::read_to_string(run.join("samples.jsonl")).unwrap_or_default().lines().count();
    while recorded() < count {
        assert!(begun.elapsed() < Duration::from_mins(2), "{} lines recorded, not {count}", recorded());
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Every round of both cases once, and of one of them again, and all pilots.
fn assert_complete(run: &Path) {
    let mut rounds: Vec<(String, Option<u64>)> =
        processes(run).into_iter().map(|(id, round, _)| (id, round)).collect();
    rounds.sort();
    let mut expected: Vec<(String, Option<u64>)> = Vec::new();
    for (strategy, role) in [("sequential", ""), ("sequential", ",again"), ("threads", "")] {
        let id = format!("faulty/{strategy}/fake/workers=1,size=slow{role}");
        expected.push((id.clone(), None));
        expected.extend((0..8).map(|round| (id.clone(), Some(round))));
    }
    assert_eq!(rounds, expected);
}

#[test]
fn a_killed_harness_loses_only_the_process_in_flight() {
    let test = Test::new();
    let run = test.path("run");
    let out = run.to_str().unwrap();
    let mut child = test.spawn(&["run", "--suite", "plain", "--out", out]);
    wait_for_processes(&run, 6);
    child.kill().unwrap();
    child.wait().unwrap();
    test.assert_no_process_left();
    let before = processes(&run).len();

    // A crash in the middle of a line.
    let mut samples = std::fs::OpenOptions::new().append(true).open(run.join("samples.jsonl")).unwrap();
    samples.write_all(b"{\"process\":{\"case\":0,\"rou").unwrap();
    let result = test.run(&["run", "--resume", out]);
    assert_eq!(result.code, Some(0), "{}", result.stderr);
    assert!(result.stderr.contains(&format!("{before} processes are recorded already")), "{}", result.stderr);
    assert_complete(&run);
}

#[test]
fn a_baseline_goes_on_for_who_is_compared_with_it_in_a_resumed_run_too() {
    let test = Test::new();
    // The baseline always takes the same time, the other any: one is known at the first look, the other never.
    test.edit(
        "workloads/faulty/worker.py",
        "wall_ns = time.perf_counter_ns() - begun",
        "wall_ns = 10**6 if mode == 'sequential' else 1 + int.from_bytes(os.urandom(3), 'little')",
    );
    test.edit("workloads/suites/plain.yaml", "{least: 8, most: 8}", "{least: 6, most: 9}");
    test.edit("workloads/suites/plain.yaml", "size: [slow]", "size: [default]");
    let run = test.path("run");
    let out = run.to_str().unwrap();
    let mut child = test.spawn(&["run", "--suite", "plain", "--out", out]);
    // A line of facts, the pilots, six rounds of both and of the one that is measured again, and one process of the
    // seventh.
    wait_for_processes(&run, 1 + 3 + 3 * 6 + 1);
    child.kill().unwrap();
    child.wait().unwrap();
    test.assert_no_process_left();
    let result = test.run(&["run", "--resume", out]);
    assert_eq!(result.code, Some(0), "{}", result.stderr);

    for strategy in ["sequential", "threads"] {
        let id = format!("faulty/{strategy}/");
        let own = processes(&run).into_iter();
        let own = own.filter(|(case, ..)| case.starts_with(&id) && !case.ends_with(",again"));
        let mut rounds: Vec<Option<u64>> = own.map(|(_, round, _)| round).collect();
        rounds.sort_unstable();
        let expected: Vec<Option<u64>> = std::iter::once(None).chain((0..9).map(Some)).collect();
        assert_eq!(rounds, expected, "{strategy}");
    }
    let events = std::fs::read_to_string(run.join("events.jsonl")).unwrap();
    let ends: Vec<serde_json::Value> = events
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["event"].clone())
        .filter(|event| event["kind"] == "ended" && event["case"].as_u64().is_some_and(|case| case < 2))
        .collect();
    let end = |event: &serde_json::Value| {
        let of = event["reached"]["of"].as_str().unwrap_or_default().to_owned();
        (event["reason"].as_str().unwrap().to_owned(), event["rounds"].as_u64().unwrap(), of)
    };
    let expected = [("precise", 6, "time"), ("most-rounds", 9, "ratio")];
    let expected = expected.map(|(reason, rounds, of)| (reason.to_owned(), rounds, of.to_owned()));
    assert_eq!(ends.iter().map(end).collect::<Vec<_>>(), expected);

    let site = test.path("site");
    let result = test.run(&["report", out, "--out", site.to_str().unwrap()]);
    assert_eq!(result.code, Some(0), "{}", result.stderr);
    let page = std::fs::read_to_string(site.join("workloads/faulty.html")).unwrap();
    for words in
        ["precise enough: time ±0 %; 3 rounds more for cases compared with it", "most rounds: ratio ±"]
    {
        assert!(page.contains(words), "the page says nothing of `{words}`");
    }
}

#[test]
fn ctrl_c_stops_in_order_and_the_run_can_go_on() {
    let test = Test::new();
    let run = test.path("run");
    let out = run.to_str().unwrap();
    let mut child = test.spawn(&["run", "--suite", "plain", "--out", out]);
    wait_for_processes(&run, 4);
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    test.assert_no_process_left();
    assert!(std::fs::read_to_string(run.join("events.jsonl")).unwrap().contains("interrupted"));
    assert_eq!(test.run(&["run", "--resume", out]).code, Some(0));
    assert_complete(&run);
}

#[test]
fn a_closed_terminal_stops_in_order_unless_it_is_to_be_outlived() {
    let test = Test::new();
    test.edit("workloads/suites/plain.yaml", "{least: 8, most: 8}", "{least: 1, most: 1}");
    // The tests themselves may run under `nohup`.
    let listens = "exec /usr/bin/env --default-signal=HUP \"$@\"";
    for (name, script, code) in [("run", listens, 130), ("nohup", "trap '' HUP; exec \"$@\"", 0)] {
        let run = test.path(name);
        let mut command = Command::new("/bin/sh");
        test.isolate(&mut command);
        command.args(["-c", script, "sh", env!("CARGO_BIN_EXE_gilbench"), "--data"]).arg(test.data());
        command.arg("--python").arg(support::python()).args(["run", "--suite", "plain", "--out"]).arg(&run);
        let mut child = command.spawn().unwrap();
        wait_for_processes(&run, 2);
        kill_process(Pid::from_child(&child), Signal::HUP).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(code), "{name}");
        test.assert_no_process_left();
        let interrupted = std::fs::read_to_string(run.join("events.jsonl")).unwrap().contains("interrupted");
        assert_eq!(interrupted, code == 130, "{name}");
    }
}

#[test]
fn a_recorded_run_names_no_home_folder_and_can_go_on() {
    let test = Test::new();
    test.edit("workloads/suites/plain.yaml", "{least: 8, most: 8}", "{least: 1, most: 1}");
    test.edit("workloads/suites/plain.yaml", "[sequential, threads]", "[sequential, crash, packages]");
    test.edit("workloads/suites/plain.yaml", "workers: [1], ", "");
    test.edit("workloads/faulty/worker.py", "\"about to crash\\n\"", "__file__");
    let home = test.path("");
    std::fs::create_dir(home.join("bin")).unwrap();
    let python = home.join("bin/python3");
    std::os::unix::fs::symlink(support::python(), &python).unwrap();
    let run = test.path("run");
    let gilbench = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gilbench"));
        test.isolate(&mut command);
        command.arg("--data").arg(test.data()).arg("--python").arg(&python).args(arguments);
        let result = ran(&command.output().unwrap());
        assert_eq!(result.code, Some(0), "{}", result.stderr);
    };
    let text = |file: &str| std::fs::read_to_string(run.join(file)).unwrap();
    let files = ["plan.json", "environment.json", "samples.jsonl", "events.jsonl"];
    let assert_no_home = || {
        let home = home.to_str().unwrap().trim_end_matches('/');
        for file in files {
            assert!(!text(file).contains(home), "{file}: {}", text(file));
        }
    };
    gilbench(&["run", "--suite", "plain", "--out", run.to_str().unwrap()]);
    assert_no_home();
    assert!(text("plan.json").contains("\"~/bin/python3 -m pip install nonexistent\""));
    assert!(text("environment.json").contains("\"~/bin/python3\""));
    assert!(text("samples.jsonl").contains("~/data/workloads/faulty/worker.py"));

    // As if it had been killed before the first process.
    let processes_before = processes(&run).len();
    std::fs::write(run.join("samples.jsonl"), "").unwrap();
    std::fs::write(run.join("events.jsonl"), "").unwrap();
    gilbench(&["run", "--resume", run.to_str().unwrap()]);
    assert_no_home();
    assert_eq!(processes(&run).len(), processes_before);
    assert!(processes(&run).iter().any(|(_, _, outcome)| outcome["kind"] == "completed"));
}

#[test]
fn two_harnesses_do_not_write_one_run() {
    let test = Test::new();
    let run = test.path("run");
    let out = run.to_str().unwrap();
    let mut child = test.spawn(&["run", "--suite", "plain", "--out", out]);
    wait_for_processes(&run, 2);
    let second = test.run(&["run", "--resume", out]);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(second.code, Some(6), "{}", second.stderr);
    assert!(second.stderr.contains("is being written by another gilbench"), "{}", second.stderr);
}

/// A recorder that runs into a limit keeps every whole line, says what to do, and the run can go on.
fn assert_survives_full_disk(test: &Test, result: &support::Ran, run: &Path) {
    assert_eq!(result.code, Some(6), "{}", result.stderr);
    assert!(result.stderr.contains("cannot write"), "{}", result.stderr);
    assert!(result.stderr.contains("gilbench run --resume"), "{}", result.stderr);
    test.assert_no_process_left();
    assert!(!processes(run).is_empty(), "every recorded line is whole");
}

#[test]
fn a_file_that_cannot_grow_loses_nothing_recorded() {
    let test = Test::new();
    let run = test.path("run");
    // In units of 512 bytes: enough for the plan, not for all samples.
    let script = "trap '' XFSZ; ulimit -f 8; exec \"$@\"";
    let mut command = Command::new("/bin/sh");
    test.isolate(&mut command);
    command.args(["-c", script, "sh", env!("CARGO_BIN_EXE_gilbench"), "--data"]).arg(test.data());
    command.arg("--python").arg(support::python()).args(["run", "--suite", "plain", "--out"]).arg(&run);
    let result = ran(&command.output().unwrap());
    assert_survives_full_disk(&test, &result, &run);
    let result = test.run(&["run", "--resume", run.to_str().unwrap()]);
    assert_eq!(result.code, Some(0), "{}", result.stderr);
    assert_complete(&run);
}

#[test]
fn a_full_disk_loses_nothing_recorded() {
    let test = Test::new();
    let disk = test.path("disk");
    let copy = test.path("copy");
    std::fs::create_dir(&disk).unwrap();
    // A mount needs a namespace of its own; where none is allowed, the test above has to do.
    let allowed = Command::new("unshare")
        .args(["--map-root-user", "--mount", "mount", "-t", "tmpfs", "tmpfs"])
        .arg(&disk)
        .output();
    if !allowed.is_ok_and(|output| output.status.success()) {
        println!("no mount namespace is allowed here");
        return;
    }
    let script = "mount -t tmpfs -o size=16k tmpfs \"$1\" || exit 99; shift; copy=$1; shift; \"$@\"; code=$?; cp -r \"$0\"/run \"$copy\"; exit $code";
    let mut command = Command::new("unshare");
    let path = std::env::var_os("PATH").unwrap_or_default();
    test.isolate(&mut command);
    command.env("PATH", path).args(["--map-root-user", "--mount", "/bin/sh", "-c", script]);
    command
        .arg(&disk)
        .arg(&disk)
        .arg(&copy)
        .arg(env!("CARGO_BIN_EXE_gilbench"))
        .arg("--data")
        .arg(test.data());
    command.arg("--python").arg(support::python()).args([
        "run",
        "--suite",
        "plain",
        "--interpreter",
        "fake",
        "--out",
    ]);
    command.arg(disk.join("run"));
    let result = ran(&command.output().unwrap());
    assert_survives_full_disk(&test, &result, &copy);
}

#[test]
fn a_worker_in_its_own_process_group_does_not_get_the_terminals_signals() {
    let test = Test::new();
    let run = test.path("run");
    let mut command = test.command();
    command.process_group(0).args(["run", "--suite", "plain", "--out"]).arg(&run);
    let mut child =
        command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn().unwrap();
    wait_for_processes(&run, 3);
    // As a terminal does: to the whole group, the launcher included.
    rustix::process::kill_process_group(Pid::from_child(&child), Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    test.assert_no_process_left();
    assert!(processes(&run).iter().all(|(_, _, outcome)| outcome["kind"] == "completed"));
}

#[test]
fn what_nobody_could_wait_for_is_a_row_that_says_so() {
    let test = Test::new();
    test.edit("workloads/suites/plain.yaml", "case_time: 60s", "case_time: 1ms");
    let run = test.path("run");
    let out = run.to_str().unwrap();
    let result = test.run(&["run", "--suite", "plain", "--out", out]);
    assert_eq!(result.code, Some(0), "{}", result.stderr);
    // One pilot shows how long the interpreter takes to start: that is enough for all others.
    assert_eq!(processes(&run).len(), 1);
    let result = test.run(&["claims", out]);
    let reason =
        "was skipped: too slow for the suite: its 8 rounds would take more than twice the 1.00 ms of a case";
    assert!(result.stdout.contains(reason), "{}", result.stdout);
    let result = test.run(&["report", out, "--out", test.path("site").to_str().unwrap()]);
    assert_eq!(result.code, Some(0), "{}", result.stderr);
    let result = test.run(&["run", "--resume", out]);
    assert!(result.stderr.contains("nothing left to do"), "{}", result.stderr);
}
