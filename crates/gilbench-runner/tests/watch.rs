//! A real process is watched: what its threads do is seen, whatever else the machine does.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;
use std::process::{Command, Stdio};

use gilbench_model::timeline::{Lane, Parts, State};
use gilbench_runner::watch::Watcher;

/// A thread that computes for .3 s of CPU time with a lock in its hands, one that sleeps for half a second and one that
/// waits for the lock, beside the first, which waits for them; and a process that sleeps.
const SCRIPT: &str = "
import subprocess, threading, time
lock, taken = threading.Lock(), threading.Event()
def compute():
    with lock:
        taken.set()
        while time.thread_time() < 0.3: pass
threads = [threading.Thread(target=compute)]
threads[0].start()
taken.wait()
threads.append(threading.Thread(target=lambda: time.sleep(0.5)))
threads.append(threading.Thread(target=lambda: lock.acquire()))
for thread in threads[1:]: thread.start()
child = subprocess.Popen(['/bin/sleep', '0.5'])
for thread in threads: thread.join()
child.wait()
";

/// What a thread must have been seen to do, in microseconds: less than it did, since a busy machine starts it late and
/// watches it seldom.
const EXPECTED: [(State, u64); 3] =
    [(State::Running, 150_000), (State::Sleeping, 100_000), (State::Lock, 100_000)];

fn together(lane: &Lane) -> Parts {
    let mut sum = Parts::default();
    for span in &lane.spans.0 {
        for state in State::ALL {
            sum.add(state, span.0.of(state));
        }
    }
    sum
}

#[test]
fn threads_are_seen_to_run_to_sleep_and_to_wait_on_a_lock() {
    let python = ["/usr/bin/python3", "/usr/local/bin/python3", "/opt/homebrew/bin/python3"];
    let python = python.into_iter().find(|path| Path::new(path).is_file()).unwrap_or("python3");
    let watcher = Watcher::start(std::process::id()).unwrap();
    let status = Command::new(python).args(["-c", SCRIPT]).stdin(Stdio::null()).status().unwrap();
    assert!(status.success());
    let end = watcher.elapsed();
    let recording = watcher.stop().unwrap();
    assert!(recording.samples > 10, "{recording:?}");
    assert!(recording.lanes.iter().all(|lane| lane.end_ns() <= end), "{recording:?}");
    if !recording.lacks.is_empty() {
        // A kernel that does not tell: all is unknown, and nothing is made up.
        assert!(recording.lanes.iter().any(|lane| together(lane).of(State::Unknown) > 0));
        return;
    }
    for (state, least) in EXPECTED {
        let longest = recording.lanes.iter().map(|lane| together(lane).of(state)).max();
        assert!(longest.is_some_and(|longest| longest >= least), "{state:?}: {recording:#?}");
    }
    assert!(recording.lanes.iter().any(|lane| lane.process > 0 && lane.main && lane.name == "sleep"));
}
