//! The kernel's files about one thread, kept open: to read one again is much cheaper than to open it again.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use super::account::{Look, Seen};
use super::parse::{Standing, cause, run_times, standing};
use crate::kernel_files::KernelFiles;

/// One thread's files.
#[derive(Debug)]
pub(super) struct ThreadFiles {
    stat: File,
    schedstat: Option<File>,
    wchan: Option<File>,
    syscall: Option<File>,
    comm: PathBuf,
}

/// Longer than any of the files, but for what stands far behind in `stat`.
const LONGEST: usize = 256;

impl ThreadFiles {
    pub(super) fn open(files: &KernelFiles, process: u32, thread: u32) -> io::Result<Self> {
        let path = |name: &str| files.path(format!("/proc/{process}/task/{thread}/{name}"));
        let open = |name: &str| File::open(path(name)).ok();
        Ok(Self {
            stat: File::open(path("stat"))?,
            schedstat: open("schedstat"),
            wchan: open("wchan"),
            syscall: open("syscall"),
            comm: path("comm"),
        })
    }

    /// The thread's name; `None` once it has ended.
    pub(super) fn name(&self) -> Option<String> {
        let name = std::fs::read(&self.comm).ok()?;
        Some(String::from_utf8_lossy(&name).trim_end_matches('\n').to_owned())
    }

    /// Looks at the thread; `None` once it has ended.
    ///
    /// Times come last: those of a thread that was seen to wait are booked by then.
    pub(super) fn look(&self, now: impl Fn() -> u64) -> Option<Look> {
        let mut buffer = [0; LONGEST];
        let seen = match standing(read(&self.stat, &mut buffer).ok()?)? {
            Standing::Gone => return None,
            Standing::Ready => Seen::Ready,
            Standing::Stopped => Seen::Waits(None),
            Standing::Waits => Seen::Waits(self.cause()),
        };
        let at = now();
        let booked = match &self.schedstat {
            // It cannot be read any more once the thread has ended.
            Some(file) => run_times(text(file, &mut buffer)?),
            None => None,
        };
        Some(Look { at, booked, seen })
    }

    fn cause(&self) -> Option<super::parse::Cause> {
        let (mut place, mut call) = ([0; LONGEST], [0; LONGEST]);
        let wchan = self.wchan.as_ref().and_then(|file| text(file, &mut place));
        // It costs more, and is told to fewer.
        cause(wchan, None)
            .or_else(|| cause(None, self.syscall.as_ref().and_then(|file| text(file, &mut call))))
    }
}

/// The beginning of a file, as it is now.
pub(super) fn read<'a>(file: &File, buffer: &'a mut [u8]) -> io::Result<&'a [u8]> {
    let length = file.read_at(buffer, 0)?;
    Ok(&buffer[..length])
}

/// The same, as text.
pub(super) fn text<'a>(file: &File, buffer: &'a mut [u8]) -> Option<&'a str> {
    std::str::from_utf8(read(file, buffer).ok()?).ok()
}
