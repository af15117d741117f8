//! Looks at all threads of a program of the user's for as long as it runs, and keeps what each look saw.
//!
//! Unlike the watcher of a run's timelines it tells many ways to wait apart, goes on for as long as the program does,
//! and takes so little time for it that the program can be timed meanwhile.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use gilbench_model::Nanoseconds;
use gilbench_model::condition::parse_cpu_list;
use gilbench_model::timeline::{Lane, Recording};
use gilbench_model::watched::{Doing, Glance, Look, SeenProcess, SeenThread, Watched};
use rustix::time::{ClockId, clock_gettime};

use super::account::{self, Account, Seen};
use super::doing::DoingFiles;
use super::memory_map::MemoryMap;
use super::pace::{Care, Pace};
use super::parse::{Cause, run_times};
use super::thread::text;
use super::tree::{descendants, threads};
use crate::kernel_files::KernelFiles;

/// Most threads that are watched at once: each keeps four files open, of the 1,024 that a process mostly may.
const MOST_THREADS: usize = 200;

/// Most spans of all lanes together: more nobody can see.
const MOST_SPANS: usize = 40_000;

/// New processes are looked for no more often than this.
const SEEK: Nanoseconds = Nanoseconds(25_000_000);

/// Names, traffic and CPUs are read no more often than this: to tell them costs the kernel ten times as much as to tell
/// what a thread does.
const DESCRIBE: Nanoseconds = Nanoseconds(150_000_000);

/// Whose threads are looked at.
#[derive(Clone, Copy, Debug)]
pub enum Whose {
    /// Those of all descendants of a process.
    Below(u32),
    /// Those of a process and all its descendants.
    Of(u32),
}

/// A program that is looked at.
#[derive(Debug)]
pub struct Census {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Watched>,
}

impl Census {
    /// Begins to look.
    pub fn start(whose: Whose, care: Care) -> io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&stop);
        let thread = std::thread::Builder::new()
            .name("census".to_owned())
            .spawn(move || Taker::new(KernelFiles::of_this_machine(), whose).until(&told, care))?;
        Ok(Self { stop, thread })
    }

    /// Ends it, and gives what was seen; `None` if the looking itself has failed.
    pub fn stop(self) -> Option<Watched> {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.thread().unpark();
        self.thread.join().ok()
    }
}

/// Now, by the clock of all looks.
fn monotonic() -> Nanoseconds {
    nanoseconds(ClockId::Monotonic)
}

fn nanoseconds(clock: ClockId) -> Nanoseconds {
    let now = clock_gettime(clock);
    Nanoseconds(now.tv_sec.cast_unsigned() * 1_000_000_000 + now.tv_nsec.cast_unsigned())
}

/// Who looks.
struct Taker {
    files: KernelFiles,
    whose: Whose,
    begun: Nanoseconds,
    living: Vec<u32>,
    sought: Option<Nanoseconds>,
    described: Option<Nanoseconds>,
    processes: Vec<SeenProcess>,
    numbers: BTreeMap<u32, u32>,
    threads: Vec<SeenThread>,
    accounts: Vec<(Nanoseconds, Account)>,
    /// The index of each thread that lives, with its files.
    watched: BTreeMap<(u32, u32), (usize, Files)>,
    left_out: BTreeSet<(u32, u32)>,
    maps: BTreeMap<u32, Arc<MemoryMap>>,
    /// Of each process's folder of threads.
    links: BTreeMap<u32, Option<u64>>,
    looks: Vec<Look>,
    drawing: Option<Nanoseconds>,
}

struct Files {
    doing: DoingFiles,
    times: Option<File>,
}

impl Taker {
    fn new(files: KernelFiles, whose: Whose) -> Self {
        Self {
            files,
            whose,
            begun: monotonic(),
            living: Vec::new(),
            sought: None,
            described: None,
            processes: Vec::new(),
            numbers: BTreeMap::new(),
            threads: Vec::new(),
            accounts: Vec::new(),
            watched: BTreeMap::new(),
            left_out: BTreeSet::new(),
            maps: BTreeMap::new(),
            links: BTreeMap::new(),
            looks: Vec::new(),
            drawing: None,
        }
    }

