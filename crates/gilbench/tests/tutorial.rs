//! docs/adding-a-workload.md, followed command by command.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use support::{Test, copy, python};

/// A block of the page between fences, with its language and the paragraph before it.
struct Block<'a> {
    language: &'a str,
    before: &'a str,
    lines: Vec<&'a str>,
}

fn blocks(page: &str) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    let (mut before, mut inside) = ("", false);
    for line in page.lines() {
        match line.strip_prefix("```") {
            Some(language) if !inside => {
                blocks.push(Block { language, before, lines: Vec::new() });
                inside = true;
            }
            Some(_) => (inside, before) = (false, ""),
            None if inside => blocks.last_mut().unwrap().lines.push(line),
            None if line.is_empty() => {}
            None => before = line,
        }
    }
    blocks
}

/// Whether a line of output is as the page shows it, with any text in the place of each ellipsis.
fn fits(shown: &str, line: &str) -> bool {
    let mut rest = line;
    let mut parts = shown.split('…');
    let Some(after) = rest.strip_prefix(parts.next().unwrap()) else { return false };
    rest = after;
    for part in parts {
        let Some(found) = rest.find(part) else { return false };
        rest = &rest[found + part.len()..];
    }
    rest.is_empty() || shown.ends_with('…')
}

/// Runs a command of the page, and expects the lines that the page shows; without any, success.
fn follow(test: &Test, tools: &Path, command: &str, shown: &[&str]) {
    let mut shell = Command::new("/bin/sh");
    test.isolate(&mut shell);
    let path = format!("{}:/usr/bin:/bin", tools.display());
    let output = shell.current_dir(test.data()).env("PATH", path).args(["-c", command]).output().unwrap();
    let ran = support::ran(&output);
    let told = format!("$ {command}\n{}{}", ran.stdout, ran.stderr);
    assert!(!shown.is_empty() || ran.code == Some(0), "{told}");
    for expected in shown {
        assert!(ran.stdout.lines().any(|line| fits(expected, line.trim())), "no `{expected}` in\n{told}");
    }
}

#[test]
fn the_tutorial_is_right() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let test = Test::new();
    for folder in ["workloads", "interpreters"] {
        std::fs::remove_dir_all(test.data().join(folder)).unwrap();
        copy(&root.join(folder), &test.data().join(folder));
    }
    let tools = test.path("bin");
    std::fs::create_dir(&tools).unwrap();
    symlink(env!("CARGO_BIN_EXE_gilbench"), tools.join("gilbench")).unwrap();
    symlink(python(), tools.join("python3")).unwrap();
    let mut followed = 0;
    let page = std::fs::read_to_string(root.join("docs/adding-a-workload.md")).unwrap();
    for block in blocks(&page) {
        let named = block.before.strip_prefix("Let `").or_else(|| Some(block.before.split_once("Let `")?.1));
        match (block.language, named.and_then(|rest| rest.split_once("` be:"))) {
            ("console", _) => {
                let mut lines = block.lines.iter().peekable();
                while let Some(line) = lines.next() {
                    let command = line.strip_prefix("$ ").expect("a command");
                    let mut shown = Vec::new();
                    while let Some(line) = lines.next_if(|line| !line.starts_with("$ ")) {
                        shown.push(*line);
                    }
                    follow(&test, &tools, command, &shown);
                    followed += 1;
                }
            }
            (_, Some((file, _))) => {
                std::fs::write(test.data().join(file), block.lines.join("\n") + "\n").unwrap();
            }
            (language, None) => panic!("a block of `{language}` that is no file and no command"),
        }
    }
    assert!(followed > 8, "{followed}");
}

#[test]
fn a_name_that_is_taken_loses_nothing() {
    let test = Test::new();
    let before = std::fs::read_to_string(test.data().join("workloads/faulty/workload.yaml")).unwrap();
    let result = test.run(&["new", "workload", "faulty"]);
    assert_eq!(result.code, Some(2));
    let stderr = result.stderr.replace(&*test.data().to_string_lossy(), "DATA");
    insta::assert_snapshot!(stderr, @r"
    error: `DATA/workloads/faulty` exists
    hint: `gilbench list workloads` shows the names that are taken
    ");
    assert_eq!(std::fs::read_to_string(test.data().join("workloads/faulty/workload.yaml")).unwrap(), before);
}
