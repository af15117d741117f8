//! Runs in `reports/`: each can be rendered, none says more of a machine than it should, and the README quotes them.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

use flate2::read::GzDecoder;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn published() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root().join("reports")).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.is_dir()).collect()
}

/// What gilbench prints, from the root of the repository.
fn printed(arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gilbench"));
    let output = command.current_dir(root()).args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_published_run_is_rendered() {
    let runs = published();
    assert!(!runs.is_empty());
    for run in runs {
        let out = tempfile::tempdir().unwrap();
        printed(&["report", run.to_str().unwrap(), "--out", out.path().to_str().unwrap()]);
        assert!(out.path().join("index.html").is_file(), "{}", run.display());
        let name = run.file_name().unwrap().to_str().unwrap();
        let said = std::fs::read_to_string(root().join("reports/README.md")).unwrap();
        assert!(said.contains(&format!("]({name})")), "reports/README.md says nothing of {name}");
    }
}

#[test]
fn no_published_run_names_a_folder_of_whoever_measured() {
    for file in published().iter().flat_map(|run| std::fs::read_dir(run).unwrap()) {
        let path = file.unwrap().path();
        let mut text = String::new();
        let bytes = std::fs::read(&path).unwrap();
        if path.extension().is_some_and(|extension| extension == "gz") {
            GzDecoder::new(bytes.as_slice()).read_to_string(&mut text).unwrap();
        } else {
            text = String::from_utf8(bytes).unwrap();
        }
        for folder in ["/home/", "/root/", "/Users/", "/tmp/"] {
            assert!(!text.contains(folder), "{} has `{folder}`", path.display());
        }
    }
}

#[test]
fn the_readme_quotes_a_published_run() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let section = readme.split("## What comes out").nth(1).unwrap().split("\n## ").next().unwrap();
    let blocks: Vec<&str> = section.split("```\n").skip(1).step_by(2).collect();
    let [command, answer, claims] = blocks[..] else { panic!("{} blocks", blocks.len()) };
    let run = command.split_whitespace().find(|word| word.starts_with("reports/")).unwrap();
    let out = tempfile::tempdir().unwrap();
    let mut report = printed(&["report", run, "--out", out.path().to_str().unwrap()]);
    report.truncate(report.rfind("\n\n").unwrap() + 1);
    assert_eq!(report, answer);
    let decided = printed(&["claims", run]);
    let mut rest = decided.as_str();
    for part in claims.split("…\n").filter(|part| !part.is_empty()) {
        rest =
            rest.split_once(part).unwrap_or_else(|| panic!("not what `gilbench claims` says now:\n{part}")).1;
    }
}
