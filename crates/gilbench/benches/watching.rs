//! What it costs a program to be watched: `just perf`.
//!
//! A program whose processes keep two CPUs busy is run as it is, watched as `gilbench diagnose` watches it while it times
//! it, and under `py-spy record` at its default rate, in turn, each round in another order. Two CPUs, so that the
//! watcher takes its time from the program where there are no more.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench may panic, and prints")]

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use gilbench_analysis::statistics::paired_ratio;
use gilbench_runner::commands::Command as Found;
use gilbench_runner::launcher::{Input, Launch, Launcher, Output};
use gilbench_runner::trial::{Change, Stdin, Subject, run};

/// About a second and a half on each of two CPUs.
const PROGRAM: &str = "
import multiprocessing, threading
def work(n):
    threads = [threading.Thread(target=sum, args=(range(12_000_000),)) for _ in range(3)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
if __name__ == '__main__':
    with multiprocessing.get_context('fork').Pool(2) as pool: pool.map(work, range(4))
";

/// Enough for an interval of about one percent on a quiet machine.
const ROUNDS: usize = 20;

fn main() {
    // `cargo test` also builds and starts benches.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let python = Found::find("python3").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("app.py").to_string_lossy().into_owned();
    std::fs::write(&script, PROGRAM).unwrap();
    let place = folder.path().to_string_lossy().into_owned();
    let subject = Subject::new(vec![python.clone(), script.clone()], place.clone(), Stdin::Nothing);
    let launcher = [env!("CARGO_BIN_EXE_gilbench").to_owned(), "launcher".to_owned()];
    let mut launcher = Launcher::start(&launcher).unwrap();
    let py_spy = Found::find("py-spy").ok();
    let limit = Duration::from_mins(1);
    let (mut plain, mut watched, mut spied) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        for turn in 0..3 {
            match (turn + round) % 3 {
                0 => {
                    let launch = Launch {
                        command: subject.words.clone(),
                        environment: subject.environment.clone(),
                        folder: place.clone(),
                        cpus: Vec::new(),
                        limit,
                        sample_memory: false,
                        count_threads: false,
                        input: Input::Bytes(Vec::new()),
                        output: Output::Collected,
                    };
                    let begun = Instant::now();
                    launcher.launch(launch).unwrap().wait(|_, _| true, || true).unwrap();
                    plain.push(begun.elapsed().as_secs_f64());
                }
                1 => {
                    let begun = Instant::now();
                    run(&mut launcher, &subject, &Change::None, None, limit, &|| false).unwrap();
                    watched.push(begun.elapsed().as_secs_f64());
                }
                _ => {
                    let Some(py_spy) = &py_spy else { continue };
                    let profile = folder.path().join("profile");
                    let mut command = Command::new(py_spy);
                    command.args(["record", "--subprocesses", "--format=raw", "--output"]).arg(&profile);
                    command.args(["--", &python, &script]).stdout(Stdio::null()).stderr(Stdio::null());
                    let begun = Instant::now();
                    if command.status().is_ok_and(|status| status.success()) {
                        spied.push(begun.elapsed().as_secs_f64());
                    }
                }
            }
        }
    }
    for (name, times) in [("gilbench diagnose", &watched), ("py-spy record", &spied)] {
        match paired_ratio(times, &plain) {
            Ok(ratio) => println!(
                "{name:18} {:.3}× [{:.3}×, {:.3}×] the time of the program alone, {} rounds",
                ratio.point, ratio.low, ratio.high, ratio.count
            ),
            Err(error) => println!("{name:18} not known: {error}"),
        }
    }
}
