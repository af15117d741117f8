//! What a container of ours is, and what little it may do.

use std::path::{Path, PathBuf};

use rustix::process::Resource;

use super::engine::LABEL;

/// A container for workers: no network, nothing to write but a temporary folder, no privilege.
#[derive(Clone, Debug)]
pub struct Container<'a> {
    /// The image.
    pub image: &'a str,
    /// Its name, by which it can be removed before its id is known.
    pub name: String,
    /// The CPUs that it may use; empty for all.
    pub cpus: &'a [u32],
    /// CFS quota in CPUs.
    pub quota: Option<f64>,
    /// What is seen in it of this machine.
    pub mounts: Vec<Mount>,
    /// Environment.
    pub environment: Vec<(String, String)>,
    /// What runs in it: an absolute path and its arguments.
    pub command: Vec<String>,
}

/// A file or folder of this machine, seen in the container at the same path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// Where it is.
    pub path: PathBuf,
    /// Whether it may be written to. Only the launcher's socket is.
    pub writable: bool,
}

impl Mount {
    /// One that can only be read.
    pub fn read_only(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), writable: false }
    }
}

/// Processes and threads. The largest workload waits in 10,000 threads.
const MOST_PROCESSES: u32 = 16_384;

/// Open files. The largest workload has some thousand connections.
const MOST_FILES: u64 = 65_536;

/// Shared memory, where `multiprocessing` keeps its locks and queues. The engines' own default is 64 MiB.
const SHARED_MEMORY: &str = "512m";

/// Of the machine's memory, so much is left to everything else.
const SPARED_MEMORY: u64 = 8;

/// No container of ours has a network, but for those that only install.
pub(super) const NO_NETWORK: &str = "--network=none";

/// Where workers start and what they may write to.
pub(crate) const SCRATCH: &str = "/tmp";

impl Container<'_> {
    /// Arguments of `run`, from its options to the command.
    pub(super) fn arguments(&self) -> Vec<String> {
        let mut arguments: Vec<String> = [
            // A missing image is an error, not a reason to ask registries for it.
            "--pull=never",
            NO_NETWORK,
            "--read-only",
            "--cap-drop=ALL",
            "--security-opt=no-new-privileges",
        ]
        .map(str::to_owned)
        .to_vec();
        let mut option = |name: &str, value: &str| arguments.push(format!("--{name}={value}"));
        option("name", &self.name);
        option("label", LABEL);
        option("pids-limit", &MOST_PROCESSES.to_string());
        option("shm-size", SHARED_MEMORY);
        if let Some(memory) = crate::machine::memory_bytes() {
            let limit = (memory - memory / SPARED_MEMORY).to_string();
            option("memory", &limit);
            // The same for memory and swap together: no swapping.
            option("memory-swap", &limit);
        }
        let (user, group) = (rustix::process::getuid(), rustix::process::getgid());
        option("user", &format!("{}:{}", user.as_raw(), group.as_raw()));
        option("workdir", SCRATCH);
        option("tmpfs", &format!("{SCRATCH}:rw,exec,mode=1777"));
        if !self.cpus.is_empty() {
            let cpus: Vec<String> = self.cpus.iter().map(ToString::to_string).collect();
            option("cpuset-cpus", &cpus.join(","));
        }
        if let Some(quota) = self.quota {
            option("cpus", &quota.to_string());
        }
        for mount in &self.mounts {
            option("mount", &mount_text(&mount.path, mount.writable));
        }
        for (name, value) in &self.environment {
            option("env", &format!("{name}={value}"));
        }
        arguments.extend(ulimits());
        // An image may bring an entry point of its own.
        let (program, rest) = self.command.split_first().map_or(("", &[][..]), |(first, rest)| (first, rest));
        arguments.push(format!("--entrypoint={program}"));
        arguments.push(self.image.to_owned());
        arguments.extend(rest.iter().cloned());
        arguments
    }
}

/// Limits of open files and processes, no more than our own: an engine's defaults may be more than it is allowed to
/// give.
pub(super) fn ulimits() -> Vec<String> {
    let own = |resource, most: u64| rustix::process::getrlimit(resource).maximum.unwrap_or(most).min(most);
    let limits = [
        ("nofile", own(Resource::Nofile, MOST_FILES)),
        // What starts a container may itself have been given fewer processes than we have.
        ("nproc", own(Resource::Nproc, MOST_PROCESSES.into())),
    ];
    limits.map(|(name, most)| format!("--ulimit={name}={most}:{most}")).to_vec()
}

/// A bind mount in the engines' comma-separated form.
fn mount_text(path: &Path, writable: bool) -> String {
    let path = path.to_string_lossy();
    let fields = [format!("source={path}"), format!("target={path}")].map(|field| quoted(&field)).join(",");
    format!("type=bind,{fields}{}", if writable { "" } else { ",readonly" })
}

/// A field of a comma-separated line.
fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\n']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_container_may_do_little() {
        let container = Container {
            image: "localhost/x",
            name: "gilbench-1".to_owned(),
            cpus: &[0, 1],
            quota: Some(0.5),
            mounts: vec![
                Mount::read_only("/data/a, b"),
                Mount { path: "/run/socket".into(), writable: true },
            ],
            environment: vec![("A".to_owned(), "b c".to_owned())],
            command: vec!["/bin/x".to_owned(), "y".to_owned()],
        };
        let arguments = container.arguments();
        for expected in [
            "--network=none",
            "--read-only",
            "--cap-drop=ALL",
            "--security-opt=no-new-privileges",
            "--cpuset-cpus=0,1",
            "--cpus=0.5",
            "--mount=type=bind,\"source=/data/a, b\",\"target=/data/a, b\",readonly",
            "--mount=type=bind,source=/run/socket,target=/run/socket",
            "--env=A=b c",
            "--entrypoint=/bin/x",
        ] {
            assert!(arguments.iter().any(|argument| argument == expected), "{expected}: {arguments:?}");
        }
        assert_eq!(arguments[arguments.len() - 2..], ["localhost/x", "y"]);
    }
}
