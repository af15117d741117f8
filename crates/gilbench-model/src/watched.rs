//! What was seen of a program of the user's while it ran: from outside, look by look, and from inside, stack by stack.
//!
//! Values only, and no file format: they live from the end of a run to its diagnosis. Threads and processes are indices
//! into lists; all times of one program are of one clock, the kernel's monotonic one.

mod inside;

use std::collections::BTreeSet;

pub use self::inside::{Frame, Hello, Inside, Knowledge, LoopFacts, Stack, StackSample, Teller};
use crate::Nanoseconds;
use crate::sample::Tree;
use crate::timeline::Recording;

/// What a thread does, as the kernel tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Doing {
    /// It is on a CPU or could be.
    Ready,
    /// It waits for a futex, and looks again after no more than a switch interval: how CPython waits for its GIL.
    Gil,
    /// It waits for a futex or a lock of a file, for as long as that takes.
    Lock,
    /// It waits for a futex, but not for longer than some time.
    TimedLock,
    /// It waits for a futex among the data of a library.
    LibraryLock,
    /// It waits until some time has passed.
    Sleep,
    /// It reads from a pipe, or writes to one.
    Pipe,
    /// It waits for a socket.
    Socket,
    /// It waits for a disk.
    Disk,
    /// It waits for somebody to type.
    Terminal,
    /// It waits for one of several things.
    Poll,
    /// It waits for a process to end.
    Child,
    /// It waits for memory to come, or is stopped.
    Stopped,
    /// It waits for something else.
    Other,
    /// It waits, and what for is not told.
    Unknown,
}

impl Doing {
    /// Whether it waits for something that comes from outside of the program, or for time to pass.
    pub fn is_io(self) -> bool {
        matches!(self, Self::Sleep | Self::Socket | Self::Disk | Self::Terminal)
    }

    /// What it waits for, in words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "nothing",
            Self::Gil => "the GIL",
            Self::Lock | Self::TimedLock => "a lock",
            Self::LibraryLock => "a lock of a library's",
            Self::Sleep => "time to pass",
            Self::Pipe => "a pipe",
            Self::Socket => "a socket",
            Self::Disk => "a disk",
            Self::Terminal => "a terminal",
            Self::Poll => "one of several files",
            Self::Child => "a process to end",
            Self::Stopped => "memory, or to be continued",
            Self::Other => "something else",
            Self::Unknown => "something that is not told",
        }
    }
}

/// One look at all threads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// When.
    pub at_ns: Nanoseconds,
    /// The time that it stands for.
    pub for_ns: Nanoseconds,
    /// The threads that lived.
    pub threads: Vec<Glance>,
}

/// What one thread did in a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Glance {
    /// Index of the thread.
    pub thread: u32,
    /// What it did.
    pub doing: Doing,
    /// How long it was on a CPU since the look before, as far as that is booked.
    pub ran_ns: Nanoseconds,
}

/// A thread that was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenThread {
    /// Index of its process.
    pub process: u32,
    /// The number that the kernel has for it.
    pub id: u32,
    /// Whether it is the first of its process.
    pub main: bool,
    /// The name that the kernel has for it.
    pub name: String,
    /// How long it was on a CPU, as far as that was seen.
    pub ran_ns: Nanoseconds,
    /// The CPUs on which it may run.
    pub cpus: BTreeSet<u32>,
}

/// A process that was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeenProcess {
    /// The number that the kernel has for it.
    pub id: u32,
    /// Bytes that it wrote to files, pipes and sockets, as last seen; `None` where that is not told.
    pub written_bytes: Option<u64>,
}

/// A program, seen from outside.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Watched {
    /// Threads, in the order in which they were first seen.
    pub threads: Vec<SeenThread>,
    /// Processes, likewise.
    pub processes: Vec<SeenProcess>,
    /// Looks, in order.
    pub looks: Vec<Look>,
    /// The CPU time that the watching itself took.
    pub cost_ns: Nanoseconds,
    /// The same as lanes, for a drawing; `None` where nothing was seen.
    pub recording: Option<Recording>,
}

impl Watched {
    /// All the time that was looked at.
    pub fn total_ns(&self) -> Nanoseconds {
        Nanoseconds(self.looks.iter().map(|look| look.for_ns.0).sum())
    }
}

/// One run of a program, as it was seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Its times and its end; `None` of a program that was not ours to start, and may go on.
    pub tree: Option<Tree>,
    /// What was seen from outside.
    pub watched: Watched,
    /// What it told from inside, if it was made to.
    pub inside: Option<Inside>,
    /// It was ended before it had come to its end.
    pub cut: bool,
}

impl Run {
    /// Its processes that told something, in the order in which they began to.
    pub fn tellers(&self) -> impl Iterator<Item = &Teller> {
        self.inside.iter().flat_map(|inside| &inside.tellers)
    }
}
