//! The harness's side of the launcher.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use gilbench_model::sample::Tree;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::net::{AddressFamily, SocketFlags, SocketType};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use super::pipes::{BUFFER, Pipe, Stream, patience};
use super::tree::{descendants, end_descendants};
use super::wire::{Channel, Launched, Order, Start};
use crate::container::Engine;

/// A running launcher. Dropping it ends it, and whatever it runs.
#[derive(Debug)]
pub struct Launcher {
    channel: Option<Channel>,
    host: Host,
}

/// Where a launcher runs.
#[derive(Debug)]
enum Host {
    /// On this machine, as a child of ours.
    Process {
        command: Vec<String>,
        process: Child,
        /// Descendants of ours that were there before it.
        others: Vec<i32>,
    },
    /// In a container.
    Container { engine: Arc<dyn Engine>, id: String },
}

/// What to start.
#[derive(Clone, Debug)]
pub struct Launch {
    /// Absolute path and arguments.
    pub command: Vec<String>,
    /// The whole environment. What is not UTF-8 stands in it as [`carried`](super::carried) makes it.
    pub environment: Vec<(String, String)>,
    /// Where it starts.
    pub folder: String,
    /// The CPUs that it may use; empty for all.
    pub cpus: Vec<u32>,
    /// Killed after this time.
    pub limit: Duration,
    /// Sample the tree's memory, where the kernel does not keep its peak.
    pub sample_memory: bool,
    /// Count the tree's threads now and then.
    pub count_threads: bool,
    /// Its stdin.
    pub input: Input,
    /// Its stdout.
    pub output: Output,
}

/// What becomes of a process's stdout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// Nobody wants it: it is not read, however much the process writes.
    Discarded,
    /// It is taken every 50 ms, or at once where it is much: that disturbs least.
    Collected,
    /// It is taken at once, which wakes the harness each time.
    Prompt,
}

/// What a process reads on its stdin.
#[derive(Clone, Debug)]
pub enum Input {
    /// All of it. Must fit into a pipe's buffer.
    Bytes(Vec<u8>),
    /// A file, from its beginning.
    File(PathBuf),
    /// A terminal of its own, which is its stdout and stderr too. On it, this is typed, and then that there is no more.
    Terminal(Vec<u8>),
}

/// The descriptors of a process that is to be started, and our ends of what it writes to.
struct Streams {
    stdout: Option<Pipe>,
    stderr: Option<Pipe>,
    theirs: [OwnedFd; 3],
}

impl Streams {
    fn open(input: &Input, output: Output) -> io::Result<Self> {
        if let Input::Terminal(typed) = input {
            let (ours, theirs) = terminal(typed)?;
            let theirs = [theirs.try_clone()?, theirs.try_clone()?, theirs];
            return Ok(Self { stdout: Some(Pipe::of_terminal(ours)?), stderr: None, theirs });
        }
        let stdin = input.open()?;
        let (stderr, their_stderr) = Pipe::new(Stream::Errors)?;
        let (stdout, their_stdout) = if output == Output::Discarded {
            (None, File::options().write(true).open("/dev/null")?.into())
        } else {
            let (ours, theirs) = Pipe::new(Stream::Output)?;
            (Some(if output == Output::Prompt { ours.prompt() } else { ours }), theirs)
        };
        Ok(Self { stdout, stderr: Some(stderr), theirs: [stdin, their_stdout, their_stderr] })
    }
}

/// Both sides of a new terminal: ours, and that of the process.
fn terminal(typed: &[u8]) -> io::Result<(OwnedFd, OwnedFd)> {
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
    let ours = openpt(flags)?;
    grantpt(&ours)?;
    unlockpt(&ours)?;
    let name = ptsname(&ours, Vec::new())?;
    let name = std::ffi::OsStr::from_bytes(name.as_bytes());
    let theirs = File::options().read(true).write(true).custom_flags(libc::O_NOCTTY).open(name)?;
    let mut keyboard = File::from(ours.try_clone()?);
    keyboard.write_all(&typed[..typed.len().min(TYPED)])?;
    keyboard.write_all(&[END_OF_FILE; ENDS])?;
    Ok((ours, theirs.into()))
}

/// A terminal takes a line of this length, and no more before somebody reads.
const TYPED: usize = 4000;

/// Ctrl-D, and for how many who read.
const END_OF_FILE: u8 = 4;
const ENDS: usize = 16;

impl Input {
    fn open(&self) -> io::Result<OwnedFd> {
        match self {
            Self::Terminal(_) => Err(io::Error::other("a terminal has more than one side")),
            Self::Bytes(bytes) if bytes.len() > LONGEST_INPUT => {
                Err(io::Error::other("the request is too long"))
            }
            Self::Bytes(bytes) => {
                let (read, mut write) = io::pipe()?;
                write.write_all(bytes)?;
                Ok(read.into())
            }
            Self::File(path) => Ok(File::open(path)?.into()),
        }
    }
}

