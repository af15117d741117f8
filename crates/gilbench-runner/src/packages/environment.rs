//! Environments: an interpreter with packages, in a folder of its own below the cache folder.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::UNIX_EPOCH;

use gilbench_model::Name;
use gilbench_model::interpreter::{Interpreter, PackageKind};
use gilbench_model::lock::{Lock, normalised};
use gilbench_model::plan::sha256;
use serde::{Deserialize, Serialize};

use super::lock::on_path;
use crate::install::{InstallError, InstallFailure};

/// Below the cache folder: `environments/<id>/<key>`.
const FOLDER: &str = "environments";

/// Written last into an environment: what it is for.
const MARKER: &str = "gilbench.json";

/// The interpreter in an environment.
const PYTHON: &str = "bin/python";

/// What to install, and for what.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The interpreter's definition.
    pub definition: &'a Interpreter,
    /// It.
    pub executable: &'a Path,
    /// Its lock.
    pub lock: &'a Lock,
    /// The packages, without those that they need.
    pub names: &'a [String],
    /// Where gilbench keeps what it builds or fetches.
    pub cache: &'a Path,
    /// Nothing may be fetched.
    pub offline: bool,
    /// A folder with wheels, used instead of the index.
    pub wheels: Option<&'a Path>,
}

/// What an environment is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Marker {
    base: Base,
    lock: String,
    packages: Vec<String>,
}

/// An executable as it was: when another one is put in its place, its environments are of no use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Base {
    executable: PathBuf,
    modified_ns: u128,
}

impl Base {
    fn of(executable: &Path) -> std::io::Result<Self> {
        let executable = executable.canonicalize()?;
        let modified = executable.metadata()?.modified()?;
        let modified_ns = modified.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        Ok(Self { executable, modified_ns })
    }
}

/// The interpreter of an executable's newest environment, if it has one that is ready.
pub fn environment_of(cache: &Path, id: &Name, executable: &Path) -> Option<PathBuf> {
    let base = Base::of(executable).ok()?;
    let entries = std::fs::read_dir(cache.join(FOLDER).join(id.as_str())).ok()?.flatten();
    let ready = entries.filter_map(|entry| {
        let folder = entry.path();
        let marker = read(&folder).filter(|marker| marker.base == base)?;
        let made = folder.join(MARKER).metadata().ok()?.modified().ok()?;
        Some(((made, marker.packages.len()), folder.join(PYTHON)))
    });
    ready.max().map(|(_, python)| python)
}

fn read(folder: &Path) -> Option<Marker> {
    serde_json::from_slice(&std::fs::read(folder.join(MARKER)).ok()?).ok()
}

/// Installs packages and all that they need, and returns the interpreter that has them. Nothing happens if it is
/// there already. It is made at its final place, since its scripts name that; until its marker is there, it does not
/// count, and whoever comes next begins anew.
pub fn install(wanted: &Wanted<'_>) -> Result<PathBuf, InstallError> {
    let refuse = |error| InstallError::new(InstallFailure::Failed, error);
    let requirements = wanted.lock.requirements(wanted.names).map_err(refuse)?;
    if requirements.is_empty() {
        return Err(InstallError::new(InstallFailure::Failed, "no packages were named"));
    }
    let mut packages: Vec<String> = wanted.names.iter().map(|name| normalised(name)).collect();
    packages.sort();
    packages.dedup();
    let lock = wanted.lock.digest().as_str().to_owned();
    let marker = Marker { base: Base::of(wanted.executable)?, lock, packages };
    let text = serde_json::to_string(&marker).map_err(std::io::Error::from)?;
    let parent = wanted.cache.join(FOLDER).join(wanted.definition.id.as_str());
    let key = &sha256(text.as_bytes()).as_str()[..12].to_owned();
    let folder = parent.join(key);
    std::fs::create_dir_all(&parent)?;
    // Held until the end of this function, or of this process.
    let guard = File::create(parent.join(format!("{key}.lock")))?;
    guard.lock()?;
    let python = folder.join(PYTHON);
    if read(&folder).as_ref() == Some(&marker) && python.exists() {
        return Ok(python);
    }
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    let made = make(wanted, &folder, &requirements);
    if let Err(error) = made {
        // What is left is not used in any case.
        let _ = std::fs::remove_dir_all(&folder);
        return Err(error);
    }
    let staged = folder.join(format!("{MARKER}.new"));
    std::fs::write(&staged, text)?;
    std::fs::rename(staged, folder.join(MARKER))?;
    Ok(python)
}

