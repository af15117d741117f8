//! The table of cases. Every case that it is given has a row.
//!
//! It is made for size: markup that could be repeated in each row (marks, meanings of words, keys to sort by) stands once
//! or nowhere. Only the first rows are elements of the page at once, since a browser needs seconds to lay out ten
//! thousand; the others stand in a second table, for a script to take rows from, or to be read where there is none.

use std::collections::BTreeSet;

use gilbench_analysis::findings::CaseState;
use serde::Serialize;

use super::case_rows::{self, Shown, Word, head, tags};
use super::markup_of_cases;
use crate::charts::{Shape, mark};
use crate::joined::{Entry, Report};
use crate::numbers::above_one;

/// Rows that are elements of the page before anybody asks for more.
const AT_ONCE: usize = 200;

/// Which columns a table has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Columns {
    /// Those by which a case is found.
    Few,
    /// All that are of use to a row.
    All,
}

struct Column {
    title: &'static str,
    /// What it counts, where the title does not say.
    meaning: Option<&'static str>,
    few: bool,
    show: fn(&Report<'_>, Entry<'_>) -> Shown,
}

const fn column(
    title: &'static str,
    meaning: Option<&'static str>,
    few: bool,
    show: fn(&Report<'_>, Entry<'_>) -> Shown,
) -> Column {
    Column { title, meaning, few, show }
}

/// What was measured. In the row of a case without any of these one cell stands in place of them, and says why.
const FIGURES: [Column; 11] = [
    column("Steady", Some("seconds of a steady iteration"), true, case_rows::steady),
    column("Speed-up", Some("how many times as fast as the sequential case"), true, case_rows::speed_up),
    column("Efficiency", Some("speed-up over workers or effective CPUs"), false, case_rows::efficiency),
    column(
        "Over native",
        Some("its time over that of the fastest native case of the same work on the same CPUs"),
        false,
        case_rows::over_native,
    ),
    column("Warm-up", None, false, case_rows::warm_up),
    column("First (cold)", Some("seconds of a process's first iteration"), false, case_rows::first),
    column("Whole process", None, false, case_rows::whole),
    column(
        "by hyperfine",
        Some("the whole process as hyperfine, an independent tool, timed it"),
        false,
        case_rows::second_opinion,
    ),
    column(
        "CPUs busy",
        Some("CPU seconds over wall seconds of a steady iteration"),
        true,
        case_rows::cpus_busy,
    ),
    column("CPU of the tree", None, false, case_rows::tree_cpu),
    column("Memory", Some("the peak of a process with all its descendants"), true, case_rows::memory),
];

/// What it took to measure it.
const COURSE: [Column; 3] = [
    column("Rounds", None, true, case_rows::rounds),
    column(
        "Disturbed",
        Some("processes that something else on the machine held up"),
        false,
        case_rows::disturbed,
    ),
    column("Stopped", Some("which rule ended it"), false, case_rows::why_stopped),
];

/// Some cases, in order.
#[derive(Debug, Serialize)]
pub(super) struct CaseTable {
    /// What a reader could stumble over.
    note: Option<&'static str>,
    /// Drawings of marks, which rows point at.
    marks: String,
    columns: Vec<Title>,
    total: usize,
    /// Markup of the rows, which a template would take ten times as long to fill in.
    rows: String,
    /// Markup of those that are not elements of the page at once.
    rest: String,
    /// How many those are.
    behind: usize,
    /// Words in its cells and beside its names.
    words: Vec<Word>,
    /// Columns without a value in any row, and why.
    left_out: Vec<(&'static str, String)>,
}

#[derive(Debug, Serialize)]
struct Title {
    title: &'static str,
    meaning: Option<&'static str>,
}

/// The table of some cases.
pub(super) fn table<'a>(
    report: &Report<'a>,
    entries: impl Iterator<Item = Entry<'a>> + Clone,
    columns: Columns,
) -> CaseTable {
    let wanted = |column: &&Column| column.few || columns == Columns::All;
    let figures: Vec<&Column> = FIGURES.iter().filter(wanted).collect();
    let course: Vec<&Column> = COURSE.iter().filter(wanted).collect();
    let all: Vec<&Column> = figures.iter().chain(&course).copied().collect();

    let mut grid: Vec<Vec<Shown>> = Vec::new();
    let mut words = BTreeSet::new();
    let mut shapes = Vec::new();
    for entry in entries.clone() {
        let shape = report.shape(&entry.case.strategy);
        if !shapes.contains(&shape) {
            shapes.push(shape);
        }
        words.extend(tags(entry));
        grid.push(all.iter().map(|column| (column.show)(report, entry)).collect());
    }
    let is_measured = |entry: &Entry<'_>| entry.finding.state == CaseState::Measured;
    let mut left_out = Vec::new();
    let mut kept = Vec::new();
    for (place, column) in all.iter().enumerate() {
        let empty = grid.iter().all(|row| matches!(row[place], Shown::Missing(_)));
        if empty && !column.few {
            let of_measured = grid.iter().zip(entries.clone()).filter(|(_, entry)| is_measured(entry));
            let why: BTreeSet<&str> = of_measured.filter_map(|(row, _)| missing(&row[place])).collect();
            left_out.push((column.title, why.into_iter().collect::<Vec<_>>().join("; ")));
        } else {
            kept.push(place);
        }
    }
    let of_figures = kept.iter().take_while(|place| **place < figures.len()).count();
    let columns_shown =
        kept.iter().map(|place| Title { title: all[*place].title, meaning: all[*place].meaning });
    let (mut rows, mut rest) = (String::new(), String::new());
    for (number, (entry, shown)) in entries.clone().zip(&grid).enumerate() {
        let out = if number < AT_ONCE { &mut rows } else { &mut rest };
        let measured = is_measured(&entry);
        let nothing = kept[..of_figures].iter().all(|place| matches!(shown[*place], Shown::Missing(_)));
        let gap = (!measured && nothing).then_some(of_figures + 1);
        markup_of_cases::head(out, &head(report, entry), gap);
        for (place, column) in kept.iter().enumerate().skip(gap.map_or(0, |gap| gap - 1)) {
            // Why a case that was not measured lacks a figure is its state, and said there.
            let says_why = measured || place >= of_figures;
            markup_of_cases::cell(out, &shown[*column], says_why);
            words.extend(match &shown[*column] {
                Shown::Missing(word) if says_why => Some(*word),
                _ => None,
            });
        }
        out.push_str("</tr>\n");
    }
    let efficiencies = entries.filter_map(|entry| entry.finding.efficiency.as_ref());
    CaseTable {
        note: if columns == Columns::All { above_one(efficiencies) } else { None },
        marks: shapes.into_iter().map(|shape: Shape| mark(shape)).collect(),
        columns: columns_shown.collect(),
        total: grid.len(),
        behind: grid.len().saturating_sub(AT_ONCE),
        rows,
        rest,
        words: words.into_iter().collect(),
        left_out,
    }
}

fn missing(shown: &Shown) -> Option<&'static str> {
    match shown {
        Shown::Missing(word) => Some(word.meaning),
        Shown::Figure(_) | Shown::Text(..) => None,
    }
}
