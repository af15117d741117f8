//! Takes one sample after another of all threads below a process.

use std::collections::{BTreeMap, BTreeSet};

use gilbench_model::Nanoseconds;
use gilbench_model::timeline::{Lack, Lane};

use super::account::{Account, Seen};
use super::thread::ThreadFiles;
use super::tree::{descendants, threads};
use crate::kernel_files::KernelFiles;

/// Most threads that are watched at once: each keeps four files open, and more lanes than that nobody reads.
const MOST_THREADS: usize = 64;

/// Most spans of all threads together: some hundred kilobytes on disk.
const MOST_SPANS: usize = 20_000;

/// New processes are looked for, and names read, only with every so many samples: that takes longer than a sample does.
const SELDOM: u32 = 5;

/// The state of a recording.
#[derive(Debug)]
pub(super) struct Sampler {
    files: KernelFiles,
    ancestor: u32,
    count: u32,
    /// Numbers of processes by their ids, in the order in which they were seen.
    processes: BTreeMap<u32, u32>,
    /// Those that were there at the last look for them.
    living: Vec<u32>,
    /// The lane of each thread that lives, by process and thread.
    watched: BTreeMap<(u32, u32), usize>,
    left_out: BTreeSet<(u32, u32)>,
    lanes: Vec<Watched>,
    /// A thread was there whose times are not told.
    without_times: bool,
    /// Times at which a thread waited for something that was told, and that was not.
    causes: (u32, u32),
}

/// One thread's lane.
#[derive(Debug)]
struct Watched {
    process: u32,
    main: bool,
    name: String,
    start: u64,
    /// `None` once the thread has ended.
    files: Option<ThreadFiles>,
    account: Account,
}

impl Sampler {
    pub(super) fn new(files: KernelFiles, ancestor: u32) -> Self {
        Self {
            files,
            ancestor,
            count: 0,
            processes: BTreeMap::new(),
            living: Vec::new(),
            watched: BTreeMap::new(),
            left_out: BTreeSet::new(),
            lanes: Vec::new(),
            without_times: false,
            causes: (0, 0),
        }
    }

    /// Takes a sample. `now` tells nanoseconds since the recording began.
    pub(super) fn sample(&mut self, now: &impl Fn() -> u64) {
        let thorough = self.count.is_multiple_of(SELDOM) || self.living.is_empty();
        self.count += 1;
        if thorough {
            self.living = descendants(&self.files, self.ancestor);
        }
        self.find_threads(now);
        let mut ended = Vec::new();
        for (thread, &index) in &self.watched {
            let lane = &mut self.lanes[index];
            let Some(look) = lane.files.as_ref().and_then(|files| files.look(now)) else {
                ended.push(*thread);
                continue;
            };
            self.without_times |= look.booked.is_none() && lane.account.spans() > 0;
            match look.seen {
                Seen::Waits(Some(_)) => self.causes.0 += 1,
                Seen::Waits(None) => self.causes.1 += 1,
                Seen::Ready => {}
            }
            lane.account.take(look);
            if thorough && let Some(name) = lane.files.as_ref().and_then(ThreadFiles::name) {
                lane.name = name;
            }
        }
        for thread in ended {
            if let Some(index) = self.watched.remove(&thread) {
                self.lanes[index].files = None;
            }
        }
    }

    /// Gives every new thread a lane.
    fn find_threads(&mut self, now: &impl Fn() -> u64) {
        for &process in &self.living {
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
                let Ok(files) = ThreadFiles::open(&self.files, process, thread) else { continue };
                let Some(look) = files.look(now) else { continue };
                let next = u32::try_from(self.processes.len()).unwrap_or(u32::MAX);
                let number = *self.processes.entry(process).or_insert(next);
                let mut account = Account::default();
                let start = look.at;
                account.take(look);
                self.watched.insert(key, self.lanes.len());
                self.lanes.push(Watched {
                    process: number,
                    main: process == thread,
                    name: files.name().unwrap_or_default(),
                    start,
                    files: Some(files),
                    account,
                });
            }
        }
    }

    /// Whether there is no room for more.
    pub(super) fn is_full(&self) -> bool {
        self.lanes.iter().map(|lane| lane.account.spans()).sum::<usize>() >= MOST_SPANS
    }

    /// The lanes, what the kernel does not tell, and how many threads were left out.
    pub(super) fn finish(self) -> (Vec<Lane>, Vec<Lack>, u32) {
        let lacks = [
            (self.without_times, Lack::RunTimes),
            (self.causes.0 == 0 && self.causes.1 > 0, Lack::WaitChannels),
        ];
        let lacks = lacks.into_iter().filter(|(lacking, _)| *lacking).map(|(_, lack)| lack).collect();
        let lane = |lane: Watched| Lane {
            process: lane.process,
            main: lane.main,
            name: lane.name,
            start_ns: Nanoseconds(lane.start),
            spans: lane.account.finish(),
        };
        let left_out = u32::try_from(self.left_out.len()).unwrap_or(u32::MAX);
        (self.lanes.into_iter().map(lane).collect(), lacks, left_out)
    }
}
