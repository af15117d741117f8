//! The launcher's side: starts one worker at a time, waits for its whole tree, reports.

use std::io;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use gilbench_model::Nanoseconds;
use gilbench_model::noise::Noise;
use gilbench_model::sample::{Memory, MemorySource, Tree};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType};
use rustix::process::{Pid, PidfdFlags, pidfd_open};

use super::noise::{Before, NoiseMeter};
use super::tree::{Reap, Usage, descendants, kill_descendants, proportional_set_size, reap, threads};
use super::wire::{Channel, Launched, Order, Start};
use super::words::restored;
use crate::cgroup::{self, MemoryGroup};
use crate::kernel_files::KernelFiles;

/// What is left of a tree when its first process ends may take this long to end by itself:
/// `multiprocessing` helpers do, some milliseconds after they notice. Then it is killed and counted.
const GRACE: Duration = Duration::from_secs(2);

/// Between two looks at a tree that is about to end.
const LOOK: Duration = Duration::from_millis(1);

/// Between two samples of the tree's memory.
const SAMPLE: Duration = Duration::from_millis(20);

/// Between two counts of the tree's threads, which cost less.
const THREADS: Duration = Duration::from_millis(5);

/// The socket of a harness that waits at `path`: how a launcher in a container finds it.
pub fn connect(path: &Path) -> io::Result<OwnedFd> {
    let socket =
        rustix::net::socket_with(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)?;
    rustix::net::connect(&socket, &SocketAddrUnix::new(path)?)?;
    Ok(socket)
}

/// Serves orders that come over `socket` until the other side closes it.
pub fn serve(socket: OwnedFd) -> io::Result<()> {
    let mut channel = Channel::new(socket);
    // The harness decides about signals from the terminal; we end when it does.
    catch_terminal_signals()?;
    rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?;
    let group = MemoryGroup::join();
    let mut noise = NoiseMeter::open(own_group(group.as_ref()).as_deref());
    let mut memory_kills = kernel_memory_kills();
    while let Some((order, descriptors)) = channel.receive::<Order>()? {
        let start = match order {
            Order::Start(start) => start,
            // The worker had already ended when the order to kill it was sent.
            Order::Kill => continue,
            Order::Listen => {
                match listener() {
                    Ok(listener) => channel.send(&Launched::Listening, &[listener.as_fd()])?,
                    Err(error) => {
                        channel.send(&Launched::NotListening { reason: error.to_string() }, &[])?;
                    }
                }
                continue;
            }
        };
        let Start { ref command, ref cpus, .. } = start;
        let before = noise.begin(cpus);
        let begun = Instant::now();
        let baseline = group.as_ref().and_then(MemoryGroup::reset);
        let started = begin(&start, descriptors);
        let answer = match started {
            Err(error) => Launched::NotStarted {
                reason: format!("cannot start `{}`: {error}", command.first().map_or("", String::as_str)),
            },
            Ok(process) => {
                let mut watch = Watch {
                    process,
                    begun,
                    cpus,
                    before,
                    noise: &mut noise,
                    limit: Duration::from_millis(start.limit_ms),
                    peak: (start.sample_memory && group.is_none()).then_some(0),
                    most_threads: start.count_threads.then_some(0),
                    timed_out: false,
                };
                let ended = watch.until_the_end(&mut channel)?;
                let kept = group.as_ref().and_then(MemoryGroup::peak).zip(baseline);
                let memory = memory(kept, watch.peak);
                // Only SIGKILL raises the question.
                let mut out_of_memory = false;
                if ended.killed_by_kernel_or_user() {
                    let kills = kernel_memory_kills();
                    out_of_memory = kills > memory_kills;
                    memory_kills = kills;
                }
                Launched::Ended {
                    tree: ended.tree(memory, watch.most_threads),
                    timed_out: watch.timed_out,
                    out_of_memory,
                }
            }
        };
        channel.send(&answer, &[])?;
        // The next order mostly follows as soon as the harness has recorded this answer.
        channel.await_awake()?;
    }
    Ok(())
}

/// The peak of a worker's memory: what the kernel kept, with what the group held before, or what was sampled.
///
/// No process is without memory, so a difference of 0 means that it is unknown: the kernel charges memory to a group
/// in batches of 64 pages for each CPU (`MEMCG_CHARGE_BATCH` in `memcontrol.h`), and a worker smaller than what is left
/// of them charges nothing.
fn memory(kept: Option<(u64, u64)>, sampled: Option<u64>) -> Option<Memory> {
    let (bytes, source) = match kept {
        Some((peak, before)) => (peak.saturating_sub(before), MemorySource::Cgroup),
        None => (sampled?, MemorySource::SampledPss),
    };
    (bytes > 0).then_some(Memory { peak_bytes: bytes, source })
}

/// A control group of version 2 that holds nothing but this launcher and its workers: the one that it made, or the
/// container whose first process it is.
fn own_group(group: Option<&MemoryGroup>) -> Option<PathBuf> {
    let first = || {
        let own = cgroup::groups_of(&KernelFiles::of_this_machine(), "cpu").into_iter().next();
        own.filter(|_| std::process::id() == 1).map(|(_, folder)| folder)
    };
    group.map(|group| group.folder().to_owned()).or_else(first)
}

