//! How a time depends on the number of workers and on the size of the task.
//!
//! A round has one time per worker count, and so one value of every parameter of a curve; the interval of a parameter
//! is that of these values, as everywhere ([`location`](super::location)). What the machine did to a whole round
//! cancels in a serial fraction as it does in a ratio. Nothing here iterates: the curves are linear in what is fitted.
//!
//! | question | answer |
//! |---|---|
//! | which part of the work do workers not share? | [`amdahl`] |
//! | what do waiting for each other and keeping in step cost? | [`usl`] |
//! | does the curve fit at all? | [`Goodness`] |
//! | from how many workers on do more not help? | [`knee`] |
//! | how large must a task be for a strategy to pay? | [`crossover`] |
//!
//! Which worker counts a fit may see (those beyond the CPUs bend the curve of a task bound by CPU for another
//! reason) is the caller's business.

mod amdahl;
mod crossover;
mod goodness;
mod knee;
mod least_squares;
mod points;
mod usl;

pub use amdahl::{AMDAHL_COUNTS, AmdahlFit, amdahl};
pub use crossover::{Crossover, Threshold, crossover};
pub use goodness::{Fitness, Goodness, MISFIT, Residual};
pub use knee::{Knee, knee};
pub use usl::{USL_COUNTS, UslFit, usl};
