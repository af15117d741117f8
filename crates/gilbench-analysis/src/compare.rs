//! Compares cases with each other: within a run, where rounds pair, and across runs, where they do not.
//!
//! Owns: which case is compared with which, how far an interval has to be widened because the machine moved between two
//! runs, and where no verdict is given at all. The statistics are those of [`statistics`](crate::statistics).
//!
//! Not responsible for reading runs or printing, nor for the article's claims.

mod across;
mod calibration;
mod pattern;
mod rows;
pub(crate) mod side;
mod within;

pub use across::across;
pub use calibration::{LARGEST_SHIFT, Shift};
pub use pattern::Pattern;
pub use rows::{Compared, ComparedRun, Counts, Quantity, Row};
pub use within::{Choice, ChoiceError, within};
