//! Interpreters in containers, with an engine that contains nothing: everything between the harness and the engine's
//! program is real.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use gilbench_model::provider::Providers;
use rustix::process::{Pid, Signal, kill_process};
use support::{Ran, Test, processes, python, ran};

/// Where the fake engine and what it knows are.
fn engine(test: &Test) -> PathBuf {
    let folder = test.path("engine");
    std::fs::create_dir_all(&folder).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/podman");
    let program = folder.join("podman");
    std::fs::copy(script, &program).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    std::fs::write(folder.join("images"), "").unwrap();
    folder
}

/// The fake interpreter can be had in an image, and only there.
fn in_an_image(test: &Test) -> String {
    let providers = format!("{{rootfs: {{suite: any, executable: {}}}}}", python().display());
    test.edit(
        "interpreters/fake.yaml",
        "label: Fake interpreter",
        &format!("label: Fake interpreter\nproviders: {providers}"),
    );
    let providers: Providers = parsed(&providers);
    format!("localhost/gilbench/fake:{}", providers.0[0].key())
}

fn parsed(text: &str) -> Providers {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    gilbench_model::data_file::Source::read(file.path()).unwrap().parse().unwrap()
}

/// The program where no interpreter can be found but in containers.
fn command(test: &Test, path: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gilbench"));
    test.isolate(&mut command);
    // The engine's script needs programs of the system; none of their folders holds an interpreter by that name here.
    let tools = test.path("tools");
    if std::fs::create_dir(&tools).is_ok() {
        for tool in ["sh", "cat", "dirname", "setsid", "rm", "sleep"] {
            let real = ["/bin", "/usr/bin"].map(|folder| Path::new(folder).join(tool));
            let real = real.into_iter().find(|path| path.is_file()).unwrap();
            std::os::unix::fs::symlink(real, tools.join(tool)).unwrap();
        }
    }
    command.env("PATH", std::env::join_paths([path, &tools]).unwrap());
    command.arg("--data").arg(test.data());
    command
}

fn run(test: &Test, engine: &Path, arguments: &[&str]) -> Ran {
    ran(&command(test, engine).args(arguments).output().unwrap())
}

fn listed(test: &Test, engine: &Path, more: &[&str]) -> Vec<serde_json::Value> {
    let arguments = [&["interpreters", "list", "--format", "json"], more].concat();
    let result = run(test, engine, &arguments);
    assert_eq!(result.code, Some(0), "{}", result.stderr);
    serde_json::from_str(&result.stdout).unwrap()
}

#[test]
fn an_interpreter_in_an_image_is_measured_and_may_do_little() {
    let test = Test::new();
    let engine = engine(&test);
    let image = in_an_image(&test);
    std::fs::write(engine.join("images"), &image).unwrap();
    let fake = &listed(&test, &engine, &[])[1];
    assert_eq!((fake["status"].as_str(), fake["provider"].as_str()), (Some("ready"), Some("rootfs")));
    assert_eq!(fake["image"].as_str(), Some(image.as_str()));

    let out = test.path("run");
    let result = run(&test, &engine, &["run", "--suite", "plain", "--out", out.to_str().unwrap()]);
    assert_eq!(result.code, Some(0), "{}", result.stderr);
    let outcomes = processes(&out);
    assert_eq!(outcomes.len(), 27, "a pilot and eight rounds of two cases, and of one of them again");
    assert!(outcomes.iter().all(|(.., outcome)| outcome["kind"] == "completed"), "{outcomes:?}");
    test.assert_no_process_left();

    let asked = std::fs::read_to_string(engine.join("asked")).unwrap();
    let starts: Vec<&str> = asked.lines().filter(|line| line.starts_with("run --detach")).collect();
    assert_eq!(starts.len(), 1, "one container serves all workers: {asked}");
    for option in [
        "--network=none",
        "--read-only",
        "--cap-drop=ALL",
        "--security-opt=no-new-privileges",
        "--pids-limit=",
        "--memory=",
        "--user=",
        "--cpuset-cpus=",
    ] {
        assert!(starts[0].contains(option), "{option}: {}", starts[0]);
    }
    assert!(asked.lines().any(|line| line.starts_with("rm --force gilbench-")), "{asked}");
}

