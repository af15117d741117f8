//! Charts as SVG text, each with its title, its finding in words and its numbers as a table.
//!
//! One file per kind of chart; [`frame`] draws axes, [`element`] the marks and [`backend`] is what plotters
//! draws on. Colours are classes of the style sheet, so that a page's scheme reaches into its charts.
//!
//! Not responsible for computing anything that is drawn.

mod axis;
mod backend;
mod element;
pub(crate) mod forest;
mod frame;
pub(crate) mod lanes;
pub(crate) mod rounds;
mod rows;
pub(crate) mod speed_up;
mod steps;
pub(crate) mod times;

use serde::Serialize;

pub(crate) use element::{Shape, key};

/// One drawing, with a heading of its own.
#[derive(Debug, Serialize)]
pub(crate) struct Panel {
    /// What this drawing is about.
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

/// The numbers behind a figure.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Table {
    pub(crate) columns: Vec<&'static str>,
    pub(crate) rows: Vec<Vec<String>>,
}
