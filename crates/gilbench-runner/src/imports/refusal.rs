//! Why a package could not be installed, by the words of pip and uv.

use gilbench_model::lock::normalised;

use super::answer::Outcome;
use super::listing::{Listing, Release};
use super::requirement::Requirement;

/// Why there is nothing to import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) outcome: Outcome,
    /// In one line.
    pub(super) message: String,
}

/// Where there is no reason.
const SILENT: &str = "it says nothing";

/// What was asked for, and what was said.
pub(super) struct Said<'a> {
    pub(super) requirement: &'a Requirement,
    /// The ABI of the interpreter's wheels.
    pub(super) abi: &'a str,
    pub(super) offline: bool,
    /// What people get to see.
    pub(super) words: &'a str,
    /// Everything: pip's log; empty where there is none.
    pub(super) log: &'a str,
}

impl Refusal {
    pub(super) fn new(outcome: Outcome, message: impl Into<String>) -> Self {
        Self { outcome, message: message.into() }
    }

    /// Of what pip said.
    pub(super) fn of_pip(said: &Said<'_>) -> Self {
        let Some((wanted, could_be)) = no_version(said.words) else {
            return Self::failed_with(
                build_error(said.words, said.log).or_else(|| last_error(said.words)).unwrap_or(SILENT),
            );
        };
        let name = wanted.split(|c: char| !(c.is_ascii_alphanumeric() || "._-".contains(c))).next();
        let name = normalised(name.unwrap_or(wanted));
        let dependency = name != said.requirement.name;
        let of_whom = if dependency { format!("its dependency {name}: ") } else { String::new() };
        let listing = Listing::of(said.log, &name);
        if listing.is_empty() && said.offline {
            return Self::failed_with(format!("`--offline`: no wheel of {name} was fetched before"));
        }
        if listing.is_empty() && !said.log.contains(" 404 ") && cannot_reach(said.log) {
            return Self::failed_with("the index cannot be reached");
        }
        let Some(newest) = listing.newest("") else {
            return Self::new(Outcome::NotFound, format!("{of_whom}it is not on the index"));
        };
        let versions = wanted.find(['<', '>', '=', '!', '~']).map_or("", |begin| &wanted[begin..]);
        let fitting = listing.newest(versions).filter(|_| could_be == "none");
        let Some(release) = fitting else {
            let message = format!("{of_whom}no version is {versions}; the newest is {}", newest.version);
            return Self::new(Outcome::NoVersion, message);
        };
        let outcome = if release.source { Outcome::OnlySource } else { Outcome::NoWheel };
        let which = match (versions, release.version == newest.version) {
            (_, true) => ", its newest,",
            (pinned, false) if pinned.starts_with("==") => "",
            (_, false) => ", the newest that fits,",
        };
        Self::new(outcome, format!("{of_whom}{}{which} has {}", release.version, has(&release, said.abi)))
    }

    /// Of what uv said: a chain of causes for people.
    pub(super) fn of_uv(said: &Said<'_>) -> Self {
        let says = |words: &str| said.words.contains(words);
        let hints = said.words.lines().map(str::trim).filter_map(|line| line.strip_prefix("hint: "));
        let reason = |ends: &str| hints.clone().find(|hint| hint.contains(ends)).map(str::to_owned);
        if says("was not found in the package registry") {
            return Self::new(Outcome::NotFound, "it is not on the index");
        }
        if let Some(reason) = reason("Wheels are required for") {
            return Self::new(Outcome::OnlySource, reason);
        }
        if let Some(reason) = reason("we only found wheels for") {
            return Self::new(Outcome::NoWheel, reason);
        }
        if says(" available and you require ") {
            return Self::new(Outcome::NoVersion, "no version that can be had fits");
        }
        Self::failed(said.words)
    }

    fn failed(words: &str) -> Self {
        Self::failed_with(last_error(words).unwrap_or(SILENT))
    }

    fn failed_with(message: impl Into<String>) -> Self {
        Self::new(Outcome::InstallFailed, message)
    }
}