#[test]
fn an_interpreter_in_an_image_is_used_in_the_environment_that_belongs_to_it() {
    let test = Test::new();
    let engine = engine(&test);
    let image = in_an_image(&test);
    std::fs::write(engine.join("images"), &image).unwrap();
    let environment = test.path(".cache/gilbench/environments/fake/one");
    std::fs::create_dir_all(environment.join("bin")).unwrap();
    std::os::unix::fs::symlink(python(), environment.join("bin/python")).unwrap();
    let mark = |image: &str| {
        let base = serde_json::json!({"executable": python(), "modified_ns": 0, "image": image});
        let marker = serde_json::json!({"base": base, "lock": "any", "packages": ["any"]});
        std::fs::write(environment.join("gilbench.json"), marker.to_string()).unwrap();
        listed(&test, &engine, &[])[1]["executable"].as_str().unwrap().to_owned()
    };
    assert_eq!(mark("another"), python().to_string_lossy());
    assert_eq!(mark(&image), environment.join("bin/python").to_string_lossy());
    let asked = std::fs::read_to_string(engine.join("asked")).unwrap();
    let mount = format!("source={0},target={0},readonly", environment.display());
    assert!(asked.lines().next_back().unwrap().contains(&mount), "{asked}");
}

#[test]
fn every_fault_in_a_container_is_a_row_with_its_reason() {
    let test = Test::new();
    let engine = engine(&test);
    std::fs::write(engine.join("images"), in_an_image(&test)).unwrap();
    let out = test.path("run");
    let result = run(&test, &engine, &["run", "--suite", "faults", "--out", out.to_str().unwrap()]);
    assert_eq!(result.code, Some(0), "{}", result.stderr);
    // What a killed launcher leaves behind ends with a real container; here there is none around it.
    for process in test.processes() {
        let process = Pid::from_raw(process.parse().unwrap()).unwrap();
        let _ = kill_process(process, Signal::KILL);
    }
    let outcome = |strategy: &str| {
        let all = processes(&out);
        let (.., outcome) = all.into_iter().find(|(id, ..)| id.split('/').nth(1) == Some(strategy)).unwrap();
        outcome
    };
    assert_eq!(outcome("sequential")["kind"], "completed");
    assert_eq!(outcome("orphan")["kind"], "completed");
    assert_eq!(outcome("hang")["kind"], "timed-out");
    assert_eq!(outcome("crash")["message"].as_str().unwrap(), "signal 11: about to crash");
    assert_eq!(outcome("kill-launcher")["message"].as_str().unwrap(), "its container was ended");
}

#[test]
fn a_container_that_ends_at_once_is_a_failure_with_what_it_said() {
    let test = Test::new();
    let engine = engine(&test);
    std::fs::write(engine.join("images"), in_an_image(&test)).unwrap();
    let out = test.path("run");
    // It still answers when it is asked what it is.
    std::fs::write(engine.join("breaks"), "").unwrap();
    let result = run(&test, &engine, &["run", "--suite", "plain", "--out", out.to_str().unwrap()]);
    assert_eq!(result.code, Some(0), "{}", result.stderr);
    let (.., outcome) = &processes(&out)[0];
    assert_eq!(outcome["failure"], "not-started");
    let message = outcome["message"].as_str().unwrap();
    assert!(message.contains("ended at once: the container had something to say"), "{message}");
}

#[test]
fn without_an_engine_or_an_image_the_row_says_so() {
    let test = Test::new();
    let engine = engine(&test);
    let image = in_an_image(&test);
    let nowhere = test.path("nowhere");
    let fake = &listed(&test, &nowhere, &[])[1];
    assert_eq!(fake["status"], "missing", "{fake}");
    // The engine does not have the image.
    let fake = &listed(&test, &engine, &[])[1];
    assert_eq!(fake["status"], "missing", "{fake}");
    // A client without an engine behind it.
    std::fs::write(engine.join("images"), image).unwrap();
    std::fs::rename(engine.join("podman"), engine.join("docker")).unwrap();
    std::fs::write(engine.join("docker"), "#!/bin/sh\nexit 0\n").unwrap();
    let fake = &listed(&test, &engine, &[])[1];
    assert_eq!(fake["status"], "missing", "{fake}");

    // An interpreter of the machine itself, asked for in a container, says why it has none.
    let mut local = command(&test, &engine);
    local.args([
        "--python",
        python().to_str().unwrap(),
        "interpreters",
        "list",
        "--containers",
        "--format",
        "json",
    ]);
    let rows: Vec<serde_json::Value> = serde_json::from_str(&ran(&local.output().unwrap()).stdout).unwrap();
    let twin = rows.iter().find(|row| row["id"] == "fake-container").unwrap();
    assert_eq!(twin["status"], "missing");
    let reason = twin["reason"].as_str().unwrap();
    assert!(reason.starts_with("no container engine answers"), "{reason}");
    assert!(reason.contains("no engine answers behind it"), "{reason}");
}