    fn until(mut self, stop: &AtomicBool, care: Care) -> Watched {
        let mut pace = Pace::new(care);
        let before_all = nanoseconds(ClockId::ThreadCPUTime);
        let mut last = self.begun;
        while !stop.load(Ordering::Relaxed) {
            let before = nanoseconds(ClockId::ThreadCPUTime);
            let now = monotonic();
            self.look(now, Nanoseconds(now.0 - last.0));
            last = now;
            let cost = nanoseconds(ClockId::ThreadCPUTime).0 - before.0;
            std::thread::park_timeout(pace.after(Duration::from_nanos(cost)));
        }
        let cost = nanoseconds(ClockId::ThreadCPUTime).0 - before_all.0;
        self.finish(Nanoseconds(cost))
    }

    fn look(&mut self, now: Nanoseconds, length: Nanoseconds) {
        let is_over = |since: Option<Nanoseconds>, time: Nanoseconds| {
            since.is_none_or(|since| now.0 - since.0 >= time.0)
        };
        let due = is_over(self.described, DESCRIBE);
        if self.living.is_empty() || is_over(self.sought, SEEK) {
            self.sought = Some(now);
            self.living = match self.whose {
                Whose::Below(ancestor) => descendants(&self.files, ancestor),
                Whose::Of(process) => {
                    let mut all = descendants(&self.files, process);
                    all.insert(0, process);
                    all
                }
            };
        }
        self.find_threads(now);
        let mut seen = Vec::with_capacity(self.watched.len());
        let mut ended = Vec::new();
        for (key, (index, files)) in &self.watched {
            let Some((doing, booked)) = files.look() else {
                ended.push(*key);
                continue;
            };
            let thread = &mut self.threads[*index];
            let before = thread.ran_ns;
            if let Some((ran, _)) = booked {
                thread.ran_ns = Nanoseconds(ran);
            }
            seen.push(Glance {
                thread: u32::try_from(*index).unwrap_or(u32::MAX),
                doing,
                // One that was there before us did the rest of it before.
                ran_ns: Nanoseconds(thread.ran_ns.0.saturating_sub(before.0)).min(length),
            });
            if self.drawing.is_none() {
                let at = now.0 - self.begun.0;
                self.accounts[*index].1.take(account::Look { at, booked, seen: drawn(doing) });
            }
            if due {
                let status = self.files.text(format!("/proc/{}/task/{}/status", key.0, key.1));
                if let Some(status) = status {
                    describe(thread, &status);
                }
            }
        }
        for key in ended {
            self.watched.remove(&key);
            self.links.remove(&key.0);
        }
        if due && !seen.is_empty() {
            self.described = Some(now);
            self.read_processes();
            let spans = self.accounts.iter().map(|(_, account)| account.spans()).sum::<usize>();
            if self.drawing.is_none() && spans >= MOST_SPANS {
                self.drawing = Some(Nanoseconds(now.0 - self.begun.0));
            }
        }
        // Before the program begins and after its end there is nothing to see.
        if !seen.is_empty() {
            self.looks.push(Look { at_ns: now, for_ns: length, threads: seen });
        }
    }

    fn find_threads(&mut self, now: Nanoseconds) {
        for &process in &self.living {
            // The number of links of the folder is that of the threads: one that ended and one that came are both seen,
            // since the one that ended is missed.
            let links =
                self.files.path(format!("/proc/{process}/task")).metadata().map(|folder| folder.nlink()).ok();
            if links.is_some() && self.links.insert(process, links) == Some(links) {
                continue;
            }
            for thread in threads(&self.files, process) {
                let key = (process, thread);
                if self.watched.contains_key(&key) || self.left_out.contains(&key) {
                    continue;
                }
                if self.watched.len() >= MOST_THREADS {
                    self.left_out.insert(key);
                    continue;
                }
                // One that ends at this moment has nothing to show.
                let map =
                    self.maps.entry(process).or_insert_with(|| Arc::new(MemoryMap::of(&self.files, process)));
                let Ok(files) = Files::open(&self.files, process, thread, Arc::clone(map)) else {
                    continue;
                };
                let next = u32::try_from(self.processes.len()).unwrap_or(u32::MAX);
                let number = *self.numbers.entry(process).or_insert(next);
                if number == next {
                    self.processes.push(SeenProcess { id: process, ..SeenProcess::default() });
                }
                self.watched.insert(key, (self.threads.len(), files));
                self.accounts.push((Nanoseconds(now.0 - self.begun.0), Account::default()));
                let mut seen = SeenThread {
                    process: number,
                    id: thread,
                    main: process == thread,
                    name: String::new(),
                    ran_ns: Nanoseconds(0),
                    cpus: BTreeSet::new(),
                };
                if let Some(status) = self.files.text(format!("/proc/{process}/task/{thread}/status")) {
                    describe(&mut seen, &status);
                }
                self.threads.push(seen);
            }
        }
    }

