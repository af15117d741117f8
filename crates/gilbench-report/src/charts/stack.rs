//! Rows of cases under the names of their interpreters, in as few panels as stay readable.
//!
//! A workload seldom has more than a few cases on one interpreter: a panel for each would be axes more than marks, and
//! would set apart what is to be compared. So interpreters share a panel until it is full, and none is split.
//!
//! Positions are user units from the top of the plot, downwards and so negative: a row is as high as it needs.

use gilbench_model::Name;

use super::axis::Axis;
use super::element::{Anchor, Element};
use super::{Panel, rows};
use crate::error::ReportErrorKind;
use crate::joined::{Entry, Report};
use crate::numbers::count;

/// Rows after which a panel is full.
const FULL: usize = 14;

/// Height of an interpreter's name.
const HEAD: u32 = 22;

/// Where the middle of a row's first mark is, below its label.
const LABEL: u32 = 24;

/// What a frame adds above and below the plot.
const AROUND: u32 = 31;

/// The cases of one interpreter.
pub(super) struct Group<'a> {
    pub(super) interpreter: &'a Name,
    pub(super) entries: Vec<Entry<'a>>,
}

/// Cases by interpreter, in the report's order; within one the fastest first.
pub(super) fn groups<'a>(report: &Report<'a>, entries: &[Entry<'a>]) -> Vec<Group<'a>> {
    let group = |interpreter: &&'a Name| {
        let own = entries.iter().filter(|entry| entry.case.interpreter == **interpreter);
        let mut entries: Vec<Entry<'a>> = own.copied().collect();
        entries.sort_by(|a, b| fastest_first(a).total_cmp(&fastest_first(b)));
        (!entries.is_empty()).then_some(Group { interpreter, entries })
    };
    report.interpreters().iter().filter_map(group).collect()
}

/// The order of rows in every chart, so that they stand beside each other: by steady time; cases without one stand last.
fn fastest_first(entry: &Entry<'_>) -> f64 {
    entry.finding.steady.map_or(f64::INFINITY, |time| time.point)
}

/// Draws groups in panels of about as many rows each, whose ids begin with `id`; groups of which `apart` differs share
/// none.
pub(super) fn panels<'a, K: PartialEq>(
    id: &str,
    groups: Vec<Group<'a>>,
    apart: impl Fn(&Group<'a>) -> K,
    mut draw: impl FnMut(String, &[Group<'a>]) -> Result<Panel, ReportErrorKind>,
) -> Result<Vec<Panel>, ReportErrorKind> {
    let packed = packed(groups, apart);
    packed.iter().enumerate().map(|(index, panel)| draw(format!("{id}-{index}"), panel)).collect()
}

/// Neighbours that share a panel.
fn packed<'a, K: PartialEq>(groups: Vec<Group<'a>>, apart: impl Fn(&Group<'a>) -> K) -> Vec<Vec<Group<'a>>> {
    let sizes: Vec<(usize, K)> = groups.iter().map(|group| (group.entries.len(), apart(group))).collect();
    let mut groups = groups.into_iter();
    bins(&sizes).into_iter().map(|count| groups.by_ref().take(count).collect()).collect()
}

/// How many neighbours share each panel, of groups with so many rows.
fn bins<K: PartialEq>(groups: &[(usize, K)]) -> Vec<usize> {
    let all: usize = groups.iter().map(|(rows, _)| rows).sum();
    let share = all.div_ceil(all.div_ceil(FULL).max(1));
    let mut bins: Vec<usize> = Vec::new();
    let (mut rows, mut before) = (0, None);
    for (own, kind) in groups {
        let open = bins.last_mut().filter(|_| rows + own / 2 < share && before == Some(kind));
        if let Some(bin) = open {
            *bin += 1;
            rows += own;
        } else {
            bins.push(1);
            rows = *own;
        }
        before = Some(kind);
    }
    bins
}

/// Whose cases a panel has, for its title: `cpython-3.12, native` or `5 interpreters`.
pub(super) fn names(panel: &[Group<'_>]) -> String {
    if panel.len() <= 3 {
        panel.iter().map(|group| group.interpreter.to_string()).collect::<Vec<_>>().join(", ")
    } else {
        count(panel.len() as u64, "interpreter")
    }
}

/// Places rows from the top down.
pub(super) struct Stack {
    top: u32,
}

impl Stack {
    /// With so much room above the first row.
    pub(super) fn below(room: u32) -> Self {
        Self { top: room }
    }

    /// An interpreter's name, and the beginning of its rows, which have its colour; [`Element::close`] ends them.
    pub(super) fn open(&mut self, report: &Report<'_>, interpreter: &Name, x: &Axis) -> [Element; 2] {
        let at = (x.range.start, -f64::from(self.top));
        self.top += HEAD;
        let group = Element::open(format!("rows {}", report.colour(interpreter)));
        [group, Element::text(interpreter.as_str(), at, Anchor::Start, (2, 16), "head")]
    }

    /// The next row, its marks in a band of this height: its label, and where the middle of its first mark is.
    pub(super) fn row(&mut self, text: &str, x: &Axis, band: u32) -> (Element, f64) {
        let label = rows::label_at(-f64::from(self.top), text, x);
        let middle = -f64::from(self.top + LABEL);
        self.top += LABEL + band;
        (label, middle)
    }

    /// The height of the drawing, and the vertical axis of its plot.
    pub(super) fn end(&self) -> (u32, Axis) {
        // The plot ends a tenth before the next unit begins.
        (self.top + AROUND, Axis::with_ticks(0.1 - f64::from(self.top)..0.0, Vec::new()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_rows_share_a_panel_and_many_make_panels_of_about_one_height() {
        let alike = |sizes: &[usize]| bins(&sizes.iter().map(|size| (*size, ())).collect::<Vec<_>>());
        assert_eq!(alike(&[1, 2, 1, 1]), [4]);
        assert_eq!(alike(&[6, 6, 6, 6]), [2, 2]);
        assert_eq!(alike(&[30, 1, 1]), [1, 2], "none is split");
        assert_eq!(alike(&[]), [0; 0]);
    }

    #[test]
    fn what_has_another_scale_stands_apart() {
        assert_eq!(bins(&[(1, false), (1, false), (1, true)]), [2, 1]);
    }
}