#[test]
fn an_engine_that_does_not_answer_is_told_and_waiting_for_it_can_be_interrupted() {
    let test = Test::new();
    let engine = engine(&test);
    in_an_image(&test);
    std::fs::write(engine.join("podman"), "#!/bin/sh\nexec sleep 600\n").unwrap();
    let mut command = command(&test, &engine);
    command.args(["interpreters", "install", "fake", "--engine", "podman"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let waits = said.find(|line| line.contains("waiting for `")).unwrap();
    assert!(waits.ends_with("/engine/podman`, for at most 10 s"), "{waits}");
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let rest: Vec<String> = said.collect();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{rest:?}");
    assert!(rest.iter().any(|line| line == "fake: rootfs: interrupted"), "{rest:?}");
}

#[test]
fn an_interpreter_that_a_container_may_not_read_says_what_would_help() {
    let test = Test::new();
    let engine = engine(&test);
    let base = "providers: {rootfs: {suite: any}}";
    std::fs::write(test.data().join("interpreters/_base.yaml"), base).unwrap();
    let providers: Providers = parsed("{rootfs: {suite: any}}");
    let image = format!("localhost/gilbench/base:{}", providers.0[0].key());
    std::fs::write(engine.join("images"), image).unwrap();
    // The system's own is never in a container.
    let executable = test.path("own/bin/python3");
    std::fs::create_dir_all(executable.parent().unwrap()).unwrap();
    std::fs::copy(python(), &executable).unwrap();
    let twin = || {
        let mut list = command(&test, &engine);
        list.arg("--python").arg(&executable);
        list.args(["interpreters", "list", "--containers", "--format", "json"]);
        let rows: Vec<serde_json::Value> =
            serde_json::from_str(&ran(&list.output().unwrap()).stdout).unwrap();
        rows.into_iter().find(|row| row["id"] == "fake-container").unwrap()
    };
    assert_eq!(twin()["status"], "ready");
    std::fs::write(engine.join("denies"), "").unwrap();
    let twin = twin();
    assert_eq!(twin["status"], "broken");
    let own = test.path("own").to_string_lossy().into_owned();
    assert!(twin["reason"].as_str().unwrap().starts_with(&format!("`{own}` cannot be read")), "{twin}");
    assert_eq!(twin["hint"], format!("chmod -R o+rX {own}"));
}

#[test]
fn a_debian_system_goes_when_no_image_is_made_from_it() {
    let test = Test::new();
    let engine = engine(&test);
    let [used, unused, image] =
        ["debian:a", "debian:b", "other:1"].map(|name| format!("localhost/gilbench/{name}"));
    std::fs::write(engine.join("images"), format!("{used}\n{unused}\n{image}\nlocalhost/users/own:1\n"))
        .unwrap();
    let layers = format!("{used} [\"1\"]\n{unused} [\"2\"]\n{image} [\"1\",\"3\"]\n");
    std::fs::write(engine.join("layers"), layers).unwrap();
    let collected = run(&test, &engine, &["interpreters", "gc"]);
    assert_eq!(collected.code, Some(0), "{}", collected.stderr);
    assert_eq!(collected.stdout, format!("removed image {unused}\n0.0 MB freed, besides images\n"));
    let asked = std::fs::read_to_string(engine.join("asked")).unwrap();
    let removed: Vec<&str> = asked.lines().filter(|line| line.starts_with("rmi ")).collect();
    assert_eq!(removed, [format!("rmi {unused}")]);
}
