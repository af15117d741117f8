//! Installs one package with all that it needs into a folder of its own.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::checking::Checking;
use super::refusal::{Refusal, Said};
use super::report::Report;
use super::requirement::Requirement;
use super::subject::{Installer, Subject};
use crate::install::{Command, CommandError};
use crate::packages::UNSET;

/// The slowest that is allowed: packages that are built from source, where that was asked for.
pub(super) const LIMIT: Duration = Duration::from_mins(20);

/// Where the parts of one attempt are.
pub(super) struct Place {
    folder: PathBuf,
}

impl Place {
    /// Makes it, empty.
    pub(super) fn new(folder: PathBuf) -> std::io::Result<Self> {
        std::fs::create_dir_all(folder.join("home"))?;
        Ok(Self { folder })
    }

    /// What is installed.
    pub(super) fn target(&self) -> PathBuf {
        self.folder.join("packages")
    }

    /// A home for what imports leave behind.
    pub(super) fn home(&self) -> PathBuf {
        self.folder.join("home")
    }

    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // The scratch folder around it goes away later in any case.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Why nothing was installed: the package's own doing, or somebody's who wants to stop.
pub(super) enum Stopped {
    Refused(Refusal),
    Interrupted,
}

/// Installs a package. Only pip tells from which files.
pub(super) fn install(
    checking: &Checking<'_>,
    subject: &Subject,
    requirement: &Requirement,
    place: &Place,
) -> Result<Option<Report>, Stopped> {
    use super::answer::Outcome::InstallFailed;
    let failed = |message: String| Stopped::Refused(Refusal::new(InstallFailed, message));
    let told = |error: std::io::Error| failed(error.to_string());
    let file = place.file("requirements.txt");
    let pip = subject.installer == Installer::Pip;
    std::fs::write(place.file("constraints.txt"), checking.requirements.constraints(requirement))
        .map_err(told)?;
    std::fs::write(&file, text(checking, requirement, place, !pip)).map_err(told)?;
    let (log, report, words) = (place.file("pip.log"), place.file("report.json"), place.file("words"));
    let command = match &subject.installer {
        Installer::Pip => pip_install(subject, place, checking)
            .arguments(["--log".as_ref(), log.as_os_str()])
            .arguments(["--report".as_ref(), report.as_os_str()]),
        Installer::Uv(uv) => uv_install(uv, subject, place, checking),
    };
    let command =
        command.argument("--target").argument(place.target()).argument("--requirement").argument(&file);
    let ended = command.run(&words, checking.interrupted);
    match ended {
        Ok(()) => {}
        Err(CommandError::Interrupted) => return Err(Stopped::Interrupted),
        Err(CommandError::Failed { .. }) => {
            let read =
                |file: &Path| String::from_utf8_lossy(&std::fs::read(file).unwrap_or_default()).into_owned();
            let (words, log) = (read(&words), read(&log));
            let said = Said {
                requirement,
                abi: &subject.abi(),
                offline: checking.offline,
                words: &words,
                log: &log,
            };
            return Err(Stopped::Refused(if pip { Refusal::of_pip(&said) } else { Refusal::of_uv(&said) }));
        }
        Err(error) => return Err(failed(error.to_string())),
    }
    let report = Report::read(&report);
    let other = report.iter().flat_map(|report| &report.items);
    let mut other = other.filter(|item| !item.has_one_of(&checking.requirements.digests(&item.name)));
    match other.next() {
        // pip itself would want a digest of every single one.
        Some(item) => Err(failed(format!("`{}` has another digest than was asked for", item.file))),
        None => Ok(report),
    }
}

/// A requirement file with this package alone, and what goes for all of them.
fn text(checking: &Checking<'_>, requirement: &Requirement, place: &Place, digests: bool) -> String {
    let mut lines = checking.requirements.options.clone();
    lines.push(format!("--constraint {}", place.file("constraints.txt").display()));
    let digests = requirement.digests.iter().filter(|_| digests).map(|digest| format!("--hash={digest}"));
    let words: Vec<String> = std::iter::once(requirement.text.clone()).chain(digests).collect();
    lines.push(words.join(" "));
    lines.join("\n") + "\n"
}

/// `pip install`, without what is to be installed.
pub(super) fn pip_install(subject: &Subject, place: &Place, checking: &Checking<'_>) -> Command {
    let command = Command::new(&subject.executable, place.folder(), LIMIT)
        .arguments(["-m", "pip", "install", "--quiet", "--no-input", "--no-color", "--progress-bar", "off"])
        .arguments(["--disable-pip-version-check", "--root-user-action", "ignore"])
        .arguments(checking.offline.then_some("--no-index"));
    let command = with_binaries(command, checking);
    // What was built long ago beats what would have to be built now, as it does without `--build`.
    let command = command.arguments(checking.build.then_some("--prefer-binary"));
    UNSET.iter().chain(&["PIP_REQUIRE_HASHES"]).fold(command, |command, name| command.variable(name, ""))
}

fn uv_install(uv: &Path, subject: &Subject, place: &Place, checking: &Checking<'_>) -> Command {
    let command = Command::new(uv, place.folder(), LIMIT)
        .arguments(["pip", "install", "--quiet", "--color", "never", "--no-progress", "--python"])
        .argument(&subject.executable)
        .arguments(checking.offline.then_some("--offline"));
    with_binaries(command, checking)
}

fn with_binaries(command: Command, checking: &Checking<'_>) -> Command {
    if checking.build { command } else { command.arguments(["--only-binary", ":all:"]) }
}
