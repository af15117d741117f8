//! The launcher's descendants: found, summed up, killed.

use std::io;
use std::time::Duration;

use gilbench_model::Nanoseconds;

/// Between two looks for an end that is near.
const SOON: Duration = Duration::from_millis(1);

/// What `wait4` told of processes that ended.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Usage {
    pub(super) user: Nanoseconds,
    pub(super) system: Nanoseconds,
    pub(super) voluntary_switches: u64,
    pub(super) involuntary_switches: u64,
}

/// One process that ended.
pub(super) struct Reaped {
    pub(super) process: i32,
    pub(super) status: i32,
    pub(super) usage: Usage,
}

/// What a look for ended children found.
pub(super) enum Reap {
    Ended(Reaped),
    StillRunning,
    NoChild,
}

impl Usage {
    pub(super) fn add(&mut self, other: Self) {
        self.user.0 += other.user.0;
        self.system.0 += other.system.0;
        self.voluntary_switches += other.voluntary_switches;
        self.involuntary_switches += other.involuntary_switches;
    }
}

/// Collects one ended child. Its usage includes that of the children that it waited for itself; those that it
/// did not wait for become ours: each process is counted exactly once.
#[expect(unsafe_code, reason = "`rustix` has no `wait4`, the only call that tells a child's usage")]
pub(super) fn reap(block: bool) -> Reap {
    loop {
        let mut status = 0;
        let mut usage = std::mem::MaybeUninit::<libc::rusage>::zeroed();
        let flags = libc::__WALL | if block { 0 } else { libc::WNOHANG };
        // SAFETY: both pointers are to live, writable values of the types that the call fills in.
        let process = unsafe { libc::wait4(-1, &raw mut status, flags, usage.as_mut_ptr()) };
        if process > 0 {
            // SAFETY: zeroed is a valid `rusage`, and the successful call filled it in.
            let usage = unsafe { usage.assume_init() };
            return Reap::Ended(Reaped { process, status, usage: convert(&usage) });
        }
        if process == 0 {
            return Reap::StillRunning;
        }
        match io::Error::last_os_error().raw_os_error() {
            Some(libc::EINTR) => {}
            _ => return Reap::NoChild,
        }
    }
}

fn convert(usage: &libc::rusage) -> Usage {
    let time = |value: libc::timeval| {
        let (seconds, microseconds) = (value.tv_sec.cast_unsigned(), value.tv_usec.cast_unsigned());
        Nanoseconds(seconds * 1_000_000_000 + microseconds * 1_000)
    };
    Usage {
        user: time(usage.ru_utime),
        system: time(usage.ru_stime),
        voluntary_switches: usage.ru_nvcsw.cast_unsigned(),
        involuntary_switches: usage.ru_nivcsw.cast_unsigned(),
    }
}

/// All living descendants of this process, zombies left out.
pub(super) fn descendants() -> Vec<i32> {
    descendants_of(std::process::id().cast_signed())
}

/// All living descendants of a process, zombies left out.
pub(crate) fn descendants_of(ancestor: i32) -> Vec<i32> {
    let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
    let processes = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<i32>().ok());
    let parents: Vec<(i32, i32)> =
        processes.filter_map(|process| Some((process, living_parent(process)?))).collect();
    let mut found = vec![ancestor];
    let mut next = 0;
    while let Some(&parent) = found.get(next) {
        found.extend(parents.iter().filter(|(_, of)| *of == parent).map(|(process, _)| *process));
        next += 1;
    }
    found.remove(0);
    found
}

/// How many threads all descendants have together.
pub(super) fn threads() -> u32 {
    let of = |process: i32| std::fs::read_dir(format!("/proc/{process}/task")).map_or(0, Iterator::count);
    u32::try_from(descendants().into_iter().map(of).sum::<usize>()).unwrap_or(u32::MAX)
}

/// The parent of a process that is not a zombie.
fn living_parent(process: i32) -> Option<i32> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name stands in brackets and may itself hold brackets and spaces.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let state = fields.next()?;
    let parent = fields.next()?.parse().ok()?;
    (state != "Z" && state != "X").then_some(parent)
}

/// Sends SIGKILL to all descendants but those that are spared, and says how many there were.
pub(super) fn kill_descendants(spared: &[i32]) -> u32 {
    let mut found = descendants();
    found.retain(|process| !spared.contains(process));
    kill(&found);
    u32::try_from(found.len()).unwrap_or(u32::MAX)
}

/// Ends and collects what has come to us, whose parents are gone, and whatever else is not spared.
pub(super) fn end_descendants(spared: &[i32]) {
    loop {
        while let Reap::Ended(_) = reap(false) {}
        if kill_descendants(spared) == 0 {
            // One that ended since the last collection is no longer counted, but still to be collected.
            while let Reap::Ended(_) = reap(false) {}
            return;
        }
        std::thread::sleep(SOON);
    }
}

/// While it lives, descendants that detach themselves come to us. Its end ends them.
pub(crate) struct Adoption {
    others: Vec<i32>,
}

impl Adoption {
    pub(crate) fn begin() -> io::Result<Self> {
        rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?;
        Ok(Self { others: descendants() })
    }
}

impl Drop for Adoption {
    fn drop(&mut self) {
        end_descendants(&self.others);
    }
}

/// Sends SIGKILL to a child of ours and its descendants.
pub(crate) fn kill_tree(child: u32) {
    let child = child.cast_signed();
    let mut found = descendants_of(child);
    found.push(child);
    kill(&found);
}

fn kill(processes: &[i32]) {
    for &process in processes {
        if let Some(process) = rustix::process::Pid::from_raw(process) {
            // One that ended meanwhile is what we wanted; it stays a zombie of ours, so its number is not reused.
            let _ = rustix::process::kill_process(process, rustix::process::Signal::KILL);
        }
    }
}

/// Proportional set size of all descendants together, in bytes.
pub(super) fn proportional_set_size() -> u64 {
    let of = |process: i32| {
        let rollup = std::fs::read_to_string(format!("/proc/{process}/smaps_rollup")).ok()?;
        let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
        line.split_whitespace().next()?.parse::<u64>().ok()
    };
    descendants().into_iter().filter_map(of).sum::<u64>() * 1024
}