/// `wheels for cp314t and builds with a GIL, none for cp313t, and a source distribution`
fn has(release: &Release, abi: &str) -> String {
    let mut kinds: Vec<&str> = release.free_threaded.iter().map(String::as_str).collect();
    // The many ABIs of builds with a GIL say little one by one.
    kinds.extend(release.abis.iter().any(|abi| abi != "none").then_some("builds with a GIL"));
    let wheels = match &kinds[..] {
        [] if release.abis.is_empty() => return "a source distribution and no wheel".to_owned(),
        [] => "other platforms".to_owned(),
        [one] => (*one).to_owned(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    };
    let source = if release.source { "and a source distribution" } else { "and no source distribution" };
    format!("wheels for {wheels}, none for {abi}, {source}")
}

/// What pip was looking for when there was none, and the versions that it could have had.
fn no_version(words: &str) -> Option<(&str, &str)> {
    let (_, rest) = words.split_once("Could not find a version that satisfies the requirement ")?;
    let line = rest.lines().next()?;
    let (wanted, versions) = line.split_once("(from versions: ")?;
    // `cffi>=1.12 (from cryptography)`
    let wanted = wanted.split(" (from ").next().unwrap_or(wanted);
    Some((wanted.trim(), versions.trim_end_matches(')')))
}

fn cannot_reach(log: &str) -> bool {
    ["Could not fetch URL", "connection error", "Retrying (", "NewConnectionError"]
        .iter()
        .any(|word| log.contains(word))
}

/// What the last build says of its failure: what a compiler calls an error, else its last error. With a log, pip keeps
/// that to the log, with the time before each line.
fn build_error<'a>(words: &str, log: &'a str) -> Option<&'a str> {
    let own = ["subprocess-exited-with-error", "pip._internal"];
    let failed = ["subprocess-exited-with-error", "Failed to build"];
    let (_, said) =
        log.rsplit_once("Running command ").filter(|_| failed.iter().any(|mark| words.contains(mark)))?;
    let said = || said.lines().take_while(|line| !own.iter().any(|own| line.contains(own)));
    let lines = || said().map(|line| line.split_once(' ').map_or(line, |(_, line)| line.trim()));
    let compiler = lines().find(|line| line.contains(" error: "));
    compiler.or_else(|| lines().filter(|line| line.contains("rror: ")).last())
}

