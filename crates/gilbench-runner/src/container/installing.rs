//! Runs an image's own interpreter to install packages for it, into a folder of this machine.
//!
//! Only this container has a network, and writes to more than what it loses at its end. It gets what tells pip where
//! the index is: variables, and the files that they name.

use std::path::{Path, PathBuf};

use super::engine::Engine;
use super::spec::{Container, Mount, NO_NETWORK, SCRATCH};

/// Where pip looks for packages, through what, and whom it trusts.
const VARIABLES: [&str; 11] = [
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "REQUESTS_CA_BUNDLE",
];

/// The same in pip's own words. Where it installs to is ours to say.
const OF_PIP: &str = "PIP_";

/// Settings of pip for the whole machine.
const SETTINGS: &str = "/etc/pip.conf";

/// One command in a container of an image.
#[derive(Debug)]
pub(crate) struct Installing<'a> {
    pub(crate) engine: &'a dyn Engine,
    pub(crate) image: &'a str,
    /// Its name, by which it can be removed.
    pub(crate) name: &'a str,
    /// What it may write to.
    pub(crate) folder: &'a Path,
    /// What else it needs of this machine.
    pub(crate) needs: Vec<PathBuf>,
    /// It may reach what this machine reaches.
    pub(crate) network: bool,
}

impl Installing<'_> {
    /// The engine's command line.
    pub(crate) fn command(&self, command: Vec<String>) -> Vec<String> {
        let mut mounts = vec![Mount { path: self.folder.to_owned(), writable: true }];
        let mut environment = vec![
            ("LC_ALL".to_owned(), "C.UTF-8".to_owned()),
            ("HOME".to_owned(), SCRATCH.to_owned()),
            ("PATH".to_owned(), "/usr/local/bin:/usr/bin:/bin".to_owned()),
        ];
        let mut seen: Vec<PathBuf> = self.needs.clone();
        if self.network {
            let ours = std::env::vars().filter(|(name, value)| {
                let of_pip = name.starts_with(OF_PIP) && !where_to(name);
                (of_pip || VARIABLES.contains(&name.as_str())) && !value.is_empty()
            });
            for (name, value) in ours {
                seen.extend(Some(PathBuf::from(&value)).filter(|path| path.is_absolute() && path.exists()));
                environment.push((name, value));
            }
            seen.extend(Some(PathBuf::from(SETTINGS)).filter(|path| path.exists()));
        }
        seen.sort();
        seen.dedup();
        mounts.extend(seen.into_iter().map(Mount::read_only));
        let container = Container {
            image: self.image,
            name: self.name.to_owned(),
            cpus: &[],
            quota: None,
            mounts,
            environment,
            command,
        };
        let mut command = self.engine.run_command(&container, &["--rm"]);
        if self.network
            && let Some(option) = command.iter_mut().find(|argument| *argument == NO_NETWORK)
        {
            "--network=host".clone_into(option);
        }
        command
    }
}

/// Whether a variable of pip's says where it installs to.
fn where_to(name: &str) -> bool {
    ["PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_REQUIRE_VIRTUALENV"].contains(&name)
}
