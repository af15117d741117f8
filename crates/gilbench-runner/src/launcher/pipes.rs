//! The harness's ends of the pipes that a worker writes to, and when each is looked into again.
//!
//! Whoever writes to a full pipe waits for its reader, and that wait would count as the worker's time. But to wake the
//! reader up is not free either: lines that are written one by one cost their writer 1.4 µs each where every one wakes
//! the reader, and 0.5 µs where it takes those of a millisecond together (2026-11-23, a virtual machine of two CPUs). So
//! the two streams are read differently:
//!
//! - On stdout only the protocol speaks, between iterations. It is looked into now and then, which disturbs least, and
//!   at once where much comes.
//! - On stderr anything may be said at any time, a megabyte in one go too. Its first bytes wake the harness; what
//!   follows within [`PAUSE`] is taken together, since the pipe has room for far more than is mostly said in it; and
//!   where much comes, or the kernel did not give the room, nothing is paused.
//!
//! A file would never make anybody wait. But the kernel charges its pages to whoever writes them: all that a worker
//! says would count as its memory, where a pipe adds what waits in it, [`ROOM`] at the most. And a file would have to be
//! kept from growing without end.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::event::{PollFlags, Timespec};
use rustix::pipe::fcntl_setpipe_size;

/// Which of the worker's streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// The protocol's channel.
    Output,
    /// Everything else that it says.
    Errors,
}

/// As much as a pipe holds that nobody has enlarged.
pub(super) const BUFFER: usize = 64 * 1024;

/// As much as a pipe may hold at the most, unless the administrator has changed that (`pipe-max-size` in pipe(7)).
const ROOM: usize = 1024 * 1024;

/// A worker that wrote so much since the last look is about to write more than a pipe holds.
const MUCH: usize = BUFFER / 4;

/// More is left for the next look, which then comes at once. Not less than a pipe holds: what is left in one when the
/// last writer has ended is taken by one look.
const MOST_AT_ONCE: usize = ROOM;

/// The harness looks this often whether it was interrupted, and into the pipes.
const LOOK: Timespec = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };

/// After a few bytes on stderr. To fill [`ROOM`] in this time takes a gigabyte a second, in small pieces.
const PAUSE: Timespec = Timespec { tv_sec: 0, tv_nsec: 1_000_000 };

/// What makes the harness look into a pipe again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    /// The time for a look.
    Look,
    /// The end of a pause.
    Pause,
    /// The first byte.
    Byte,
}

/// Our end of a pipe.
#[derive(Debug)]
pub(super) struct Pipe {
    stream: Stream,
    file: File,
    /// It holds [`ROOM`].
    is_roomy: bool,
    /// Every byte wakes the harness.
    is_prompt: bool,
    next: Next,
}

impl Pipe {
    /// A pipe for a stream: our end, and the worker's.
    pub(super) fn new(stream: Stream) -> io::Result<(Self, OwnedFd)> {
        let (ours, theirs) = io::pipe()?;
        rustix::io::ioctl_fionbio(&ours, true)?;
        // Refused to users who have many large pipes already; then the pipe stays as it is.
        let is_roomy = fcntl_setpipe_size(&ours, ROOM).is_ok_and(|room| room >= ROOM);
        let mut pipe =
            Self { stream, file: OwnedFd::from(ours).into(), is_roomy, is_prompt: false, next: Next::Look };
        pipe.choose_next(0);
        Ok((pipe, theirs.into()))
    }

    /// Our side of a terminal, which has little room: every byte wakes the harness.
    pub(super) fn of_terminal(ours: OwnedFd) -> io::Result<Self> {
        rustix::io::ioctl_fionbio(&ours, true)?;
        let (file, next) = (ours.into(), Next::Look);
        Ok(Self { stream: Stream::Output, file, is_roomy: false, is_prompt: false, next }.prompt())
    }

    /// The same pipe, whose every byte wakes the harness.
    pub(super) fn prompt(mut self) -> Self {
        self.is_prompt = true;
        self.choose_next(0);
        self
    }

    /// What to ask `poll` for. With no flag asked for, only the end of the last writer is told.
    pub(super) fn flags(&self) -> PollFlags {
        if self.next == Next::Byte { PollFlags::IN } else { PollFlags::empty() }
    }

    /// How long `poll` may take.
    pub(super) fn patience(&self) -> Timespec {
        if self.next == Next::Pause { PAUSE } else { LOOK }
    }

