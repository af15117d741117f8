//! Rows with a label above each mark: the layout of every chart that compares cases by name.
//!
//! The label stands above, not beside, its mark, so that long names fit a phone.

use super::axis::{Axis, seconds_label};
use super::element::{Anchor, Element};
use crate::text::{abridged, visible};

/// A row's height in user units: a label, a mark and some air.
const ROW: u32 = 38;

/// Room for the axis.
const FOOT: u32 = 34;

/// The axes of a figure's panels: one for all interpreters, and the native baseline's own where it would
/// squeeze all others into a corner.
pub(super) struct Scales {
    shared: Axis,
    native: Option<Axis>,
}

impl Scales {
    /// Axes for seconds, each with whether it was measured natively.
    pub(super) fn of_seconds(values: &[(bool, f64)]) -> Self {
        let axis = |wanted: &dyn Fn(bool) -> bool| {
            Axis::over(
                values.iter().filter(|(native, _)| wanted(*native)).map(|(_, value)| *value),
                seconds_label,
            )
        };
        let (all, others) = (axis(&|_| true), axis(&|native| !native));
        let mixed = values.iter().any(|(native, _)| *native) && values.iter().any(|(native, _)| !native);
        if mixed && all.is_logarithmic() && !others.is_logarithmic() {
            Self { shared: others, native: Some(axis(&|native| native)) }
        } else {
            Self { shared: all, native: None }
        }
    }

    /// The axis of a panel.
    pub(super) fn axis(&self, native: bool) -> &Axis {
        self.native.as_ref().filter(|_| native).unwrap_or(&self.shared)
    }

    /// Whether a panel has a scale that the others do not have.
    pub(super) fn is_apart(&self, native: bool) -> bool {
        native && self.native.is_some()
    }

    /// What a reader must know of the scales.
    pub(super) fn note(&self) -> &'static str {
        match (&self.native, self.shared.is_logarithmic()) {
            (Some(_), _) => "The interpreters share one scale; native code, far faster, has its own.",
            (None, true) => "All panels share one scale, which is logarithmic.",
            (None, false) => "All panels share one scale.",
        }
    }
}

/// The height of a drawing with this many rows.
pub(super) fn height(rows: usize) -> u32 {
    u32::try_from(rows.max(1)).unwrap_or(1) * ROW + FOOT
}

/// The same with a part of a row at the foot.
pub(super) fn height_with(rows: f64) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some hundred at most")]
    let rows = (rows * f64::from(ROW)).round() as u32;
    rows + FOOT
}

/// The vertical axis: one unit a row, the first on top.
pub(super) fn axis(rows: usize) -> Axis {
    Axis::with_ticks(-(rows.max(1) as f64)..0.0, Vec::new())
}

/// The middle of a row's mark.
pub(super) fn middle(row: usize) -> f64 {
    -(row as f64) - 0.68
}

/// Characters of a row's label that fit in common sans-serif fonts; the mark's title has all of a longer one.
const LONGEST: usize = 44;

/// A row's label, from the left end of the axis.
pub(super) fn label(row: usize, text: &str, x: &Axis) -> Element {
    label_within(-(row as f64), text, LONGEST, x, "row-label")
}

/// The same with its top at this position of the vertical axis, as one of many with a class in common.
pub(super) fn label_at(top: f64, text: &str, x: &Axis) -> Element {
    label_within(top, text, LONGEST, x, "")
}

/// The label of a row, shortened so that `other`, which ends at the right end of the axis, fits beside it.
pub(super) fn label_beside(row: usize, text: &str, other: &str, x: &Axis) -> Element {
    /// Less says nothing.
    const SHORTEST: usize = 12;
    /// Between the two.
    const GAP: usize = 3;
    let longest = LONGEST.saturating_sub(other.chars().count() + GAP).max(SHORTEST);
    label_within(-(row as f64), text, longest, x, "row-label")
}

fn label_within(top: f64, text: &str, longest: usize, x: &Axis, class: &str) -> Element {
    let text = visible(text);
    let shown = abridged(&text, longest);
    let element = Element::text(shown.as_ref(), (x.range.start, top), Anchor::Start, (2, 14), class);
    if shown == text { element } else { element.titled(text.as_ref()) }
}