/// Connections that may wait to be accepted. The kernel takes less if `somaxconn` is lower. The standard library's
/// 128 would make the connections beyond it wait a second for a SYN to be sent again.
const BACKLOG: i32 = 4096;

/// A listener on a free port of the loopback interface.
fn listener() -> io::Result<OwnedFd> {
    let socket =
        rustix::net::socket_with(AddressFamily::INET, SocketType::STREAM, SocketFlags::CLOEXEC, None)?;
    rustix::net::bind(&socket, &SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0))?;
    rustix::net::listen(&socket, BACKLOG)?;
    Ok(socket)
}

/// Processes that the kernel has killed for want of memory since it started.
fn kernel_memory_kills() -> u64 {
    let statistics = std::fs::read_to_string("/proc/vmstat").unwrap_or_default();
    let line = statistics.lines().find_map(|line| line.strip_prefix("oom_kill "));
    line.and_then(|number| number.trim().parse().ok()).unwrap_or(0)
}

/// Terminal signals are caught and do nothing. Were they ignored, workers would inherit that; a handler goes
/// back to the default when a worker is executed.
#[expect(unsafe_code, reason = "catching a signal has no safe interface")]
fn catch_terminal_signals() -> io::Result<()> {
    extern "C" fn nothing(_: libc::c_int) {}
    let handler = nothing as extern "C" fn(libc::c_int) as libc::sighandler_t;
    for signal in [libc::SIGINT, libc::SIGTERM, libc::SIGHUP, libc::SIGQUIT, libc::SIGTSTP] {
        // SAFETY: the handler does nothing, so it may run at any moment, and it replaces none of ours.
        if unsafe { libc::signal(signal, handler) } == libc::SIG_ERR {
            return Err(io::Error::last_os_error());
        }
    }
    Ok(())
}

/// Starts a worker. Everything that it needs (folder, process group, descriptors) the library can ask of
/// `posix_spawn`, which, unlike `fork`, copies nothing of the launcher.
fn begin(start: &Start, descriptors: Vec<OwnedFd>) -> io::Result<Pid> {
    let invalid = |what: &str| io::Error::new(io::ErrorKind::InvalidInput, what.to_owned());
    let (program, arguments) = start.command.split_first().ok_or_else(|| invalid("empty command"))?;
    let [stdin, stdout, stderr] =
        <[OwnedFd; 3]>::try_from(descriptors).map_err(|_| invalid("three descriptors are needed"))?;
    let mut child = Command::new(program);
    child.args(arguments).env_clear().current_dir(&start.folder);
    if start.terminal {
        take_terminal(&mut child);
    } else {
        child.process_group(0);
    }
    child.envs(start.environment.iter().map(|(name, value)| (restored(name), restored(value))));
    child.stdin(Stdio::from(stdin)).stdout(Stdio::from(stdout)).stderr(Stdio::from(stderr));
    let _bound = Bound::to(&start.cpus)?;
    let child = child.spawn()?;
    // `wait4` collects it; the handle's only other use would be to wait for it.
    Pid::from_raw(child.id().cast_signed()).ok_or_else(|| invalid("process 0"))
}

/// Makes the terminal that is its stdin that of a process, which begins a session with it.
#[expect(unsafe_code, reason = "what is done between `fork` and `exec` has no safe interface")]
fn take_terminal(child: &mut Command) {
    let take = || {
        rustix::process::setsid()?;
        // SAFETY: stdin is open, it is the terminal, and outlives the call.
        let stdin = unsafe { rustix::fd::BorrowedFd::borrow_raw(libc::STDIN_FILENO) };
        Ok(rustix::process::ioctl_tiocsctty(stdin)?)
    };
    // SAFETY: the closure makes two system calls, which may be made between `fork` and `exec`, and allocates nothing.
    unsafe {
        child.pre_exec(take);
    }
}

/// The launcher's own CPUs while it starts a worker, which inherits them; put back when dropped.
struct Bound(Option<rustix::thread::CpuSet>);

impl Bound {
    fn to(cpus: &[u32]) -> io::Result<Self> {
        if cpus.is_empty() {
            return Ok(Self(None));
        }
        let before = rustix::thread::sched_getaffinity(None)?;
        let mut set = rustix::thread::CpuSet::new();
        for &cpu in cpus {
            set.set(cpu as usize);
        }
        if set == before {
            return Ok(Self(None));
        }
        rustix::thread::sched_setaffinity(None, &set)?;
        Ok(Self(Some(before)))
    }
}

impl Drop for Bound {
    fn drop(&mut self) {
        if let Some(before) = &self.0 {
            // They were allowed a moment ago; if they are no longer, the launcher keeps the worker's.
            let _ = rustix::thread::sched_setaffinity(None, before);
        }
    }
}

