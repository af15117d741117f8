//! Environments: an interpreter with packages, in a folder of its own below the cache folder.

use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use gilbench_model::Name;
use gilbench_model::interpreter::{Interpreter, PackageKind};
use gilbench_model::lock::{Lock, normalised};
use gilbench_model::plan::sha256;
use serde::{Deserialize, Serialize};

use crate::container::{Engine, Installing};
use crate::install::command::find_program;
use crate::install::{Command, CommandError, InstallError, InstallFailure};
use crate::store::Store;

/// Below the cache folder: `environments/<id>/<key>`.
pub(crate) const FOLDER: &str = "environments";

/// Written last into an environment: what it is for.
const MARKER: &str = "gilbench.json";

/// The interpreter in an environment.
const PYTHON: &str = "bin/python";

/// Making an environment, and filling it, may each take so long. The slowest that was seen, GraalPy on a JVM, needs
/// some minutes.
const LIMIT: Duration = Duration::from_mins(20);

/// What would send packages elsewhere. To pip, a variable without a value is none.
pub(crate) const UNSET: [&str; 5] =
    ["PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_REQUIRE_VIRTUALENV"];

/// What to install, and for what.
#[derive(Clone, Copy)]
pub struct Wanted<'a> {
    /// The interpreter's definition.
    pub definition: &'a Interpreter,
    /// It: in its image, if it has one.
    pub executable: &'a Path,
    /// The image that it is in.
    pub image: Option<InImage<'a>>,
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
    /// Told what is being done.
    pub progress: &'a dyn Fn(&str),
    /// Asked now and then; when it answers true, installing stops.
    pub interrupted: &'a dyn Fn() -> bool,
}

/// An image, and the engine that has it.
#[derive(Clone, Copy, Debug)]
pub struct InImage<'a> {
    /// The engine.
    pub engine: &'a dyn Engine,
    /// The image's name.
    pub name: &'a str,
}

/// What an environment is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Marker {
    pub(super) base: Base,
    pub(super) lock: String,
    pub(super) packages: Vec<String>,
}

/// An executable as it was: when another one is put in its place, its environments are of no use. An image's name
/// says what it was made from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Base {
    executable: PathBuf,
    modified_ns: u128,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) image: Option<String>,
}

impl Base {
    fn of(executable: &Path, image: Option<&str>) -> std::io::Result<Self> {
        if image.is_some() {
            let image = image.map(str::to_owned);
            return Ok(Self { executable: executable.to_owned(), modified_ns: 0, image });
        }
        let executable = executable.canonicalize()?;
        let modified = executable.metadata()?.modified()?;
        let modified_ns = modified.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        Ok(Self { executable, modified_ns, image: None })
    }

    /// Whether another executable is in its place, or none. Of one in an image, the image's name decides.
    pub(super) fn is_gone(&self) -> bool {
        Self::of(&self.executable, self.image.as_deref()).ok().as_ref() != Some(self)
    }
}

/// An environment that is ready.
pub(super) struct Ready {
    pub(super) folder: PathBuf,
    pub(super) marker: Marker,
    /// Orders those of one interpreter: the last is used.
    pub(super) order: (std::time::SystemTime, usize),
}

impl Ready {
    pub(super) fn read(folder: PathBuf) -> Option<Self> {
        let file = folder.join(MARKER);
        let marker: Marker = serde_json::from_slice(&std::fs::read(&file).ok()?).ok()?;
        let order = (file.metadata().ok()?.modified().ok()?, marker.packages.len());
        // A link to an interpreter in an image leads nowhere on this machine.
        let python = folder.join(PYTHON);
        let there = if marker.base.image.is_some() { python.is_symlink() } else { python.exists() };
        there.then_some(Self { folder, marker, order })
    }
}

fn newest(cache: &Path, id: &Name, base: &Base) -> Option<Ready> {
    let entries = std::fs::read_dir(cache.join(FOLDER).join(id.as_str())).ok()?.flatten();
    let ready = entries.filter_map(|entry| Ready::read(entry.path()));
    ready.filter(|ready| ready.marker.base == *base).max_by_key(|ready| ready.order)
}

/// The interpreter of an executable's newest environment, if it has one that is ready. One in an image belongs to
/// that image.
pub fn environment_of(cache: &Path, id: &Name, executable: &Path, image: Option<&str>) -> Option<PathBuf> {
    let base = Base::of(executable, image).ok()?;
    Some(newest(cache, id, &base)?.folder.join(PYTHON))
}

