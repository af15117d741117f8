//! The page with every case of the plan.

use serde::Serialize;

use super::case_rows::{CaseTable, table};
use super::controls;
use crate::joined::Report;

#[derive(Serialize)]
pub(super) struct Cases {
    table: CaseTable,
    /// Of the plan, what is measured besides included.
    planned: u32,
    controls: String,
    measured: u32,
    failed: u32,
    skipped: u32,
    too_few: u32,
    pending: u32,
}

pub(super) fn cases(report: &Report<'_>) -> Cases {
    let totals = &report.findings.totals;
    Cases {
        table: table(report, report.entries.iter().copied()),
        planned: totals.cases,
        controls: controls(totals),
        measured: totals.measured,
        failed: totals.failed,
        skipped: totals.skipped,
        too_few: totals.too_few,
        pending: totals.pending,
    }
}
