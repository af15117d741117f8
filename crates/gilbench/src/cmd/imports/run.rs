//! Reads what is asked for, tries it, prints what came of it.

use std::path::Path;
use std::process::ExitCode;

use gilbench_runner::RunFailure;
use gilbench_runner::imports::{Checking, FileErrorKind, Outcome, Requirement, Requirements, Subject};
use gilbench_runner::install::{InstallFailure, Step};

use super::{Tried, document, print, subjects};
use crate::cli::{Common, FailOn, Imports};
use crate::exit::{FAILURE, UsageError};
use crate::interrupt::Interrupt;
use crate::output::Format;
use crate::progress::Installation;
use crate::scratch::Scratch;
use crate::{data, here, output};

/// Tries packages on interpreters.
pub(crate) fn run(common: &Common, verb: &Imports) -> anyhow::Result<ExitCode> {
    let requirements = requirements(verb, &here::folder()?)?;
    let catalog = data::catalog(common)?;
    // Before anything is installed: a mistake is told at once.
    let chosen = subjects::chosen(&catalog, common, &verb.interpreter)?;
    let scratch = Scratch::new()?;
    let interrupt = Interrupt::listen()?;
    let interrupted = || interrupt.came();
    let reporter = Installation::new();
    let progress = |subject: &Subject, package: &str, what: &str| {
        reporter.show(subject.id.as_str(), package, Step::Work { what });
    };
    let checking = Checking {
        requirements: &requirements,
        scratch: scratch.path(),
        offline: verb.offline,
        build: verb.build,
        limit: verb.timeout,
        progress: &progress,
        interrupted: &interrupted,
    };
    let mut tried = Vec::new();
    for subject in subjects::ask(chosen, !verb.interpreter.is_empty(), scratch.path(), &interrupted)? {
        let answers = checking.on(&subject);
        reporter.clear();
        match answers {
            Ok(answers) => tried.push(Tried { subject, answers }),
            Err(error) if error.failure == InstallFailure::Interrupted => {
                return Err(RunFailure::Interrupted.into());
            }
            Err(error) => return Err(error.into()),
        }
    }
    match verb.format {
        Format::Json => output::json(&document::rows(&tried))?,
        Format::Text => print::print(&tried, verb.build)?,
    }
    Ok(verdict(&tried, verb.fail_on))
}

/// What is asked for, each package once.
fn requirements(verb: &Imports, folder: &Path) -> Result<Requirements, UsageError> {
    let mut requirements = Requirements::default();
    for file in &verb.requirement {
        requirements.add_file(file).map_err(|error| {
            let hint = match &error.kind {
                FileErrorKind::Read(_) => "name a requirement file, or packages without `-r`",
                FileErrorKind::Line { .. } | FileErrorKind::Option { .. } => {
                    "docs/imports.md says which lines of a requirement file are understood"
                }
            };
            UsageError::new(format!("{error}: {}", error.kind), hint)
        })?;
    }
    for text in &verb.packages {
        let requirement = Requirement::parse(text, folder).map_err(|error| {
            UsageError::new(
                error.to_string(),
                "packages are named as for `pip install`; files with `-r FILE`",
            )
        })?;
        requirements.add(requirement);
    }
    if requirements.packages.is_empty() {
        let hint = "gilbench imports numpy pandas";
        return Err(UsageError::new("the requirement files name no package", hint));
    }
    Ok(requirements)
}

/// A success, however it turned out, unless somebody wants it to be none.
fn verdict(tried: &[Tried], fail_on: Option<FailOn>) -> ExitCode {
    let outcomes = || tried.iter().flat_map(|tried| tried.answers.iter().map(|answer| answer.outcome));
    let failed = match fail_on {
        None => false,
        Some(FailOn::Gil) => outcomes().any(|outcome| outcome == Outcome::GilOn),
        Some(FailOn::Any) => outcomes().any(|outcome| !outcome.is_good() && outcome != Outcome::LeftOut),
    };
    if failed { ExitCode::from(FAILURE) } else { ExitCode::SUCCESS }
}