/// A worker that runs.
struct Watch<'a> {
    process: Pid,
    begun: Instant,
    cpus: &'a [u32],
    before: Before,
    noise: &'a mut NoiseMeter,
    limit: Duration,
    /// The largest memory so far, where it is sampled.
    peak: Option<u64>,
    /// The most threads so far, where they are counted.
    most_threads: Option<u32>,
    timed_out: bool,
}

/// A worker whose whole tree has ended.
struct Ended {
    wall: Duration,
    idle: Option<Nanoseconds>,
    noise: Noise,
    status: i32,
    usage: Usage,
    orphans: u32,
}

impl Watch<'_> {
    fn until_the_end(&mut self, channel: &mut Channel) -> io::Result<Ended> {
        let exit = pidfd_open(self.process, PidfdFlags::empty())?;
        let mut killed = false;
        loop {
            let now = self.begun.elapsed();
            if now >= self.limit && !killed {
                self.timed_out = true;
                killed = true;
                kill_descendants(&[]);
            }
            if let Some(peak) = &mut self.peak {
                *peak = proportional_set_size().max(*peak);
            }
            if let Some(most) = &mut self.most_threads {
                *most = threads().max(*most);
            }
            let left = self.limit.saturating_sub(now);
            let wait = match (self.peak, self.most_threads) {
                _ if killed => SAMPLE,
                (Some(_), _) => SAMPLE.min(left),
                (None, Some(_)) => THREADS.min(left),
                (None, None) => left,
            };
            let wait =
                Timespec { tv_sec: wait.as_secs().cast_signed(), tv_nsec: i64::from(wait.subsec_nanos()) };
            // Once we have killed the tree, nothing that the harness says matters any more.
            let mut descriptors = vec![PollFd::new(&exit, PollFlags::IN)];
            if !killed {
                descriptors.push(PollFd::new(channel, PollFlags::IN));
            }
            match poll(&mut descriptors, Some(&wait)) {
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
            let ready = |index: usize| {
                descriptors.get(index).is_some_and(|descriptor| !descriptor.revents().is_empty())
            };
            if ready(0) {
                break;
            }
            if ready(1) {
                // Either the order to kill, or the harness is gone.
                let gone = channel.receive::<Order>()?.is_none();
                killed = true;
                kill_descendants(&[]);
                if gone {
                    while !descendants().is_empty() {
                        kill_descendants(&[]);
                        let _ = reap(true);
                    }
                    return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the harness is gone"));
                }
            } else if killed {
                // A process that was just being forked can escape the first pass.
                kill_descendants(&[]);
            }
        }
        let wall = self.begun.elapsed();
        let noise = self.noise.end(self.cpus, self.before, self.process.as_raw_nonzero().get());
        Ok(self.collect(wall, noise, killed))
    }

    /// The first process has ended: collects it and all others.
    fn collect(&self, wall: Duration, (idle, noise): (Option<Nanoseconds>, Noise), killed: bool) -> Ended {
        let mut ended = Ended { wall, idle, noise, status: 0, usage: Usage::default(), orphans: 0 };
        let deadline = Instant::now() + GRACE;
        let mut kill = killed;
        loop {
            match reap(false) {
                Reap::Ended(reaped) => {
                    ended.usage.add(reaped.usage);
                    if reaped.process == self.process.as_raw_nonzero().get() {
                        ended.status = reaped.status;
                    }
                }
                Reap::NoChild => return ended,
                Reap::StillRunning => {
                    if kill || Instant::now() >= deadline {
                        let found = kill_descendants(&[]);
                        // Those that we ended ourselves at the limit are no orphans.
                        if !killed {
                            ended.orphans = ended.orphans.max(found);
                        }
                        kill = true;
                    }
                    std::thread::sleep(LOOK);
                }
            }
        }
    }
}

impl Ended {
    fn killed_by_kernel_or_user(&self) -> bool {
        libc::WIFSIGNALED(self.status) && libc::WTERMSIG(self.status) == libc::SIGKILL
    }

    fn tree(&self, memory: Option<Memory>, most_threads: Option<u32>) -> Tree {
        let exited = libc::WIFEXITED(self.status);
        Tree {
            wall_ns: Nanoseconds::from(self.wall),
            idle_ns: self.idle,
            user_ns: self.usage.user,
            system_ns: self.usage.system,
            voluntary_switches: self.usage.voluntary_switches,
            involuntary_switches: self.usage.involuntary_switches,
            memory,
            most_threads,
            exit_code: exited.then(|| libc::WEXITSTATUS(self.status)),
            signal: (!exited).then(|| libc::WTERMSIG(self.status)),
            orphans: self.orphans,
            noise: Some(Box::new(self.noise)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peak_of_nothing_is_unknown() {
        let found = |kept, sampled| memory(kept, sampled).map(|memory| (memory.peak_bytes, memory.source));
        assert_eq!(found(Some((900, 300)), None), Some((600, MemorySource::Cgroup)));
        assert_eq!(found(Some((300, 300)), None), None);
        assert_eq!(found(Some((200, 300)), None), None);
        assert_eq!(found(None, Some(500)), Some((500, MemorySource::SampledPss)));
        assert_eq!(found(None, Some(0)), None);
        assert_eq!(found(None, None), None);
    }
}
