//! What a thread does, from the system call that the kernel says it is in: see `proc(5)`, `/proc/PID/syscall`.
//!
//! A thread that waits for CPython's GIL sleeps on a futex for no longer than the switch interval, 5 ms unless the
//! program says otherwise, and then asks the holder to let go (`take_gil` in `Python/ceval_gil.c`). Nothing else waits
//! like this for long, so that the time that a waiting thread has left tells the GIL from the program's own locks. Other
//! interpreters wait for theirs for as long as it takes; theirs is a lock among the data that they begin with.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::Arc;

use gilbench_model::watched::Doing;
use rustix::time::{ClockId, clock_gettime};

use super::memory_map::{MemoryMap, Owner};
use super::parse::{Standing, standing};
use super::thread::{read, text};
use crate::kernel_files::KernelFiles;

/// Time that a thread which waits for the GIL can have left at the most: CPython's default switch interval, and a
/// little more, since the clock is read after it began to wait.
const SWITCH_INTERVAL: i128 = 5_500_000;

/// Longer than the kernel's line.
const LONGEST: usize = 256;

/// The files that tell what a thread does, kept open.
#[derive(Debug)]
pub(super) struct DoingFiles {
    call: Option<File>,
    stat: File,
    memory: Option<File>,
    descriptors: PathBuf,
    map: Arc<MemoryMap>,
}

impl DoingFiles {
    pub(super) fn open(
        files: &KernelFiles,
        process: u32,
        thread: u32,
        map: Arc<MemoryMap>,
    ) -> std::io::Result<Self> {
        let path = |name: &str| files.path(format!("/proc/{process}/task/{thread}/{name}"));
        Ok(Self {
            call: File::open(path("syscall")).ok(),
            stat: File::open(path("stat"))?,
            memory: File::open(path("mem")).ok(),
            descriptors: path("fd"),
            map,
        })
    }

    /// What the thread does; `None` once it has ended.
    pub(super) fn doing(&self) -> Option<Doing> {
        let mut buffer = [0; LONGEST];
        // Nobody may look into a process of another user's; nor is anything told of one that has ended.
        let text = self.call.as_ref().and_then(|file| text(file, &mut buffer));
        match text.and_then(Call::parse) {
            Some(Call::Running) => Some(Doing::Ready),
            Some(Call::None) => self.standing(Doing::Stopped),
            Some(Call::In { number, arguments }) => Some(self.waits(number, arguments)),
            None => self.standing(Doing::Unknown),
        }
    }

    /// The same as far as the state alone tells.
    fn standing(&self, waits: Doing) -> Option<Doing> {
        let mut buffer = [0; LONGEST];
        match standing(read(&self.stat, &mut buffer).ok()?)? {
            Standing::Ready => Some(Doing::Ready),
            Standing::Waits => Some(waits),
            Standing::Stopped => Some(Doing::Stopped),
            Standing::Gone => None,
        }
    }

    fn waits(&self, number: i64, arguments: [u64; 4]) -> Doing {
        match kind(number) {
            Kind::Futex => self.futex(arguments),
            Kind::File => self.file(arguments[0]),
            Kind::Known(doing) => doing,
        }
    }

    fn futex(&self, [address, operation, _, timeout]: [u64; 4]) -> Doing {
        let command = operation & FUTEX_COMMAND;
        match self.map.owner(address) {
            Owner::Interpreter => return Doing::Gil,
            Owner::Library => return Doing::LibraryLock,
            Owner::Nobody => {}
        }
        if timeout == 0 || ![FUTEX_WAIT, FUTEX_WAIT_BITSET].contains(&command) {
            return Doing::Lock;
        }
        let mut buffer = [0; 16];
        let read = self.memory.as_ref().and_then(|memory| memory.read_at(&mut buffer, timeout).ok());
        if read != Some(buffer.len()) {
            return Doing::TimedLock;
        }
        let until = timespec(buffer);
        // `FUTEX_WAIT` takes a length of time, the other one a moment.
        let left = if command == FUTEX_WAIT {
            until
        } else {
            let clock =
                if operation & FUTEX_CLOCK_REALTIME == 0 { ClockId::Monotonic } else { ClockId::Realtime };
            let now = clock_gettime(clock);
            until - (i128::from(now.tv_sec) * 1_000_000_000 + i128::from(now.tv_nsec))
        };
        if left <= SWITCH_INTERVAL { Doing::Gil } else { Doing::TimedLock }
    }

    /// By what a descriptor stands for.
    fn file(&self, descriptor: u64) -> Doing {
        let Ok(target) = std::fs::read_link(self.descriptors.join(descriptor.to_string())) else {
            return Doing::Other;
        };
        let target = target.to_string_lossy();
        let begins = |beginning: &str| target.starts_with(beginning);
        if begins("pipe:") {
            Doing::Pipe
        } else if begins("socket:") {
            Doing::Socket
        } else if begins("/dev/pts/") || begins("/dev/tty") || begins("/dev/console") {
            Doing::Terminal
        } else if begins("anon_inode:") {
            Doing::Poll
        } else if begins("/") {
            Doing::Disk
        } else {
            Doing::Other
        }
    }
}