fn make(wanted: &Wanted<'_>, folder: &Path, requirements: &str) -> Result<(), InstallError> {
    // An interpreter that patches packages must install them itself.
    let uv = on_path("uv").filter(|_| wanted.definition.packages == PackageKind::Wheels);
    let mut command = Command::new(wanted.executable);
    command.args(["-m", "venv"]).args(uv.is_some().then_some("--without-pip")).arg(folder);
    run(command, wanted.offline)?;
    let file = folder.join("requirements.txt");
    std::fs::write(&file, requirements)?;
    let python = folder.join(PYTHON);
    let command = if let Some(uv) = uv {
        let mut command = Command::new(uv);
        command.args(["pip", "install", "--quiet", "--color", "never", "--python"]).arg(python);
        command.args(wanted.offline.then_some("--offline"));
        command
    } else {
        let mut command = Command::new(python);
        command.args(["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]);
        command.args(wanted.offline.then_some("--no-index"));
        command
    };
    let mut command = command;
    if let Some(wheels) = wanted.wheels {
        command.args(["--no-index", "--find-links"]).arg(wheels);
    }
    command.args(["--require-hashes", "--only-binary", ":all:", "--requirement"]).arg(file);
    run(command, wanted.offline)
}

fn run(mut command: Command, offline: bool) -> Result<(), InstallError> {
    // Those that run gilbench may have their own Python in mind.
    for name in ["PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PIP_USER", "PIP_REQUIRE_VIRTUALENV"] {
        command.env_remove(name);
    }
    command.stdin(std::process::Stdio::null());
    tracing::debug!(?command, "installing packages");
    let ran = command.output()?;
    if ran.status.success() {
        return Ok(());
    }
    // `venv` tells its troubles on stdout.
    let said = [ran.stdout, ran.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    Err(InstallError::new(failure(&said, offline), summary(&said)))
}

/// The kind of failure, by the words of pip and uv.
fn failure(said: &str, offline: bool) -> InstallFailure {
    let says = |words: &[&str]| words.iter().any(|word| said.contains(word));
    if says(&["DO NOT MATCH THE HASHES", "Hash mismatch"]) {
        InstallFailure::Checksum
    } else if says(&["No space left on device"]) {
        InstallFailure::DiskFull
    } else if says(&["ensurepip is not available", "No module named venv", "No module named pip"]) {
        InstallFailure::NoTool
    } else if offline {
        InstallFailure::Offline
    } else if says(&[
        "No matching distribution",
        "Failed to fetch",
        "error sending request",
        "ConnectionError",
    ]) {
        InstallFailure::Unreachable
    } else {
        InstallFailure::Build
    }
}

/// The line that says most: an error's, with its cause where that follows, else the last.
fn summary(said: &str) -> String {
    let lines = || said.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut rest = lines().skip_while(|line| !line.starts_with("ERROR:") && !line.starts_with("error:"));
    match (rest.next(), rest.find(|line| line.starts_with("cause:"))) {
        (Some(error), Some(cause)) => format!("{error}; {cause}"),
        (Some(error), None) => error.to_owned(),
        (None, _) => lines().next_back().unwrap_or("it says nothing").to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_told_apart() {
        let hashes = "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.\n    x==1";
        assert_eq!(failure(hashes, false), InstallFailure::Checksum);
        assert_eq!(failure("error: Hash mismatch for `x==1`", true), InstallFailure::Checksum);
        assert_eq!(
            failure("ERROR: No matching distribution found for x", false),
            InstallFailure::Unreachable
        );
        assert_eq!(failure("ERROR: No matching distribution found for x", true), InstallFailure::Offline);
        assert_eq!(failure("", false), InstallFailure::Build);
        assert_eq!(summary("warning: x\nERROR: that\nmore\n"), "ERROR: that");
        assert_eq!(summary("error: that\n  cause: this\n"), "error: that; cause: this");
        assert_eq!(summary("one\ntwo\n\n"), "two");
    }
}
