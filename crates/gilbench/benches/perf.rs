//! What the harness itself costs. `just perf` prints it.
//!
//! 1. Per process, beside `hyperfine -N` and a bare loop of spawn and wait on the very same worker: the
//!    difference in whole time between a long and a short run, over the difference in processes, so that
//!    start-up of either tool does not count. The bare loop's time is the worker's own, which is in all three.
//!    They are taken in turn and compared as ratios.
//! 2. Planning a suite of 10,000 cases.
//! 3. Rendering a recorded run of 1,000 cases again, as a user would: the whole command.

#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use gilbench_analysis::statistics::{median, paired_ratio};
use gilbench_model::catalog::Catalog;
use gilbench_model::environment;
use gilbench_model::machine::Allowance;
use gilbench_model::plan::Planner;

/// The least and the most processes of a run, and how often both are repeated.
const SHORT: u32 = 6;
const LONG: u32 = 206;
const REPETITIONS: usize = 16;

fn main() {
    // `cargo test --benches` only wants to know that it starts.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = data_folder(folder.path());
    per_process(folder.path(), &data);
    planning(&data);
    rendering(folder.path(), &data);
}

const WORKER: &str = r#"#!/bin/sh
if [ "$1" = --facts ]; then echo '@FACTS@'; exit; fi
echo '{"protocol":1,"type":"hello","workload":"nothing","strategy":"sequential","facts":@FACTS@}'
echo '{"protocol":1,"type":"iteration","index":0,"warmup":false,"wall_ns":1000,"user_ns":null,"system_ns":null,"voluntary_switches":null,"involuntary_switches":null,"digest":"4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945","phases":{},"observations":{}}'
echo '{"protocol":1,"type":"done"}'
"#;

const FACTS: &str = r#"{"implementation":"sh","version":"1","version_text":"1","executable":null,"platform":null,"build":{"compiler":null,"configure":null,"pgo":null,"lto":null},"gil":{"built":false,"enabled_before_imports":null,"enabled_after_imports":null},"jit":null,"start_method":null,"start_methods":null,"cpus":{"count":null,"affinity":null,"allowed":null},"clock":{"name":null,"resolution_ns":null},"packages":[]}"#;

/// A data folder with one workload, whose worker is a shell script that does nothing.
fn data_folder(folder: &Path) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let data = folder.join("data");
    let write = |file: &str, text: &str| {
        let path = data.join(file);
        std::fs::create_dir_all(path.parent().expect("a file in a folder")).expect("a folder");
        std::fs::write(&path, text).expect("a file");
        path
    };
    let worker = write("worker.sh", &WORKER.replace("@FACTS@", FACTS));
    std::fs::set_permissions(&worker, std::fs::Permissions::from_mode(0o755)).expect("permissions");
    let size = |size: u32| format!("  s{size}: {{parameters: {{n: {size}}}, digest: {DIGEST}}}\n");
    let sizes = (0..100).map(size).collect::<Vec<_>>().concat();
    let workload = format!(
        "name: nothing\ntitle: Nothing\nsummary: Nothing.\nbound: cpu\nsizes:\n  default: {{parameters: {{n: 1}}, digest: {DIGEST}}}\n{sizes}strategies:\n  sequential: {{for: [native], uses: [workers]}}\n"
    );
    write("workloads/nothing/workload.yaml", &workload);
    write("workloads/claims.yaml", "claims: []\n");
    write(
        "interpreters/sh.yaml",
        &format!("id: sh\nlabel: Shell\nworker: native\ncommand: [\"{}\"]\n", worker.display()),
    );
    for (name, rounds, axes) in [
        ("short", SHORT, String::new()),
        ("long", LONG, String::new()),
        ("wide", 8, wide_axes(10)),
        ("wider", 8, wide_axes(100)),
    ] {
        let suite = format!(
            "name: {name}\nsummary: Nothing.\ninterpreters: [sh]\nprofile:\n  rounds: {{least: {rounds}, most: {rounds}}}\n  target: 3%\n  case_time: 1h\n  timeout: 10s\n  iterations: {{most: 1, time: 1ms, least_with_jit: 1}}\ngroups:\n  - workload: nothing\n    axes:\n      affinity: [all]\n{axes}"
        );
        write(&format!("workloads/suites/{name}.yaml"), &suite);
    }
    data
}

const DIGEST: &str = "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945";

/// A hundred sizes × so many numbers of workers.
fn wide_axes(workers: u32) -> String {
    let list = |names: Vec<String>| names.join(", ");
    let sizes = list((0..100).map(|size| format!("s{size}")).collect());
    let workers = list((1..=workers).map(|workers| workers.to_string()).collect());
    format!("      size: [{sizes}]\n      workers: [{workers}]\n")
}