/// Why the launcher failed. The run cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum LauncherError {
    /// It could not be started or spoken to.
    #[error("the launcher process failed")]
    Failed(#[from] io::Error),
    /// It ended.
    #[error("the launcher process ended unexpectedly")]
    Gone,
}

/// A worker in progress.
#[derive(Debug)]
pub struct Running<'a> {
    launcher: &'a mut Launcher,
    stdout: Option<Pipe>,
    stderr: Option<Pipe>,
    /// By then the launcher must have answered.
    deadline: Instant,
}

/// How it ended.
#[derive(Debug)]
pub enum Ended {
    /// The worker and all its descendants have ended.
    Tree {
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
}

/// Longest input: a pipe takes this much without a reader, on every kernel.
const LONGEST_INPUT: usize = BUFFER;

/// A launcher whose socket closed has most likely been killed; its end is told a moment later.
const END: Duration = Duration::from_secs(1);

/// A launcher that has not answered so long after the worker's limit will not.
const OVERDUE: Duration = Duration::from_secs(15);

/// Between two looks for an end that is near.
const SOON: Duration = Duration::from_millis(1);

impl Launcher {
    /// Starts the launcher: `command` must call [`super::serve`] on its stdin.
    pub fn start(command: &[String]) -> Result<Self, LauncherError> {
        let (ours, theirs) =
            rustix::net::socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)
                .map_err(io::Error::from)?;
        let (program, arguments) = command.split_first().ok_or_else(|| io::Error::other("empty command"))?;
        let mut launcher = Command::new(program);
        launcher.args(arguments).stdin(Stdio::from(theirs)).stdout(Stdio::null());
        // A worker can kill the launcher. What that leaves behind comes to us then, to be ended.
        rustix::process::set_child_subreaper(Some(rustix::process::getpid())).map_err(io::Error::from)?;
        let others = descendants();
        let process = launcher.spawn()?;
        let host = Host::Process { command: command.to_vec(), process, others };
        Ok(Self { channel: Some(Channel::new(ours)), host })
    }

    /// Takes over one that was started in a container and has connected.
    pub(crate) fn of_container(engine: Arc<dyn Engine>, id: String, socket: OwnedFd) -> Self {
        Self { channel: Some(Channel::new(socket)), host: Host::Container { engine, id } }
    }

    /// Its process, whose descendants the workers are; `None` where it is in a container.
    pub fn process(&self) -> Option<u32> {
        match &self.host {
            Host::Process { process, .. } => Some(process.id()),
            Host::Container { .. } => None,
        }
    }

    /// Whether something other than itself has ended it.
    pub fn was_killed(&mut self) -> bool {
        match &mut self.host {
            Host::Process { process, .. } => {
                let deadline = Instant::now() + END;
                loop {
                    match process.try_wait() {
                        Ok(Some(status)) => return status.signal().is_some(),
                        Ok(None) if Instant::now() < deadline => std::thread::sleep(SOON),
                        _ => return false,
                    }
                }
            }
            // Its launcher ends only when we do.
            Host::Container { .. } => true,
        }
    }

    /// Starts a new one in the place of one that ended, of whose workers none is left. One in a container is started
    /// again by its pool.
    pub fn restart(&mut self) -> Result<(), LauncherError> {
        self.end();
        if let Host::Process { command, .. } = &self.host {
            *self = Self::start(&command.clone())?;
        }
        Ok(())
    }

    /// Ends it, and what it runs.
    fn end(&mut self) {
        let Some(channel) = self.channel.take() else { return };
        // It notices the closed socket, kills what runs, removes its control group and ends.
        drop(channel);
        match &mut self.host {
            Host::Process { process, others, .. } => {
                if process.wait().is_ok_and(|status| status.signal().is_some()) {
                    // What a launcher that was killed has left to us.
                    end_descendants(others);
                }
            }
            Host::Container { engine, id } => {
                if let Err(error) = engine.remove(id) {
                    tracing::warn!(%error, id, "a container may be left behind");
                }
            }
        }
    }

    /// A socket that listens on a free port of the loopback interface that its workers see.
    pub(crate) fn listen(&mut self) -> Result<OwnedFd, LauncherError> {
        let channel = self.channel.as_mut().ok_or(LauncherError::Gone)?;
        channel.send(&Order::Listen, &[])?;
        let (answer, descriptors) = channel.receive::<Launched>()?.ok_or(LauncherError::Gone)?;
        let reason = match (answer, descriptors.into_iter().next()) {
            (Launched::Listening, Some(listener)) => return Ok(listener),
            (Launched::NotListening { reason }, _) => reason,
            _ => "no listening socket came".to_owned(),
        };
        Err(io::Error::other(reason).into())
    }

