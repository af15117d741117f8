//! `gilbench diagnose`: why a program of the user's does not run in parallel, and what would help.

mod answer;
mod attach;
mod candidate;
mod experiment;
mod page;
mod subject;
mod text;

use std::process::ExitCode;

use gilbench_analysis::diagnosis::{Verdict, diagnose};

use self::answer::Answer;
use crate::cli::{Common, Diagnose, DiagnoseFormat};
use crate::exit::{FAILURE, INTERRUPTED};
use crate::interrupt::Interrupt;
use crate::output;

/// Diagnoses a program, and prints what came of it.
pub(super) fn run(common: &Common, arguments: &Diagnose) -> anyhow::Result<ExitCode> {
    let interrupt = Interrupt::listen()?;
    let Some(experiment) = (match arguments.attach {
        Some(process) => attach::observe(process, arguments, &interrupt)?,
        None => experiment::make(common, arguments, &interrupt)?,
    }) else {
        return Ok(ExitCode::from(INTERRUPTED));
    };
    let answer = Answer::new(&diagnose(&experiment.case()), &experiment);
    match arguments.format {
        DiagnoseFormat::Text => text::print(&answer)?,
        DiagnoseFormat::Json => output::json(&answer)?,
        DiagnoseFormat::Html => output::verbatim(&page::page(&answer, &experiment)?)?,
    }
    let failed = arguments.fail_on.iter().any(|verdict| verdict.0 == answer.verdict);
    Ok(if failed { ExitCode::from(FAILURE) } else { ExitCode::SUCCESS })
}

/// A verdict, as an argument.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Named(pub(crate) Verdict);

/// Reads a verdict's word.
pub(crate) fn verdict(word: &str) -> Result<Named, String> {
    let known = || Verdict::ALL.into_iter().map(Verdict::as_str);
    let found = Verdict::ALL.into_iter().find(|verdict| verdict.as_str() == word);
    found.map(Named).ok_or_else(|| gilbench_model::data_file::known_words(word, known()))
}
