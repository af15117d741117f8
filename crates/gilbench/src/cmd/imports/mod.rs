//! `gilbench imports`: would these packages work without the GIL?

mod document;
mod notes;
mod print;
mod run;
mod subjects;
mod summary;

pub(super) use self::run::run;

use gilbench_runner::imports::{Answer, Subject};

/// What came of all packages on one interpreter.
struct Tried {
    subject: Subject,
    answers: Vec<Answer>,
}
