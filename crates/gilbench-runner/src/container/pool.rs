//! Containers that wait for workers, one for each interpreter and set of limits.
//!
//! They are started when they are first needed, before any clock runs, and kept until the run ends.

use std::collections::BTreeMap;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use gilbench_model::plan::Case;
use gilbench_model::{Name, Quota};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType};

use super::engine::{Engine, EngineError};
use super::spec::{Container, Mount};
use crate::launcher::Launcher;

/// A container starts in well under a second; a busy machine may need longer, a broken one is not waited for.
const LIMIT: Duration = Duration::from_secs(30);

/// Between two looks whether a container that does not connect has ended.
const LOOK: Timespec = Timespec { tv_sec: 1, tv_nsec: 0 };

/// Why there is no container for a case.
#[derive(Debug, thiserror::Error)]
pub enum PoolError {
    /// The engine failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// Its launcher did not come.
    #[error("the launcher in the container {0}")]
    Launcher(String),
    /// The engine would ignore the quota.
    #[error("{0} without root cannot limit CPU time where control groups are of version 1")]
    NoQuota(&'static str),
    /// The socket could not be made.
    #[error("cannot make a socket for the container: {0}")]
    Socket(#[from] io::Error),
}

/// Running containers. Dropping it ends and removes them all.
#[derive(Debug)]
pub struct Pool {
    engine: Arc<dyn Engine>,
    /// What every container sees of this machine.
    mounts: Vec<Mount>,
    /// This program, which is the launcher inside too.
    gilbench: PathBuf,
    /// Where the sockets are.
    folder: PathBuf,
    running: BTreeMap<Key, Launcher>,
    started: u32,
}

/// Who needs a container.
#[derive(Clone, Copy, Debug)]
pub struct Demand<'a> {
    /// The interpreter that runs in it.
    pub interpreter: &'a Name,
    /// The CPUs that it may use.
    pub cpus: &'a [u32],
    /// The CPU time that it may use.
    pub quota: Option<Quota>,
}

impl<'a> From<&'a Case> for Demand<'a> {
    fn from(case: &'a Case) -> Self {
        Self { interpreter: &case.interpreter, cpus: &case.cpus, quota: case.conditions.quota }
    }
}

/// What makes a container another one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    interpreter: Name,
    cpus: Vec<u32>,
    quota: String,
}

impl Pool {
    /// A pool without any container yet. `root` is the data folder, `folder` an empty folder of the caller's.
    pub fn new(engine: Arc<dyn Engine>, root: &Path, gilbench: &Path, folder: &Path) -> Self {
        if let Err(error) = engine.remove_abandoned() {
            tracing::warn!(%error, "containers of an earlier run may be left behind");
        }
        Self {
            engine,
            mounts: data_mounts(root, gilbench),
            gilbench: gilbench.to_owned(),
            folder: folder.to_owned(),
            running: BTreeMap::new(),
            started: 0,
        }
    }

    /// The launcher in the container that is needed, which is started if need be. `folders` are those of this machine
    /// that the interpreter needs.
    pub fn launcher<'a>(
        &mut self,
        demand: impl Into<Demand<'a>>,
        image: &str,
        folders: &[PathBuf],
    ) -> Result<&mut Launcher, PoolError> {
        let demand = demand.into();
        let key = Key {
            interpreter: demand.interpreter.clone(),
            cpus: demand.cpus.to_vec(),
            quota: demand.quota.map(|quota| quota.to_string()).unwrap_or_default(),
        };
        if !self.running.contains_key(&key) {
            let launcher = self.start(demand, image, folders)?;
            self.running.insert(key.clone(), launcher);
        }
        self.running.get_mut(&key).ok_or_else(|| PoolError::Launcher("is gone".to_owned()))
    }

    /// Ends a container, which the next demand then starts anew.
    pub fn discard<'a>(&mut self, demand: impl Into<Demand<'a>>) {
        let Demand { interpreter, cpus, .. } = demand.into();
        self.running.retain(|key, _| key.interpreter != *interpreter || key.cpus != cpus);
    }

    fn start(&mut self, demand: Demand<'_>, image: &str, folders: &[PathBuf]) -> Result<Launcher, PoolError> {
        if demand.quota.is_some() && !self.engine.limits() {
            return Err(PoolError::NoQuota(self.engine.name()));
        }
        self.started += 1;
        let name = format!("gilbench-{}-{}", std::process::id(), self.started);
        let folder = self.folder.join(self.started.to_string());
        std::fs::create_dir_all(&folder)?;
        let path = folder.join("launcher");
        let socket = listen(&path)?;
        let mut mounts = self.mounts.clone();
        mounts.extend(folders.iter().map(Mount::read_only));
        mounts.push(Mount { path: folder, writable: true });
        let container = Container {
            image,
            name,
            cpus: demand.cpus,
            quota: demand.quota.map(f64::from),
            mounts,
            environment: Vec::new(),
            command: [&self.gilbench, Path::new("launcher"), Path::new("--connect"), &path]
                .map(|part| part.to_string_lossy().into_owned())
                .to_vec(),
        };
        let unadopted = Unadopted::begin()?;
        let started = self.engine.start(&container);
        drop(unadopted);
        let id = match started {
            Ok(id) => id,
            Err(error) => {
                // It may have been made, but not started.
                let _ = self.engine.remove(&container.name);
                return Err(error.into());
            }
        };
        match self.accept(&socket, &id) {
            Ok(channel) => Ok(Launcher::of_container(Arc::clone(&self.engine), id, channel)),
            Err(error) => {
                let _ = self.engine.remove(&id);
                Err(error)
            }
        }
    }

    /// Waits until the launcher has come.
    fn accept(&self, socket: &OwnedFd, id: &str) -> Result<OwnedFd, PoolError> {
        let deadline = Instant::now() + LIMIT;
        loop {
            match poll(&mut [PollFd::new(socket, PollFlags::IN)], Some(&LOOK)) {
                Ok(0) | Err(rustix::io::Errno::INTR) => {}
                Ok(_) => {
                    return Ok(
                        rustix::net::accept_with(socket, SocketFlags::CLOEXEC).map_err(io::Error::from)?
                    );
                }
                Err(error) => return Err(PoolError::Socket(error.into())),
            }
            if !self.engine.runs(id)? {
                return Err(PoolError::Launcher(format!("ended at once: {}", self.engine.said(id))));
            }
            if Instant::now() >= deadline {
                return Err(PoolError::Launcher(format!("did not come within {} s", LIMIT.as_secs())));
            }
        }
    }
}

/// While it lives, processes that lose their parent do not come to us: what an engine leaves running to look after a
/// container must not be ended with the leftovers of a worker.
struct Unadopted;

impl Unadopted {
    fn begin() -> io::Result<Self> {
        rustix::process::set_child_subreaper(None)?;
        Ok(Self)
    }
}

impl Drop for Unadopted {
    fn drop(&mut self) {
        let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
    }
}

/// What every container sees of this machine: the workloads, what asks interpreters, and this program.
pub(crate) fn data_mounts(root: &Path, gilbench: &Path) -> Vec<Mount> {
    vec![
        Mount::read_only(root.join("workloads")),
        Mount::read_only(root.join("interpreters")),
        Mount::read_only(gilbench),
    ]
}

fn listen(path: &Path) -> io::Result<OwnedFd> {
    let socket =
        rustix::net::socket_with(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)?;
    rustix::net::bind(&socket, &SocketAddrUnix::new(path)?)?;
    rustix::net::listen(&socket, 1)?;
    Ok(socket)
}