/// From `linux/futex.h`.
const FUTEX_WAIT: u64 = 0;
const FUTEX_WAIT_BITSET: u64 = 9;
const FUTEX_CLOCK_REALTIME: u64 = 256;
const FUTEX_COMMAND: u64 = 127;

/// Nanoseconds of a `timespec` of 64 bits each.
fn timespec(bytes: [u8; 16]) -> i128 {
    let half = |at: usize| {
        let mut half = [0; 8];
        half.copy_from_slice(&bytes[at..at + 8]);
        i128::from(i64::from_ne_bytes(half))
    };
    half(0) * 1_000_000_000 + half(8)
}

/// What the file `syscall` says.
#[derive(Debug, PartialEq, Eq)]
enum Call {
    Running,
    /// It waits outside of any call: for a page, mostly, or to be collected.
    None,
    In {
        number: i64,
        arguments: [u64; 4],
    },
}

impl Call {
    fn parse(text: &str) -> Option<Self> {
        let mut words = text.split_ascii_whitespace();
        let first = words.next()?;
        if first == "running" {
            return Some(Self::Running);
        }
        let number: i64 = first.parse().ok()?;
        if number < 0 {
            return Some(Self::None);
        }
        let mut arguments = [0; 4];
        for argument in &mut arguments {
            *argument = u64::from_str_radix(words.next()?.strip_prefix("0x")?, 16).ok()?;
        }
        Some(Self::In { number, arguments })
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Kind {
    Futex,
    /// What its first argument stands for.
    File,
    Known(Doing),
}

/// What a system call waits for.
fn kind(number: i64) -> Kind {
    /// The same numbers everywhere.
    const FUTEX_WAITV: i64 = 449;
    const FUTEX_WAIT_NEW: i64 = 455;
    const EPOLL_PWAIT2: i64 = 441;
    match number {
        libc::SYS_futex => Kind::Futex,
        FUTEX_WAITV
        | FUTEX_WAIT_NEW
        | libc::SYS_flock
        | libc::SYS_fcntl
        | libc::SYS_semop
        | libc::SYS_semtimedop => Kind::Known(Doing::Lock),
        libc::SYS_read
        | libc::SYS_write
        | libc::SYS_readv
        | libc::SYS_writev
        | libc::SYS_pread64
        | libc::SYS_pwrite64
        | libc::SYS_sendfile => Kind::File,
        libc::SYS_recvfrom
        | libc::SYS_recvmsg
        | libc::SYS_recvmmsg
        | libc::SYS_sendto
        | libc::SYS_sendmsg
        | libc::SYS_connect
        | libc::SYS_accept
        | libc::SYS_accept4 => Kind::Known(Doing::Socket),
        libc::SYS_nanosleep | libc::SYS_clock_nanosleep => Kind::Known(Doing::Sleep),
        libc::SYS_ppoll | libc::SYS_pselect6 | libc::SYS_epoll_pwait | EPOLL_PWAIT2 => {
            Kind::Known(Doing::Poll)
        }
        libc::SYS_wait4 | libc::SYS_waitid => Kind::Known(Doing::Child),
        libc::SYS_fsync
        | libc::SYS_fdatasync
        | libc::SYS_sync_file_range
        | libc::SYS_openat
        | libc::SYS_unlinkat => Kind::Known(Doing::Disk),
        #[cfg(target_arch = "x86_64")]
        libc::SYS_poll | libc::SYS_select | libc::SYS_epoll_wait => Kind::Known(Doing::Poll),
        _ => Kind::Known(Doing::Other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_read_with_their_arguments() {
        assert_eq!(Call::parse("running\n"), Some(Call::Running));
        assert_eq!(Call::parse("-1 0x7ffc 0x7f1e\n"), Some(Call::None));
        let call = "202 0x1ff 0x189 0x0 0x0 0x0 0xffffffff 0x7ffc 0x7f1e\n";
        assert_eq!(Call::parse(call), Some(Call::In { number: 202, arguments: [0x1ff, 0x189, 0, 0] }));
        for text in ["", "x", "202", "202 0x1 2 3 4"] {
            assert_eq!(Call::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_timespec_is_read_as_the_machine_writes_it() {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&3_i64.to_ne_bytes());
        bytes[8..].copy_from_slice(&7_i64.to_ne_bytes());
        assert_eq!(timespec(bytes), 3_000_000_007);
    }

    #[test]
    fn calls_wait_for_what_they_are_for() {
        assert_eq!(kind(libc::SYS_futex), Kind::Futex);
        assert_eq!(kind(libc::SYS_read), Kind::File);
        assert_eq!(kind(libc::SYS_clock_nanosleep), Kind::Known(Doing::Sleep));
        assert_eq!(kind(libc::SYS_accept4), Kind::Known(Doing::Socket));
        assert_eq!(kind(libc::SYS_wait4), Kind::Known(Doing::Child));
        assert_eq!(kind(libc::SYS_getpid), Kind::Known(Doing::Other));
    }
}