/// The line that says most: pip's last error, or uv's last cause.
fn last_error(words: &str) -> Option<&str> {
    // That a solution is impossible says less than why.
    let says = |line: &&str| line.contains(char::is_alphanumeric) && !line.contains("ResolutionImpossible");
    let lines = || words.lines().map(str::trim).filter(says);
    let cause = lines().rfind(|line| line.starts_with("cause:"));
    let last =
        cause.or_else(|| lines().rfind(|line| line.starts_with("ERROR:"))).or_else(|| lines().next_back())?;
    let plain = ["ERROR: ", "error: ", "cause: "].into_iter().find_map(|mark| last.strip_prefix(mark));
    Some(plain.unwrap_or(last))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn pip(requirement: &str, words: &str, log: &str) -> (Outcome, String) {
        let requirement = Requirement::parse(requirement, Path::new("/")).unwrap();
        let said = Said { requirement: &requirement, abi: "cp313t", offline: false, words, log };
        let Refusal { outcome, message } = Refusal::of_pip(&said);
        (outcome, message)
    }

    fn none(requirement: &str) -> String {
        format!(
            "ERROR: Could not find a version that satisfies the requirement {requirement} (from versions: none)\nERROR: No matching distribution found"
        )
    }

    fn skipped(files: &[&str]) -> String {
        let lines = files.iter().map(|file| format!("Skipping link: why: https://host/{file} (from x)"));
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn what_the_index_has_is_told() {
        let gone = pip(
            "x",
            &none("x"),
            "Could not fetch URL https://h/simple/x/: 404 Client Error: Not Found - skipping",
        );
        assert_eq!(gone, (Outcome::NotFound, "it is not on the index".into()));
        let source = pip("x", &none("x"), &skipped(&["x-1.0.tar.gz"]));
        assert_eq!(
            source,
            (Outcome::OnlySource, "1.0, its newest, has a source distribution and no wheel".into())
        );
        let both = skipped(&["x-1.0.tar.gz", "x-1.0-cp313-cp313-win32.whl", "x-1.0-cp314-cp314t-win32.whl"]);
        let message = "1.0, its newest, has wheels for cp314t and builds with a GIL, none for cp313t, and a source distribution";
        assert_eq!(pip("x", &none("x"), &both), (Outcome::OnlySource, message.into()));
        let wheels =
            pip("x==1.0", &none("x==1.0"), &skipped(&["x-1.0-cp313-cp313-win32.whl", "x-2.0.tar.gz"]));
        let message = "1.0 has wheels for builds with a GIL, none for cp313t, and no source distribution";
        assert_eq!(wheels, (Outcome::NoWheel, message.into()));
        let version = pip("x==3", &none("x==3"), &skipped(&["x-2.0.tar.gz"]));
        assert_eq!(version, (Outcome::NoVersion, "no version is ==3; the newest is 2.0".into()));
    }

    #[test]
    fn versions_that_do_not_fit_are_not_called_missing() {
        let words =
            "ERROR: Could not find a version that satisfies the requirement x>9 (from versions: 1.0, 2.0)";
        let found = pip("x>9", words, &skipped(&["x-2.0-py3-none-any.whl"]));
        assert_eq!(found, (Outcome::NoVersion, "no version is >9; the newest is 2.0".into()));
    }

    #[test]
    fn a_dependency_without_a_wheel_is_named() {
        let log = skipped(&["cffi-2.0.tar.gz", "cffi-2.0-cp313-cp313-win32.whl"]);
        let found = pip("cryptography", &none("cffi>=1.12 (from cryptography)"), &log);
        let message = "its dependency cffi: 2.0, its newest, has wheels for builds with a GIL, none for cp313t, and a source distribution";
        assert_eq!(found, (Outcome::OnlySource, message.into()));
    }

    #[test]
    fn other_failures_are_told_by_their_last_reason() {
        let unreachable =
            pip("x", &none("x"), "Could not fetch URL https://h/x/: connection error: refused - skipping");
        assert_eq!(unreachable, (Outcome::InstallFailed, "the index cannot be reached".into()));
        let log = "T0 Running command Building\nT1 x.c:1: error: no such thing\nT2 error: Command gcc failed\nT3 error: \
                   subprocess-exited-with-error\nT4 ERROR: Failed building wheel for x";
        let message = "x.c:1: error: no such thing";
        let failed = pip("x", "ERROR: Failed to build x", log);
        assert_eq!(failed, (Outcome::InstallFailed, message.into()));
        let words = "ERROR: Cannot install x because these contradict each other.\nERROR: ResolutionImpossible: see\n";
        let message = "Cannot install x because these contradict each other.";
        assert_eq!(pip("x", words, ""), (Outcome::InstallFailed, message.into()));
        assert_eq!(pip("x", "", ""), (Outcome::InstallFailed, "it says nothing".into()));
    }

    #[test]
    fn uv_is_understood_too() {
        let requirement = Requirement::parse("x", Path::new("/")).unwrap();
        let uv = |words: &str| {
            let said = Said { requirement: &requirement, abi: "cp313t", offline: false, words, log: "" };
            Refusal::of_uv(&said).outcome
        };
        let begin = "error: No solution found when resolving dependencies\n  cause: Because ";
        assert_eq!(uv(&format!("{begin}x was not found in the package registry")), Outcome::NotFound);
        let source = "\nhint: Wheels are required for `x` because building from source is disabled";
        assert_eq!(uv(&format!("{begin}x has no usable wheels{source}")), Outcome::OnlySource);
        let wheel = "\nhint: You require free-threaded CPython, but we only found wheels for `x` (v1)";
        assert_eq!(uv(&format!("{begin}x has none{wheel}")), Outcome::NoWheel);
        assert_eq!(uv(&format!("{begin}only x<=1 is available and you require x>9")), Outcome::NoVersion);
        assert_eq!(uv("error: dns error"), Outcome::InstallFailed);
    }
}
