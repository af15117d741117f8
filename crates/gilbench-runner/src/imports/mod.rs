//! Would packages work without the GIL? Installs each by itself into a folder that goes away, and imports it.
//!
//! Whether there is a wheel, whether the modules import, and whether the GIL stays off after that, is observed, not
//! read from a list. Not responsible for whether a package is *safe* without the GIL: nothing here runs two threads.

mod answer;
mod check;
mod checking;
mod installing;
mod listing;
mod refusal;
mod report;
mod requirement;
mod requirements;
mod subject;
mod twin;
mod verdict;
mod wheel;

pub use self::answer::{Answer, Code, Culprit, Gil, Module, Outcome, WithGil};
pub use self::checking::Checking;
pub use self::requirement::{Requirement, RequirementError};
pub use self::requirements::{FileError, FileErrorKind, Requirements};
pub use self::subject::{Subject, SubjectError};
pub use self::wheel::{Wheel, WheelKind};
