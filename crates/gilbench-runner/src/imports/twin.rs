//! What a build with a GIL of the same version would get: asked of pip, without such a build and without installing.

use std::collections::BTreeMap;

use super::answer::WithGil;
use super::checking::Checking;
use super::installing::{Place, pip_install};
use super::report::Report;
use super::requirement::Requirement;
use super::subject::{Installer, Subject};
use super::wheel::Wheel;
use crate::install::CommandError;

/// The wheels of these packages, by name. Without those that have none, and empty where pip cannot be asked.
pub(super) fn with_gil(
    checking: &Checking<'_>,
    subject: &Subject,
    packages: &[&Requirement],
    place: &Place,
) -> Result<BTreeMap<String, WithGil>, CommandError> {
    let alike = subject.free_threaded && subject.facts.implementation == "cpython";
    if packages.is_empty() || !alike || subject.installer != Installer::Pip {
        return Ok(BTreeMap::new());
    }
    if let Some(found) = ask(checking, subject, packages, place)? {
        return Ok(found);
    }
    // One that has none spoils the answer for all.
    let mut found = BTreeMap::new();
    for package in packages.iter().filter(|_| packages.len() > 1) {
        found.extend(ask(checking, subject, &[package], place)?.unwrap_or_default());
    }
    Ok(found)
}

fn ask(
    checking: &Checking<'_>,
    subject: &Subject,
    packages: &[&Requirement],
    place: &Place,
) -> Result<Option<BTreeMap<String, WithGil>>, CommandError> {
    let (file, report) = (place.file("with-gil.txt"), place.file("with-gil.json"));
    let failed = |error| CommandError::Run { program: subject.executable.clone(), error };
    let lines = checking.requirements.options.iter().map(String::as_str);
    let lines = lines.chain(packages.iter().map(|package| package.text.as_str()));
    std::fs::write(&file, lines.collect::<Vec<_>>().join("\n")).map_err(failed)?;
    // What was told about others is not about these.
    let _ = std::fs::remove_file(&report);
    let version = &subject.facts.version;
    let abi = format!("cp{}", version.replace('.', ""));
    let mut command = pip_install(subject, place, checking)
        .arguments(["--dry-run", "--no-deps", "--implementation", "cp", "--python-version", version])
        .arguments(["--abi", &abi, "--abi", "abi3", "--abi", "none"]);
    for platform in &subject.facts.platforms {
        command = command.arguments(["--platform", platform]);
    }
    if checking.build {
        // pip takes tags only for wheels.
        command = command.arguments(["--only-binary", ":all:"]);
    }
    let command = command.argument("--target").argument(place.target());
    let command = command.arguments(["--report".as_ref(), report.as_os_str()]);
    match command.argument("--requirement").argument(&file).run(&place.file("words"), checking.interrupted) {
        Ok(()) => {}
        Err(error @ CommandError::Interrupted) => return Err(error),
        Err(_) => return Ok(None),
    }
    let items = Report::read(&report).unwrap_or_default().items.into_iter();
    let found = items.filter_map(|item| {
        Some((item.name, WithGil { version: item.version, wheel: Wheel::of_file(&item.file)? }))
    });
    Ok(Some(found.collect()))
}