/// Installs packages and all that they need, beside those that were installed before, and returns the interpreter
/// that has them. Nothing happens if it is there already. It is made at its final place, since its scripts name that;
/// until its marker is there, it does not count, and whoever comes next begins anew.
pub fn install(wanted: &Wanted<'_>) -> Result<PathBuf, InstallError> {
    let refuse = |error| InstallError::new(InstallFailure::Failed, error);
    let mut packages: Vec<String> = wanted.names.iter().map(|name| normalised(name)).collect();
    if packages.is_empty() {
        return Err(InstallError::new(InstallFailure::Failed, "no packages were named"));
    }
    wanted.lock.closure(&packages).map_err(refuse)?;
    let lock = wanted.lock.digest().as_str().to_owned();
    let base = Base::of(wanted.executable, wanted.image.map(|image| image.name))?;
    if let Some(Ready { folder, marker, .. }) = newest(wanted.cache, &wanted.definition.id, &base) {
        if marker.lock == lock && packages.iter().all(|name| marker.packages.contains(name)) {
            return Ok(folder.join(PYTHON));
        }
        packages.extend(marker.packages.into_iter().filter(|name| wanted.lock.get(name).is_some()));
    }
    packages.sort();
    packages.dedup();
    let requirements = wanted.lock.requirements(&packages).map_err(refuse)?;
    let marker = Marker { base, lock, packages };
    let text = serde_json::to_string(&marker).map_err(std::io::Error::from)?;
    let key = &sha256(text.as_bytes()).as_str()[..12].to_owned();
    let store = Store::at(wanted.cache);
    let _lock = store.lock(wanted.definition.id.as_str())?;
    let folder = wanted.cache.join(FOLDER).join(wanted.definition.id.as_str()).join(key);
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    let log = store.log(wanted.definition.id.as_str(), "packages");
    let making = Making { wanted, folder: &folder, log: &log };
    (wanted.progress)(&format!("installing {}", marker.packages.join(", ")));
    if let Err(error) = making.make(&requirements) {
        // What is left is not used in any case.
        let _ = std::fs::remove_dir_all(&folder);
        return Err(error);
    }
    let _ = std::fs::remove_file(&log);
    let staged = folder.join(format!("{MARKER}.new"));
    std::fs::write(&staged, text)?;
    std::fs::rename(staged, folder.join(MARKER))?;
    Ok(folder.join(PYTHON))
}

struct Making<'a> {
    wanted: &'a Wanted<'a>,
    folder: &'a Path,
    log: &'a Path,
}

impl Making<'_> {
    fn make(&self, requirements: &str) -> Result<(), InstallError> {
        let wanted = self.wanted;
        std::fs::create_dir_all(self.folder)?;
        self.log.parent().map_or(Ok(()), std::fs::create_dir_all)?;
        // What an earlier attempt said is not this one's.
        std::fs::write(self.log, "")?;
        // An interpreter that patches packages must install them itself, and one in an image is not here.
        let here = wanted.definition.packages == PackageKind::Wheels && wanted.image.is_none();
        let uv = find_program("uv").filter(|_| here);
        let mut arguments = texts(&["-m", "venv"]);
        arguments.extend(uv.is_some().then(|| "--without-pip".to_owned()));
        arguments.push(text(self.folder));
        self.run(wanted.executable, arguments, false)?;
        let file = self.folder.join("requirements.txt");
        std::fs::write(&file, requirements)?;
        let python = self.folder.join(PYTHON);
        let (program, mut arguments) = if let Some(uv) = &uv {
            let mut arguments = texts(&["pip", "install", "--quiet", "--color", "never", "--python"]);
            arguments.push(text(&python));
            arguments.extend(wanted.offline.then(|| "--offline".to_owned()));
            (uv.as_path(), arguments)
        } else {
            let mut arguments = texts(&["-m", "pip", "install", "--quiet", "--no-input"]);
            arguments.push("--disable-pip-version-check".to_owned());
            arguments.extend(wanted.offline.then(|| "--no-index".to_owned()));
            (python.as_path(), arguments)
        };
        if let Some(wheels) = wanted.wheels {
            arguments.extend(["--no-index".to_owned(), "--find-links".to_owned(), text(wheels)]);
        }
        arguments.extend(texts(&["--require-hashes", "--only-binary", ":all:", "--requirement"]));
        arguments.push(text(&file));
        self.run(program, arguments, !wanted.offline)
    }

    /// Runs a program where the interpreter is.
    fn run(&self, program: &Path, arguments: Vec<String>, network: bool) -> Result<(), InstallError> {
        let wanted = self.wanted;
        let parent = wanted.cache.join(FOLDER);
        let name = format!("gilbench-{}-packages", std::process::id());
        let command = match wanted.image {
            None => Command::new(program, &parent, LIMIT).arguments(arguments),
            Some(InImage { engine, name: image }) => {
                let needs = wanted.wheels.map(Path::to_owned).into_iter().collect();
                let inside = Installing { engine, image, name: &name, folder: self.folder, needs, network };
                let command = inside.command([vec![text(program)], arguments].concat());
                let (engine, rest) =
                    command.split_first().map_or(("", &[][..]), |(first, rest)| (first, rest));
                Command::new(Path::new(engine), &parent, LIMIT).arguments(rest)
            }
        };
        let command = UNSET.iter().fold(command, |command, name| command.variable(name, ""));
        let Err(error) = command.run(self.log, wanted.interrupted) else { return Ok(()) };
        if let (Some(image), CommandError::Interrupted | CommandError::TimedOut(_)) = (wanted.image, &error) {
            let _ = image.engine.remove(&name);
        }
        if !matches!(error, CommandError::Failed { .. }) {
            return Err(error.of_step("installing packages", self.log));
        }
        // `venv` tells its troubles on stdout, which is there too.
        let said = std::fs::read(self.log).unwrap_or_default();
        let said = String::from_utf8_lossy(&said);
        Err(InstallError::new(failure(&said, wanted.offline), summary(&said)))
    }
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn texts(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
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
