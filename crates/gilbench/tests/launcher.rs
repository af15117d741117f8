//! What the launcher does for a process, and what the process finds: its stderr, its environment, its folder, its end.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::process::Command;
use std::time::Duration;

use gilbench_model::sample::Tree;
use gilbench_runner::launcher::{Ended, Input, Launch, Launcher, Output, Stream};
use support::{Ran, Test, ran};

const PATH: &str = "/usr/local/bin:/usr/bin:/bin";

fn launcher() -> Launcher {
    let gilbench = env!("CARGO_BIN_EXE_gilbench");
    Launcher::start(&[gilbench.to_owned(), "launcher".to_owned()]).unwrap()
}

/// Runs a command of the shell's: what became of its tree, and what it said on stderr.
fn run(launcher: &mut Launcher, command: &str) -> (Tree, Vec<u8>) {
    let launch = Launch {
        command: ["/bin/sh", "-c", command].map(str::to_owned).to_vec(),
        environment: vec![("PATH".to_owned(), PATH.to_owned())],
        folder: "/".to_owned(),
        cpus: Vec::new(),
        limit: Duration::from_mins(2),
        sample_memory: false,
        count_threads: false,
        input: Input::Bytes(Vec::new()),
        output: Output::Discarded,
    };
    let mut errors = Vec::new();
    let listen = |stream, bytes: &[u8]| {
        assert_eq!(stream, Stream::Errors);
        errors.extend_from_slice(bytes);
        true
    };
    let ended = launcher.launch(launch).unwrap().wait(listen, || true).unwrap();
    let Ended::Tree { tree, timed_out: false, .. } = ended else { panic!("{ended:?}") };
    (tree, errors)
}

/// `gilbench ab`, as short as it can be.
fn ab(test: &Test, change: impl FnOnce(&mut Command), arguments: &[&str]) -> Ran {
    let mut command = test.command();
    command.env("PATH", PATH).args(["ab", "--max-rounds=6", "--warmup=1", "--seed=1"]).args(arguments);
    change(&mut command);
    ran(&command.output().unwrap())
}

#[test]
fn whoever_writes_much_to_stderr_does_not_wait_for_the_harness() {
    // More than a pipe of the usual size holds. A harness that looks into it every 50 ms makes every one of these
    // processes wait for the first look; else none of them waits, and the least of their times has little noise.
    let mut launcher = launcher();
    // Starting the launcher is part of the first one's wait, and not of its time.
    run(&mut launcher, "true");
    let times = (0..10).map(|_| run(&mut launcher, "head -c 200000 /dev/zero >&2").0.wall_ns);
    let least = times.min().unwrap().seconds();
    assert!(least < 0.04, "{least} s");
}

#[test]
fn all_that_is_said_on_stderr_arrives() {
    let size = 16_000_000;
    let (tree, errors) = run(&mut launcher(), &format!("head -c {size} /dev/zero >&2; echo the end >&2"));
    assert_eq!(tree.exit_code, Some(0));
    assert_eq!(errors.len(), size + "the end\n".len());
    assert!(errors.ends_with(b"the end\n"));
}

#[test]
fn time_ends_with_the_first_process_and_what_outlives_it_is_counted() {
    let mut launcher = launcher();
    let (tree, _) = run(&mut launcher, "sleep 60 & exit 0");
    assert_eq!((tree.exit_code, tree.orphans), (Some(0), 1));
    assert!(tree.wall_ns.seconds() < 2.0, "before the grace was over: {tree:?}");
    let (tree, _) = run(&mut launcher, "sleep 0.1 & exit 0");
    assert_eq!(tree.orphans, 0, "it ended by itself");
}

#[test]
fn the_environment_is_passed_on_byte_by_byte() {
    let test = Test::new();
    let expected = test.path("expected");
    std::fs::write(&expected, b"caf\xe9 \x01\xff\n").unwrap();
    let sees = format!("sh -c 'printenv WORD | cmp - {}'", expected.display());
    let set = |value: &'static [u8]| {
        move |command: &mut Command| {
            command.env("WORD", OsStr::from_bytes(value));
        }
    };
    let result = ab(&test, set(b"caf\xe9 \x01\xff"), &[&sees, "true"]);
    assert_eq!(result.code, Some(0), "{}", result.stderr);
    let result = ab(&test, set(b"cafe"), &[&sees, "true"]);
    assert_eq!(result.code, Some(1), "{}", result.stdout);
}

#[test]
fn a_current_folder_that_is_gone_is_called_by_its_name() {
    let test = Test::new();
    let gone = test.path("gone");
    std::fs::create_dir(&gone).unwrap();
    let mut command = Command::new("/bin/sh");
    test.isolate(&mut command);
    let script = format!("rmdir ../gone && exec {} ab true true", env!("CARGO_BIN_EXE_gilbench"));
    let result = ran(&command.env("PATH", PATH).current_dir(&gone).args(["-c", &script]).output().unwrap());
    assert_eq!((result.code, result.stdout.as_str()), (Some(2), ""));
    let told = "nothing can be started in the current folder: No such file or directory";
    assert!(result.stderr.contains(told) && result.stderr.contains("hint: "), "{}", result.stderr);
}

#[test]
fn a_folder_is_no_input() {
    let result = ab(&Test::new(), |_| {}, &["true", "true", "--input", "/"]);
    assert_eq!((result.code, result.stdout.as_str()), (Some(2), ""));
    assert!(result.stderr.contains("--input: cannot read `/`: is a directory"), "{}", result.stderr);
}
