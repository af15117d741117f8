//! Why a report cannot be made or written.

use std::path::PathBuf;

/// A file of the site that cannot be made or written, and why.
#[derive(Debug, thiserror::Error)]
#[error("failed to make `{}`", .path.display())]
pub struct ReportError {
    /// The page, relative to the site, or the folder.
    pub path: PathBuf,
    /// What is wrong.
    #[source]
    pub kind: ReportErrorKind,
}

/// What is wrong.
#[derive(Debug, thiserror::Error)]
pub enum ReportErrorKind {
    /// The findings belong to another run.
    #[error("the findings are of {found} cases, the plan has {expected}")]
    NotOfThisRun {
        /// Cases in the findings.
        found: usize,
        /// Cases in the plan.
        expected: usize,
    },
    /// A page cannot be filled in.
    #[error(transparent)]
    Template(#[from] minijinja::Error),
    /// A chart cannot be drawn.
    #[error("a chart cannot be drawn: {0}")]
    Chart(String),
    /// Data cannot be written as JSON.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// The folder holds something else than an older site.
    #[error("the folder is not empty and holds no site of gilbench, so it is left as it is")]
    Foreign,
    /// The disk refuses.
    #[error(transparent)]
    Write(#[from] std::io::Error),
}

impl ReportErrorKind {
    pub(crate) fn at(self, path: impl Into<PathBuf>) -> ReportError {
        ReportError { path: path.into(), kind: self }
    }
}
