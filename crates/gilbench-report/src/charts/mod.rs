//! Charts as SVG text, each with its title, its finding in words and its numbers as a table.
//!
//! One file per kind of chart; [`frame`] draws axes, [`element`] the marks and [`backend`] is what plotters
//! draws on. Colours are classes of the style sheet, so that a page's scheme reaches into its charts.
//!
//! Not responsible for computing anything that is drawn.

pub(crate) mod answer;
mod axis;
mod backend;
pub(crate) mod beside;
pub(crate) mod changes;
mod columns;
pub(crate) mod costs;
pub(crate) mod crossovers;
mod element;
pub(crate) mod forest;
mod frame;
pub(crate) mod gains;
mod heat;
pub(crate) mod heatmap;
pub(crate) mod history;
pub(crate) mod lanes;
pub(crate) mod laws;
pub(crate) mod processes;
mod rows;
mod shape;
pub(crate) mod speed_up;
mod stack;
mod steps;
mod strokes;
pub(crate) mod times;
pub(crate) mod traces;

use serde::Serialize;

pub(crate) use axis::ratio_label;
pub(crate) use shape::{Shape, key, mark};

/// One drawing, with a heading of its own.
#[derive(Debug, Serialize)]
pub(crate) struct Panel {
    /// What this drawing is about; empty where it says so itself.
    pub(crate) heading: String,
    /// The drawing.
    pub(crate) svg: String,
}

/// Drawings that share their axes and their meaning.
#[derive(Debug, Serialize)]
pub(crate) struct Figure {
    /// Also the prefix of the ids inside.
    pub(crate) id: String,
    pub(crate) title: String,
    /// How to read it, in a sentence or two.
    pub(crate) note: String,
    pub(crate) legend: Vec<Key>,
    pub(crate) panels: Vec<Panel>,
    pub(crate) table: Table,
}

/// An entry of a legend.
#[derive(Debug, Serialize)]
pub(crate) struct Key {
    pub(crate) svg: String,
    pub(crate) label: String,
}

/// The numbers behind a figure. Without columns they stand in the page's table of cases.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Table {
    pub(crate) columns: Vec<&'static str>,
    pub(crate) rows: Vec<Vec<String>>,
}

impl Table {
    /// For a figure that shows nothing but what the table of cases on its page has.
    pub(crate) fn in_cases() -> Self {
        Self::default()
    }
}
