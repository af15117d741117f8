//! Several quantities side by side in one drawing, each on an axis of its own: what is said of a case stands in its row.

use super::axis::Axis;
use super::element::{Anchor, Element};
use super::frame::PLOT;

/// Between two columns, as a share of one.
const GAP: f64 = 0.24;

/// Room that titles take above the first row, in user units.
pub(super) const TITLES: u32 = 20;

/// One quantity.
pub(super) struct Column {
    pub(super) title: &'static str,
    pub(super) axis: Axis,
}

/// Columns of equal width. Positions of the common axis are numbers of columns.
pub(super) struct Columns(Vec<Column>);

impl Columns {
    /// Leaves out ticks for which a column has no room.
    pub(super) fn new(mut columns: Vec<Column>) -> Self {
        let width = PLOT / columns.len().max(1) as f64;
        for column in &mut columns {
            column.axis.thin(width * (1.0 - GAP), (width * GAP / 2.0, width * GAP / 2.0));
        }
        Self(columns)
    }

    /// Where a value stands.
    pub(super) fn at(&self, column: usize, value: f64) -> f64 {
        self.0.get(column).map_or(f64::NAN, |own| place(column, own, own.axis.at(value)))
    }

    /// Where a column begins.
    pub(super) fn start(column: usize) -> f64 {
        column as f64 + GAP / 2.0
    }

    /// The axis of all of them.
    pub(super) fn axis(&self) -> Axis {
        let ticks = self.0.iter().enumerate().flat_map(|(index, column)| {
            column
                .axis
                .ticks
                .iter()
                .map(move |(position, label)| (place(index, column, *position), label.clone()))
        });
        Axis::with_ticks(0.0..self.0.len() as f64, ticks.collect())
    }

    /// Their titles, above the rows.
    pub(super) fn titles(&self) -> impl Iterator<Item = Element> {
        self.0.iter().enumerate().map(|(index, column)| {
            Element::text(column.title, (Self::start(index), 0.0), Anchor::Start, (0, 12), "note")
        })
    }
}

/// A position of a column's own axis on the common one.
fn place(index: usize, column: &Column, position: f64) -> f64 {
    let range = &column.axis.range;
    let share = (position - range.start) / (range.end - range.start);
    Columns::start(index) + share * (1.0 - GAP)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charts::axis::plain_label;

    #[test]
    fn each_column_has_its_own_scale_and_stays_in_its_place() {
        let column = |high| Column { title: "one", axis: Axis::linear(0.0, high, plain_label) };
        let columns = Columns::new(vec![column(2.0), column(2000.0)]);
        let close = |a: f64, b: f64| (a - b).abs() < 1e-9;
        assert!(close(columns.at(1, 0.0) - columns.at(0, 0.0), 1.0));
        assert!(close(columns.at(1, 1000.0) - columns.at(0, 1.0), 1.0));
        assert!(columns.at(0, 2.0) < 1.0 && columns.at(1, 0.0) > 1.0);
        let axis = columns.axis();
        assert!(axis.ticks.windows(2).all(|pair| pair[0].0 < pair[1].0), "{:?}", axis.ticks);
        assert_eq!(columns.titles().count(), 2);
    }
}
