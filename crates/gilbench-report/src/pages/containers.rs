//! What a container costs: cases in one beside the same cases on the machine itself.

use serde::Serialize;

use crate::joined::Report;
use crate::numbers::Figure;
use crate::tax::{Tax, taxes};
use crate::text::anchor;

/// A case in a container beside the same one on the machine itself.
#[derive(Serialize)]
pub(super) struct Contained {
    /// Of the case's id, which may break between them.
    parts: Vec<String>,
    anchor: String,
    ratio: Option<Figure>,
    state: &'static str,
}

/// Those that the plan has outside a container too.
pub(super) fn contained(report: &Report<'_>) -> Vec<Contained> {
    taxes(report).iter().map(row).collect()
}

fn row(tax: &Tax<'_>) -> Contained {
    Contained {
        parts: tax.entry.case.id.split('/').map(str::to_owned).collect(),
        anchor: anchor(&tax.entry.case.id),
        ratio: tax.figure(),
        state: tax.entry.state().0,
    }
}
