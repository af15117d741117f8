//! Single charts as files of their own, for READMEs and slides: a drawing of the site with its title, legend, note and
//! background, in the colours of one scheme.
//!
//! Not responsible for drawing: what a page shows is what is exported, and the style sheet of the site colours both.

mod gallery;
mod picture;
mod raster;
mod sheet;

pub(crate) use gallery::charts;
pub use picture::Chart;
pub use sheet::Scheme;
