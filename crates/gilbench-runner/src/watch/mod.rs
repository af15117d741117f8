//! Watches what every thread of a process tree does, from outside, every couple of milliseconds.
//!
//! The kernel keeps for each thread how long it was on a CPU and how long it waited for one (`schedstat`), whether it
//! can run (`stat`), and where in the kernel it waits (`wchan`, `syscall`): see `proc(5)` and
//! `Documentation/scheduler/sched-stats.rst` of Linux. What is not one of the first two times was spent waiting; for a
//! futex, which is a lock, a condition, a semaphore or a queue of the standard library's, or for something else.
//! No code is put into the process, and none of its threads is stopped, so that any program can be watched. But the
//! watcher takes CPU time of its own: what is watched is not measured.
//!
//! Not responsible for starting or ending the tree.

mod account;
mod census;
mod doing;
mod memory_map;
mod pace;
mod parse;
mod sampler;
mod thread;
mod tree;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use gilbench_model::Nanoseconds;
use gilbench_model::timeline::Recording;

pub use self::census::{Census, Whose};
pub use self::pace::Care;
use crate::kernel_files::KernelFiles;
use sampler::Sampler;

/// Between two samples. Shorter than the 5 ms for which CPython lets a thread keep the GIL when others want it; a sample
/// of ten threads takes about a tenth of it.
const PERIOD: Duration = Duration::from_millis(2);

/// A recording is ended after so many samples, due or taken: 10 s of the process.
const MOST_SAMPLES: u32 = 5_000;

/// A watched process tree.
#[derive(Debug)]
pub struct Watcher {
    begun: Instant,
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Recording>,
}

impl Watcher {
    /// Begins to watch all descendants of a process, those to come too, and not the process itself.
    pub fn start(ancestor: u32) -> io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let begun = Instant::now();
        let told = Arc::clone(&stop);
        let thread = std::thread::Builder::new().name("watcher".to_owned()).spawn(move || {
            let sampler = Sampler::new(KernelFiles::of_this_machine(), ancestor);
            watch(sampler, begun, &told)
        })?;
        Ok(Self { begun, stop, thread })
    }

    /// The time since it began, which is that of its recording.
    pub fn elapsed(&self) -> Nanoseconds {
        self.begun.elapsed().into()
    }

    /// Ends it, and gives what was seen; `None` if the watcher itself has failed.
    pub fn stop(self) -> Option<Recording> {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().ok()
    }
}

/// Samples until it is told to stop, or the recording is as long as it may be.
fn watch(mut sampler: Sampler, begun: Instant, stop: &AtomicBool) -> Recording {
    let elapsed = || u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX);
    let period = u64::try_from(PERIOD.as_nanos()).unwrap_or(u64::MAX);
    let (mut samples, mut missed, mut longest_gap, mut last) = (0, 0_u32, 0, elapsed());
    let mut cut_ns = None;
    let mut due = last;
    while !stop.load(Ordering::Relaxed) {
        let now = elapsed();
        // The first has none before it.
        longest_gap = longest_gap.max(if samples > 0 { now - last } else { 0 });
        last = now;
        samples += 1;
        sampler.sample(&elapsed);
        due += period;
        let late = elapsed().saturating_sub(due) / period;
        missed = missed.saturating_add(u32::try_from(late).unwrap_or(u32::MAX));
        due += late * period;
        if samples + missed >= MOST_SAMPLES || sampler.is_full() {
            cut_ns = Some(Nanoseconds(last));
            break;
        }
        std::thread::sleep(Duration::from_nanos(due.saturating_sub(elapsed())));
    }
    let (lanes, lacks, threads_left_out) = sampler.finish();
    Recording {
        period_ns: PERIOD.into(),
        samples,
        missed,
        longest_gap_ns: Nanoseconds(longest_gap),
        lacks,
        cut_ns,
        threads_left_out,
        lanes,
    }
}
