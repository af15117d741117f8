//! Where interpreters may be: executables to ask, by their names and folders.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use gilbench_model::Name;
use gilbench_model::facts::Facts;

use super::{Candidate, Places};
use crate::install::is_executable;

/// The provider of what the user names.
pub(super) const EXPLICIT: &str = "explicit";

/// An executable to ask.
pub(super) struct Source {
    pub(super) path: PathBuf,
    pub(super) provider: &'static str,
    /// The id under which it is installed in the cache.
    pub(super) installed: Option<Name>,
}

impl Source {
    pub(super) fn candidate(self, facts: Facts) -> Candidate {
        let Self { path: executable, provider, installed } = self;
        Candidate { executable, provider, facts, installed }
    }
}

/// Every executable to ask, once each, in order of preference.
pub(super) fn sources(places: &Places) -> Vec<Source> {
    let mut found: Vec<Source> = Vec::new();
    let mut seen = BTreeSet::new();
    let mut add = |path: PathBuf, provider| {
        if seen.insert(identity_of(&path)) {
            found.push(Source { path, provider, installed: None });
        }
    };
    for path in &places.explicit {
        if path.is_dir() {
            let folder = if path.join("bin").is_dir() { path.join("bin") } else { path.clone() };
            for path in executables(&folder) {
                add(path, EXPLICIT);
            }
        } else {
            add(std::path::absolute(path).unwrap_or_else(|_| path.clone()), EXPLICIT);
        }
    }
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = variable("HOME").unwrap_or_default();
    let data = variable("XDG_DATA_HOME").unwrap_or_else(|| home.join(".local/share"));
    let managed = [
        (variable("UV_PYTHON_INSTALL_DIR").unwrap_or_else(|| data.join("uv/python")), "uv"),
        (variable("PYENV_ROOT").unwrap_or_else(|| home.join(".pyenv")).join("versions"), "pyenv"),
    ];
    for (folder, provider) in managed {
        for version in sorted_entries(&folder) {
            for path in executables(&version.join("bin")) {
                add(path, provider);
            }
        }
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    // A shim picks an interpreter by the current folder; the interpreters themselves were found above.
    for folder in std::env::split_paths(&path).filter(|folder| !folder.ends_with("shims")) {
        for path in executables(&folder) {
            add(path, "path");
        }
    }
    found
}

/// What makes an executable another one: the file that it is a link to and, in a virtual environment, its place.
fn identity_of(path: &Path) -> (PathBuf, Option<PathBuf>) {
    let folder = path.parent().unwrap_or(Path::new("/"));
    let environment =
        folder.parent().filter(|parent| parent.join("pyvenv.cfg").is_file()).map(Path::to_owned);
    (path.canonicalize().unwrap_or_else(|_| path.to_owned()), environment)
}

fn sorted_entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    paths
}

/// Executables in a folder that are named like an interpreter.
fn executables(folder: &Path) -> Vec<PathBuf> {
    let named =
        |path: &PathBuf| path.file_name().is_some_and(|name| looks_like_interpreter(&name.to_string_lossy()));
    sorted_entries(folder).into_iter().filter(|path| named(path) && is_executable(path)).collect()
}

/// Executables named like an interpreter in the folder `bin` here, or in any folder here, once each.
pub(crate) fn executables_below(folder: &Path) -> Vec<PathBuf> {
    let mut seen = BTreeSet::new();
    let folders = [folder.to_owned()].into_iter().chain(sorted_entries(folder));
    // A link beside the folder that it points to would only repeat it.
    let folders = folders.filter(|path| path.symlink_metadata().is_ok_and(|metadata| metadata.is_dir()));
    let found = folders.flat_map(|path| executables(&path.join("bin")));
    found.filter(|path| seen.insert(identity_of(path))).collect()
}

/// `python`, `python3.13t`, `pypy3`, `graalpy`, …; not `python3-config` or `pythonw.exe`.
fn looks_like_interpreter(name: &str) -> bool {
    let stem = ["python", "pypy", "graalpy", "jython", "micropython", "ipy"];
    let version = |rest: &str| {
        let rest = rest.trim_end_matches(['t', 'd']);
        rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
    };
    stem.iter().any(|stem| name.strip_prefix(stem).is_some_and(version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_interpreters_are_tried() {
        for name in ["python", "python3", "python3.13t", "python3.13td", "pypy3.11", "graalpy", "micropython"]
        {
            assert!(looks_like_interpreter(name), "{name}");
        }
        for name in ["python3-config", "python3.13t-config", "pythonw.exe", "pip3", "pypyenv", "ipython3"] {
            assert!(!looks_like_interpreter(name), "{name}");
        }
    }
}