/// The program with this data, which finds no interpreter of the user's.
fn gilbench(folder: &Path, data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gilbench"));
    command.env("PATH", "/usr/bin:/bin").env("HOME", folder).arg("--data").arg(data);
    command
}

fn timed(command: &mut Command) -> Duration {
    command.stdout(Stdio::null()).stderr(Stdio::null()).stdin(Stdio::null());
    let begun = Instant::now();
    let status = command.status().expect("the command starts");
    assert!(status.success(), "{command:?} failed");
    begun.elapsed()
}

fn per_process(folder: &Path, data: &Path) {
    let ours = |suite: &str, turn: usize| {
        let mut command = gilbench(folder, data);
        command.args(["run", "--suite", suite, "--out"]);
        timed(command.arg(folder.join(format!("{suite}-{turn}"))))
    };
    let theirs = |runs: u32| {
        let mut command = Command::new("hyperfine");
        // The worker does not care that its stdin is empty here; not every hyperfine can pass on a file.
        command.args(["--shell=none", "--style=none"]);
        timed(command.arg(format!("--runs={runs}")).arg(data.join("worker.sh")))
    };
    if Command::new("hyperfine").arg("--version").stdout(Stdio::null()).status().is_err() {
        println!("per process: hyperfine is not installed");
        return;
    }
    let bare = |runs: u32| {
        let begun = Instant::now();
        for _ in 0..runs {
            timed(&mut Command::new(data.join("worker.sh")));
        }
        begun.elapsed()
    };
    let (mut we, mut they, mut nobody) = (Vec::new(), Vec::new(), Vec::new());
    let each = |long: Duration, short: Duration| {
        (long.as_secs_f64() - short.as_secs_f64()) / f64::from(LONG - SHORT) * 1e3
    };
    for turn in 0..REPETITIONS {
        we.push(each(ours("long", turn), ours("short", turn)));
        they.push(each(theirs(LONG), theirs(SHORT)));
        nobody.push(each(bare(LONG), bare(SHORT)));
    }
    let middle = |values: &[f64]| median(values).unwrap_or(f64::NAN);
    println!(
        "per process: gilbench {:.2} ms, hyperfine -N {:.2} ms, spawn and wait alone {:.2} ms",
        middle(&we),
        middle(&they),
        middle(&nobody)
    );
    for (name, above, below) in
        [("gilbench / hyperfine -N", &we, &they), ("hyperfine -N / spawn and wait alone", &they, &nobody)]
    {
        match paired_ratio(above, below) {
            Ok(ratio) => println!("  {name}: {:.2} [{:.2}, {:.2}]", ratio.point, ratio.low, ratio.high),
            Err(error) => println!("  {name}: no ratio: {error}"),
        }
    }
}

fn planning(data: &Path) {
    let catalog = Catalog::load(data).expect("the data is right");
    let allowance = Allowance { cpus: vec![0, 1], ..Allowance::default() };
    let planner =
        Planner { catalog: &catalog, interpreters: &[ready()], allowance: &allowance, only: &[], seed: 1 };
    let begun = Instant::now();
    let plan = planner.plan(&catalog.suites["wider"]).expect("a plan");
    println!("planning: {} cases in {:.0} ms", plan.cases.len(), begun.elapsed().as_secs_f64() * 1e3);
}

fn ready() -> environment::InterpreterState {
    environment::InterpreterState {
        id: "sh".parse().expect("a name"),
        label: "Shell".to_owned(),
        status: environment::Status::Ready,
        provider: Some("built-in".to_owned()),
        executable: Some("/bin/sh".to_owned()),
        image: None,
        mounts: Vec::new(),
        version: Some("1".to_owned()),
        gil: environment::GilState::default(),
        reason: None,
        hint: None,
        facts: serde_json::from_str(FACTS).ok(),
    }
}

/// A run of 1,000 cases, eight rounds each, recorded and rendered by the program.
fn rendering(folder: &Path, data: &Path) {
    let run = folder.join("wide");
    timed(gilbench(folder, data).args(["run", "--suite", "wide", "--out"]).arg(&run));
    let site = folder.join("site");
    let render = || timed(gilbench(folder, data).arg("report").arg(&run).arg("--out").arg(&site));
    let times: Vec<f64> = (0..5).map(|_| render().as_secs_f64() * 1e3).collect();
    let size = |path: &Path| path.metadata().map_or(0, |metadata| metadata.len());
    let bytes: u64 = walk(&site).iter().map(|path| size(path)).sum();
    println!("rendering: 1000 cases in {:.0} ms, {} kB", median(&times).unwrap_or(f64::NAN), bytes / 1000);
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.flatten().map(|entry| entry.path());
    paths.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}
