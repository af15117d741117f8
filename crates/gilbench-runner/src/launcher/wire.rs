//! Messages between harness and launcher: one JSON document per packet of a `SOCK_SEQPACKET` socket.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

use gilbench_model::sample::Tree;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, SocketFlags, SocketType,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// What the harness asks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Order {
    /// Start a worker; its stdin, stdout and stderr come with the message.
    Start(Start),
    /// Kill the worker's tree.
    Kill,
    /// Listen on a free port of the launcher's own loopback interface.
    Listen,
}

/// A process to be started.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Start {
    /// Absolute path and arguments.
    pub(super) command: Vec<String>,
    /// The whole environment; what is not UTF-8 is `carried`.
    pub(super) environment: Vec<(String, String)>,
    /// Where it starts.
    pub(super) folder: String,
    /// The CPUs that it may use.
    pub(super) cpus: Vec<u32>,
    /// Killed after this many milliseconds.
    pub(super) limit_ms: u64,
    /// Sample the tree's memory, where the kernel does not keep its peak.
    pub(super) sample_memory: bool,
    /// Count the tree's threads now and then.
    pub(super) count_threads: bool,
    /// Its stdin is a terminal, to be its own.
    pub(super) terminal: bool,
}

/// What the launcher answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Launched {
    /// The worker and all its descendants have ended.
    Ended {
        /// What they used.
        tree: Tree,
        /// They were killed at the time limit.
        timed_out: bool,
        /// The kernel killed something for want of memory meanwhile.
        out_of_memory: bool,
    },
    /// The worker could not be started.
    NotStarted {
        /// Why.
        reason: String,
    },
    /// The listening socket comes with the message.
    Listening,
    /// There is none.
    NotListening {
        /// Why.
        reason: String,
    },
}

/// Longest message. An environment may hold some tens of kilobytes; the kernel's default buffer holds 208.
const LONGEST: usize = 160 * 1024;

/// A message that is due at once is waited for so long without sleeping. To fall asleep and be woken up again
/// costs more, and no worker runs meanwhile that could be disturbed.
const AWAKE: Duration = Duration::from_micros(250);

/// One end of the socket.
#[derive(Debug)]
pub(super) struct Channel {
    socket: OwnedFd,
    buffer: Vec<u8>,
}

impl AsFd for Channel {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

impl Channel {
    pub(super) fn new(socket: OwnedFd) -> Self {
        Self { socket, buffer: vec![0; LONGEST] }
    }

    /// Sends a message with file descriptors.
    pub(super) fn send<T: Serialize>(&self, message: &T, descriptors: &[BorrowedFd<'_>]) -> io::Result<()> {
        let text = serde_json::to_vec(message)?;
        if text.len() > LONGEST {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "command or environment too long"));
        }
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(3))];
        let mut ancillary = SendAncillaryBuffer::new(&mut space);
        if !descriptors.is_empty() {
            ancillary.push(SendAncillaryMessage::ScmRights(descriptors));
        }
        rustix::net::sendmsg(&self.socket, &[io::IoSlice::new(&text)], &mut ancillary, SendFlags::NOSIGNAL)?;
        Ok(())
    }

    /// Waits for a message that is due at once without sleeping, at most for [`AWAKE`].
    pub(super) fn await_awake(&self) -> io::Result<()> {
        let deadline = Instant::now() + AWAKE;
        while Instant::now() < deadline {
            match poll(&mut [PollFd::new(self, PollFlags::IN)], Some(&Timespec::default())) {
                // The other side may need this very CPU.
                Ok(0) | Err(rustix::io::Errno::INTR) => std::thread::yield_now(),
                result => return Ok(result.map(drop)?),
            }
        }
        Ok(())
    }

    /// Receives a message and its file descriptors; `None` when the other side is gone.
    pub(super) fn receive<T: DeserializeOwned>(&mut self) -> io::Result<Option<(T, Vec<OwnedFd>)>> {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(3))];
        let mut ancillary = RecvAncillaryBuffer::new(&mut space);
        let received = loop {
            let mut slices = [io::IoSliceMut::new(&mut self.buffer)];
            match rustix::net::recvmsg(&self.socket, &mut slices, &mut ancillary, RecvFlags::CMSG_CLOEXEC) {
                Err(rustix::io::Errno::INTR) => {}
                result => break result?,
            }
        };
        if received.bytes == 0 {
            return Ok(None);
        }
        let descriptors = ancillary.drain().flat_map(|message| match message {
            RecvAncillaryMessage::ScmRights(rights) => rights.collect::<Vec<_>>(),
            _ => Vec::new(),
        });
        let descriptors = descriptors.collect();
        Ok(Some((serde_json::from_slice(&self.buffer[..received.bytes])?, descriptors)))
    }
}

/// Passes a descriptor to a process that is about to be started: gives its stdin, and our end of it, which closes when
/// we end.
pub(crate) fn pass(descriptor: BorrowedFd<'_>) -> io::Result<(OwnedFd, OwnedFd)> {
    let (ours, theirs) =
        rustix::net::socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)?;
    let channel = Channel { socket: ours, buffer: Vec::new() };
    channel.send(&(), &[descriptor])?;
    Ok((channel.socket, theirs))
}

/// The descriptor that came with a process's stdin.
pub fn passed(stdin: OwnedFd) -> io::Result<OwnedFd> {
    let received = Channel::new(stdin).receive::<()>()?;
    let descriptor = received.and_then(|((), descriptors)| descriptors.into_iter().next());
    descriptor.ok_or_else(|| io::Error::other("no descriptor came with stdin"))
}