    /// Starts a worker.
    pub fn launch(&mut self, launch: Launch) -> Result<Running<'_>, LauncherError> {
        let streams = Streams::open(&launch.input, launch.output)?;
        let order = Order::Start(Start {
            command: launch.command,
            environment: launch.environment,
            folder: launch.folder,
            cpus: launch.cpus,
            limit_ms: u64::try_from(launch.limit.as_millis()).unwrap_or(u64::MAX),
            sample_memory: launch.sample_memory,
            count_threads: launch.count_threads,
            terminal: matches!(launch.input, Input::Terminal(_)),
        });
        let channel = self.channel.as_ref().ok_or(LauncherError::Gone)?;
        channel.send(&order, &streams.theirs.each_ref().map(AsFd::as_fd))?;
        let deadline = Instant::now() + launch.limit + OVERDUE;
        Ok(Running { stdout: streams.stdout, stderr: streams.stderr, launcher: self, deadline })
    }
}

impl Drop for Launcher {
    fn drop(&mut self) {
        self.end();
    }
}

impl Running<'_> {
    /// Passes on what the worker writes until its whole tree has ended. When `output` or `idle` answers false,
    /// the tree is killed.
    pub fn wait(
        mut self,
        mut output: impl FnMut(Stream, &[u8]) -> bool,
        mut idle: impl FnMut() -> bool,
    ) -> Result<Ended, LauncherError> {
        let mut buffer = vec![0; BUFFER];
        let (mut killed, mut silent) = (false, false);
        loop {
            let ended = self.poll()?;
            if !ended && Instant::now() >= self.deadline {
                self.give_up()?;
            }
            let mut go_on = idle();
            for stream in [Stream::Output, Stream::Errors] {
                // Once every writer has ended, this takes what is left.
                self.drain(stream, &mut buffer, |bytes| go_on &= output(stream, bytes))?;
            }
            let channel = self.launcher.channel.as_mut().ok_or(LauncherError::Gone)?;
            if ended {
                let (answer, _) = channel.receive::<Launched>()?.ok_or(LauncherError::Gone)?;
                return Ok(match answer {
                    Launched::Ended { tree, timed_out, out_of_memory } => {
                        Ended::Tree { tree, timed_out, out_of_memory }
                    }
                    Launched::NotStarted { reason } => Ended::NotStarted { reason },
                    Launched::Listening | Launched::NotListening { .. } => {
                        return Err(io::Error::other("the answer to another order came").into());
                    }
                });
            }
            if !go_on && !killed {
                killed = true;
                channel.send(&Order::Kill, &[])?;
            }
            if self.stdout.is_none() && self.stderr.is_none() && !silent {
                silent = true;
                // The tree has most likely ended.
                channel.await_awake()?;
            }
        }
    }

    /// The launcher should have ended the worker long ago. A container is ended from the outside then, whatever holds
    /// it up inside.
    fn give_up(&mut self) -> Result<(), LauncherError> {
        match &self.launcher.host {
            Host::Process { .. } => Ok(()),
            Host::Container { engine, id } => {
                engine.remove(id).map_err(io::Error::other)?;
                Err(LauncherError::Gone)
            }
        }
    }

    /// Waits until the launcher answers, or the last writer of a pipe has ended, or a pipe is to be looked into. Says
    /// whether the launcher answered.
    fn poll(&self) -> Result<bool, LauncherError> {
        let channel = self.launcher.channel.as_ref().ok_or(LauncherError::Gone)?;
        let pipes = || [&self.stdout, &self.stderr].into_iter().flatten();
        let mut descriptors = vec![PollFd::new(channel, PollFlags::IN)];
        descriptors.extend(pipes().map(|pipe| PollFd::new(pipe, pipe.flags())));
        match poll(&mut descriptors, Some(&patience(pipes()))) {
            Ok(_) | Err(rustix::io::Errno::INTR) => Ok(!descriptors[0].revents().is_empty()),
            Err(error) => Err(io::Error::from(error).into()),
        }
    }

    /// Reads what is in a pipe now, and closes it once its last writer has ended.
    fn drain(&mut self, stream: Stream, buffer: &mut [u8], take: impl FnMut(&[u8])) -> io::Result<()> {
        let pipe = match stream {
            Stream::Output => &mut self.stdout,
            Stream::Errors => &mut self.stderr,
        };
        if let Some(open) = pipe
            && !open.drain(buffer, take)?
        {
            *pipe = None;
        }
        Ok(())
    }
}