    /// Takes what is in it now; false once the last writer has ended.
    pub(super) fn drain(&mut self, buffer: &mut [u8], mut take: impl FnMut(&[u8])) -> io::Result<bool> {
        let mut heard = 0;
        // A worker that writes without end must not keep us from killing it.
        while heard < MOST_AT_ONCE {
            match self.file.read(buffer) {
                Ok(0) => return Ok(false),
                Ok(length) => {
                    heard += length;
                    take(&buffer[..length]);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // So a terminal says that nobody has it open any more.
                Err(error) if error.raw_os_error() == Some(libc::EIO) => return Ok(false),
                Err(error) => return Err(error),
            }
        }
        self.choose_next(heard);
        Ok(true)
    }

    /// So much was in it.
    fn choose_next(&mut self, heard: usize) {
        self.next = match self.stream {
            _ if self.is_prompt || heard >= MUCH => Next::Byte,
            Stream::Output => Next::Look,
            Stream::Errors if heard > 0 && self.is_roomy => Next::Pause,
            Stream::Errors => Next::Byte,
        };
    }
}

impl AsFd for Pipe {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }
}

/// How long `poll` may take for the sake of all pipes.
pub(super) fn patience<'a>(pipes: impl Iterator<Item = &'a Pipe>) -> Timespec {
    pipes.map(Pipe::patience).min_by_key(|time| (time.tv_sec, time.tv_nsec)).unwrap_or(LOOK)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use rustix::event::{PollFd, poll};

    use super::*;

    /// What is waited for after so many bytes.
    fn after(stream: Stream, bytes: usize, is_roomy: bool) -> Next {
        let (mut pipe, theirs) = Pipe::new(stream).unwrap();
        pipe.is_roomy = is_roomy;
        File::from(theirs.try_clone().unwrap()).write_all(&vec![b'x'; bytes]).unwrap();
        let mut heard = 0;
        assert!(pipe.drain(&mut vec![0; BUFFER], |bytes| heard += bytes.len()).unwrap());
        assert_eq!(heard, bytes);
        drop(theirs);
        assert!(!pipe.drain(&mut vec![0; BUFFER], |_| {}).unwrap(), "the last writer has ended");
        pipe.next
    }

    /// Whether the harness would look into it now.
    fn wakes(pipe: &Pipe) -> bool {
        poll(&mut [PollFd::new(pipe, pipe.flags())], Some(&Timespec::default())).unwrap() > 0
    }

    #[test]
    fn the_first_bytes_on_stderr_wake_and_those_on_stdout_do_not() {
        for (stream, expected) in [(Stream::Errors, true), (Stream::Output, false)] {
            let (mut pipe, theirs) = Pipe::new(stream).unwrap();
            let mut theirs = File::from(theirs);
            assert!(!wakes(&pipe));
            theirs.write_all(b"x").unwrap();
            assert_eq!(wakes(&pipe), expected);
            // Once it has taken much, it takes the rest at once, of either stream.
            theirs.write_all(&vec![b'x'; MUCH]).unwrap();
            pipe.drain(&mut vec![0; BUFFER], |_| {}).unwrap();
            theirs.write_all(b"x").unwrap();
            assert!(wakes(&pipe));
        }
        assert_eq!(after(Stream::Errors, 0, true), Next::Byte);
        assert_eq!(after(Stream::Output, MUCH - 1, true), Next::Look);
    }

    #[test]
    fn every_byte_in_a_prompt_pipe_wakes() {
        let (pipe, theirs) = Pipe::new(Stream::Output).unwrap();
        let (mut pipe, mut theirs) = (pipe.prompt(), File::from(theirs));
        for _ in 0..2 {
            assert!(!wakes(&pipe));
            theirs.write_all(b"x").unwrap();
            assert!(wakes(&pipe));
            pipe.drain(&mut vec![0; BUFFER], |_| {}).unwrap();
        }
    }

    #[test]
    fn nobody_pauses_where_a_pipe_may_be_full_before_the_pause_is_over() {
        assert_eq!(after(Stream::Errors, 1, true), Next::Pause);
        assert_eq!(after(Stream::Errors, 1, false), Next::Byte);
        for stream in [Stream::Output, Stream::Errors] {
            assert_eq!(after(stream, MUCH, true), Next::Byte);
            assert_eq!(after(stream, BUFFER, false), Next::Byte);
        }
    }

    #[test]
    fn the_least_patient_pipe_decides_how_long_to_wait() {
        let [mut errors, output] =
            [Stream::Errors, Stream::Output].map(|stream| Pipe::new(stream).unwrap().0);
        errors.next = Next::Pause;
        assert_eq!(patience([&output, &errors].into_iter()), PAUSE);
        assert_eq!(patience([&output].into_iter()), LOOK);
        assert_eq!(patience([].into_iter()), LOOK);
    }

    #[test]
    fn a_roomy_pipe_takes_a_megabyte_while_nobody_reads() {
        let (pipe, theirs) = Pipe::new(Stream::Errors).unwrap();
        if pipe.is_roomy {
            rustix::io::ioctl_fionbio(&theirs, true).unwrap();
            File::from(theirs).write_all(&vec![b'x'; ROOM]).unwrap();
        }
    }
}
