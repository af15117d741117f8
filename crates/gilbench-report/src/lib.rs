//! Findings to a static site: pages, charts and data files in one folder.
//!
//! Owns: templates, styles, charts and wording. Everything is embedded in the program, all links are relative,
//! and no page asks the network for anything, so a folder opens from `file://` years later.
//!
//! Not responsible for: computing any number (that is `gilbench-analysis`), reading a run directory (that is
//! `gilbench-model`), or printing.

#![forbid(unsafe_code)]

mod best;
mod charts;
mod csv;
mod data;
mod error;
mod export;
mod headline;
mod joined;
mod lead;
mod noise;
pub mod numbers;
mod pages;
mod questions;
mod site;
mod stops;
mod summary;
mod tax;
mod templates;
mod terminal;
mod text;

use gilbench_analysis::earlier::Earlier;
use gilbench_analysis::findings::Findings;
use gilbench_model::kind_of_work::KindOfWork;
use gilbench_model::run_directory::Run;

pub use csv::csv_cell;
pub use error::{ReportError, ReportErrorKind};
pub use export::{Chart, Scheme};
pub use noise::noise_sentence;
pub use site::{MARKER, Site};
pub use text::{markdown, visible, wrapped};

/// What a site is made from.
#[derive(Clone, Copy)]
pub struct Sources<'a> {
    /// The run that it is about.
    pub run: &'a Run,
    /// What that shows.
    pub findings: &'a Findings,
    /// What earlier runs add, where there are any.
    pub earlier: Option<&'a Earlier>,
    /// The rows of the decision matrix; none: no matrix.
    pub kinds: &'a [KindOfWork],
}

impl<'a> Sources<'a> {
    /// Nothing but one run.
    pub fn new(run: &'a Run, findings: &'a Findings) -> Self {
        Self { run, findings, earlier: None, kinds: &[] }
    }
}

/// Renders every page of a run's site.
///
/// Fails where the findings are not those of the run; a template or chart that cannot be drawn is a defect, but is
/// returned too, because a recorded run must not be lost to a panic.
pub fn render(sources: Sources<'_>) -> Result<Site, ReportError> {
    pages::render(&joined::Report::new(sources)?)
}

/// Every chart of a run's site, in the order of its pages, to be drawn by itself.
///
/// Fails where [`render`] does.
pub fn charts(sources: Sources<'_>) -> Result<Vec<Chart>, ReportError> {
    export::charts(&joined::Report::new(sources)?)
}

/// The run's answer, verdicts and fastest strategies as Markdown, for a job summary.
///
/// Says so, and nothing else, where the findings are not those of the run.
pub fn summary_markdown(sources: Sources<'_>) -> String {
    match joined::Report::new(sources) {
        Ok(report) => summary::summary(&report),
        Err(error) => format!("No summary: {}\n", markdown(&error.to_string())),
    }
}

/// The run's answer with a chart of the speed-up of threads, and how claims and cases came out, as lines of at most
/// `width` columns: plain text, without colours, for a terminal.
///
/// Says so, and nothing else, where the findings are not those of the run.
pub fn summary_text(sources: Sources<'_>, width: usize) -> String {
    match joined::Report::new(sources) {
        Ok(report) => terminal::summary(&report, width),
        Err(error) => format!("No summary: {error}"),
    }
}