    fn read_processes(&mut self) {
        for &process in &self.living {
            let Some(&number) = self.numbers.get(&process) else { continue };
            let seen = &mut self.processes[number as usize];
            let io = self.files.text(format!("/proc/{process}/io"));
            seen.written_bytes = io.and_then(|text| written_bytes(&text)).or(seen.written_bytes);
        }
    }

    fn finish(self, cost: Nanoseconds) -> Watched {
        let samples = u32::try_from(self.looks.len()).unwrap_or(u32::MAX);
        let gaps = self.looks.iter().map(|look| look.for_ns.0);
        let longest = gaps.clone().max().unwrap_or(0);
        let mean = gaps.sum::<u64>() / u64::from(samples.max(1));
        let left_out = u32::try_from(self.left_out.len()).unwrap_or(u32::MAX);
        let lanes = self.threads.iter().zip(self.accounts).map(|(thread, (start, account))| Lane {
            process: thread.process,
            main: thread.main,
            name: thread.name.clone(),
            start_ns: start,
            spans: account.finish(),
        });
        let recording = Recording {
            period_ns: Nanoseconds(mean),
            samples,
            missed: 0,
            longest_gap_ns: Nanoseconds(longest),
            lacks: Vec::new(),
            cut_ns: self.drawing,
            threads_left_out: left_out,
            lanes: lanes.collect(),
        };
        Watched {
            recording: (samples > 0).then_some(recording),
            threads: self.threads,
            processes: self.processes,
            looks: self.looks,
            cost_ns: cost,
        }
    }
}

impl Files {
    fn open(files: &KernelFiles, process: u32, thread: u32, map: Arc<MemoryMap>) -> io::Result<Self> {
        let doing = DoingFiles::open(files, process, thread, map)?;
        let times = File::open(files.path(format!("/proc/{process}/task/{thread}/schedstat"))).ok();
        Ok(Self { doing, times })
    }

    /// What the thread does, and its times as booked; `None` once it has ended. Times come last: those of a thread
    /// that was seen to wait are booked by then.
    fn look(&self) -> Option<(Doing, Option<(u64, u64)>)> {
        let doing = self.doing.doing()?;
        let booked = match &self.times {
            Some(file) => run_times(text(file, &mut [0; 64])?),
            None => None,
        };
        Some((doing, booked))
    }
}

/// The same for a lane.
fn drawn(doing: Doing) -> Seen {
    match doing {
        Doing::Ready => Seen::Ready,
        Doing::Gil | Doing::Lock | Doing::TimedLock | Doing::LibraryLock => Seen::Waits(Some(Cause::Lock)),
        Doing::Unknown | Doing::Stopped => Seen::Waits(None),
        _ => Seen::Waits(Some(Cause::Other)),
    }
}

/// Takes what the file `status` says.
fn describe(thread: &mut SeenThread, status: &str) {
    for line in status.lines() {
        if let Some(name) = line.strip_prefix("Name:") {
            name.trim().clone_into(&mut thread.name);
        } else if let Some(cpus) = line.strip_prefix("Cpus_allowed_list:").and_then(parse_cpu_list) {
            thread.cpus = cpus.into_iter().collect();
        }
    }
}

/// Reads the file `io`: `wchar` counts what passes through all kinds of files.
fn written_bytes(text: &str) -> Option<u64> {
    text.lines().find_map(|line| line.strip_prefix("wchar:"))?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_counts_whatever_it_is_written_to() {
        let text = "rchar: 10\nwchar: 20\nsyscr: 3\nsyscw: 4\nread_bytes: 0\nwrite_bytes: 0\n";
        assert_eq!(written_bytes(text), Some(20));
        assert_eq!(written_bytes("rchar: 10\n"), None);
    }
}
