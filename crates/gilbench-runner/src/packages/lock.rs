//! Resolves packages for one interpreter with uv, which knows the wheels of each.

use std::ffi::OsStr;
use std::path::Path;

use gilbench_model::interpreter::{Interpreter, PackageKind};
use gilbench_model::lock::Lock;

use crate::install::command::find_program;
use crate::install::{InstallError, InstallFailure};

/// What uv says when the packages themselves are the reason, and not the way to the index.
const UNSOLVABLE: &str = "No solution found";

/// What to lock, and for what.
#[derive(Clone, Copy, Debug)]
pub struct Locking<'a> {
    /// The interpreter's definition.
    pub definition: &'a Interpreter,
    /// It, or one of the same implementation, of which the version is then overridden.
    pub executable: &'a Path,
    /// The packages.
    pub names: &'a [String],
    /// Only what uv has fetched before.
    pub offline: bool,
}

/// Resolves the packages for an interpreter, and returns the text of its lock. A package without a wheel is left out,
/// and the lock says so.
pub fn lock(locking: &Locking<'_>) -> Result<String, InstallError> {
    let id = &locking.definition.id;
    if locking.definition.packages == PackageKind::None || locking.definition.identity.is_none() {
        let message = format!("`{id}` has no packages: its definition says `packages: none`");
        return Err(InstallError::new(InstallFailure::Failed, message));
    }
    let uv = find_program("uv").ok_or_else(|| {
        InstallError::new(InstallFailure::NoTool, "locking needs `uv`, which is not on the PATH")
            .with_hint("pip install uv")
    })?;
    let (mut names, mut without) = (locking.names.to_vec(), Vec::new());
    let resolved = loop {
        if let Some(text) = resolve(&uv, locking, &names)? {
            break text;
        }
        // Each by itself: uv's explanation is for people.
        let mut resolvable = Vec::new();
        for name in &names {
            match resolve(&uv, locking, std::slice::from_ref(name))? {
                Some(_) => resolvable.push(name.clone()),
                None => without.push((name.clone(), reason(locking.definition.packages).to_owned())),
            }
        }
        if resolvable.len() == names.len() {
            let message = format!("the packages for `{id}` contradict each other");
            return Err(InstallError::new(InstallFailure::Failed, message));
        }
        names = resolvable;
    };
    let head = format!("Made by `gilbench interpreters lock {id}`.");
    let text = Lock::write(&head, &names, &resolved, &without);
    let refuse = |error| InstallError::new(InstallFailure::Failed, format!("uv wrote no lock: {error}"));
    Lock::parse(&text).map_err(refuse)?;
    Ok(text)
}

fn reason(packages: PackageKind) -> &'static str {
    match packages {
        PackageKind::OwnPip => {
            "no version on the index has one for it; its own pip would build a patched one"
        }
        PackageKind::Wheels | PackageKind::None => "no version on the index has one for it",
    }
}

/// The packages with all that they need, or none if there is no such set.
fn resolve(uv: &Path, locking: &Locking<'_>, names: &[String]) -> Result<Option<String>, InstallError> {
    if names.is_empty() {
        return Ok(Some(String::new()));
    }
    let version = locking.definition.identity.as_ref().map_or("", |identity| &identity.version);
    let mut arguments: Vec<&OsStr> = [
        "pip",
        "compile",
        "--quiet",
        "--color",
        "never",
        "--no-header",
        "--no-python-downloads",
        "--generate-hashes",
        "--only-binary",
        ":all:",
        "--python-version",
        version,
        "--python",
    ]
    .map(OsStr::new)
    .to_vec();
    arguments.push(locking.executable.as_os_str());
    arguments.extend(locking.offline.then_some(OsStr::new("--offline")));
    arguments.push(OsStr::new("-"));
    let expression = duct::cmd(uv, &arguments).stdin_bytes(names.join("\n"));
    tracing::debug!(?expression, "locking");
    let ran = expression.stdout_capture().stderr_capture().unchecked().run()?;
    let said = String::from_utf8_lossy(&ran.stderr);
    if ran.status.success() {
        return Ok(Some(String::from_utf8_lossy(&ran.stdout).into_owned()));
    }
    // What it could not fetch has no solution either.
    let failure = if locking.offline { InstallFailure::Offline } else { InstallFailure::Unreachable };
    let unreached = locking.offline && said.contains("network was disabled");
    if said.contains(UNSOLVABLE) && !unreached {
        return Ok(None);
    }
    let lines: Vec<&str> = said.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    Err(InstallError::new(failure, format!("uv: {}", lines.join("; "))))
}
