//! A report beside earlier runs: which of them are read, and what is said of those that are not.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::path::{Path, PathBuf};

use support::{Test, copy};

/// A run of the plain suite, and where it is.
fn recorded(test: &Test) -> PathBuf {
    let run = test.path("run");
    test.edit("workloads/suites/plain.yaml", "{least: 8, most: 8}", "{least: 6, most: 6}");
    let result = test.run(&["run", "--suite", "plain", "--out", run.to_str().unwrap()]);
    assert_eq!(result.code, Some(0), "{}", result.stderr);
    run
}

/// The same run, as if it had been planned so much later.
fn moved(run: &Path, to: &Path, milliseconds: i64) {
    std::fs::create_dir_all(to).unwrap();
    copy(run, to);
    let file = to.join("environment.json");
    let text = std::fs::read_to_string(&file).unwrap();
    let mut environment: serde_json::Value = serde_json::from_str(&text).unwrap();
    let planned = environment["planned_ms"].as_i64().unwrap() + milliseconds;
    environment["planned_ms"] = planned.into();
    std::fs::write(file, environment.to_string()).unwrap();
}

#[test]
fn a_report_reads_the_earlier_runs_of_a_folder_and_names_those_that_it_cannot() {
    let test = Test::new();
    let run = recorded(&test);
    let (runs, site) = (test.path("runs"), test.path("site"));
    moved(&run, &runs.join("earlier"), -1000);
    moved(&run, &runs.join("earliest"), -2000);
    moved(&run, &runs.join("later"), 1000);
    moved(&run, &runs.join("this"), 0);
    moved(&run, &runs.join("broken"), -3000);
    std::fs::write(runs.join("broken/samples.jsonl"), "no JSON\n").unwrap();
    std::fs::create_dir_all(runs.join("no-run")).unwrap();
    let this = runs.join("this");
    let report = |earlier: &[&Path]| {
        let mut arguments = vec!["report", this.to_str().unwrap(), "--out", site.to_str().unwrap()];
        for path in earlier {
            arguments.extend(["--earlier", path.to_str().unwrap()]);
        }
        test.run(&arguments)
    };
    let result = report(&[&runs]);
    assert_eq!(result.code, Some(0), "{}", result.stderr);
    let warnings: Vec<&str> = result.stderr.lines().filter(|line| line.starts_with("warning: ")).collect();
    let [skipped, later] = &warnings[..] else { panic!("{warnings:?}") };
    assert!(skipped.starts_with("warning: skipped: ") && skipped.contains("broken"), "{skipped}");
    assert_eq!(*later, "warning: left out, for they are not earlier: `later`");
    let history = std::fs::read_to_string(site.join("history.html")).unwrap();
    assert!(history.contains("3 runs; "), "{history}");
    for (name, there) in [("earliest", true), ("this", true), ("later", false), ("broken", false)] {
        assert_eq!(history.contains(&format!("<span class=\"quiet\">{name}</span>")), there, "{name}");
    }
    let compare = std::fs::read_to_string(site.join("compare.html")).unwrap();
    assert!(compare.contains("against earlier, of"), "the latest one: {compare}");

    // The same twice is one, and one by one they need not be in a folder.
    let earliest = runs.join("earliest");
    let result = report(&[&earliest, &earliest, &this]);
    assert!(result.code == Some(0) && !result.stderr.contains("warning: "), "{}", result.stderr);
    let history = std::fs::read_to_string(site.join("history.html")).unwrap();
    assert!(history.contains("2 runs; "), "{history}");

    // One that was named has to be readable, and something has to be there.
    let result = report(&[&runs.join("broken")]);
    assert_eq!(result.code, Some(5), "{}", result.stderr);
    let result = report(&[&runs.join("nowhere")]);
    assert_eq!(result.code, Some(2), "{}", result.stderr);
    assert!(result.stderr.contains("hint: `--earlier` takes a run directory"), "{}", result.stderr);

    // Without any, the pages of the last report go.
    let result = report(&[&runs.join("no-run")]);
    assert_eq!(result.code, Some(0), "{}", result.stderr);
    assert!(result.stderr.contains("no earlier run was found"), "{}", result.stderr);
    assert!(!site.join("history.html").exists() && !site.join("compare.html").exists());
    assert!(site.join("index.html").exists());
}
