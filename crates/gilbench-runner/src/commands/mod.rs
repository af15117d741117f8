//! Two commands of the user's, measured against each other as whole processes.
//!
//! [`Contest`] is the schedule: pilots, then rounds of one process of each command, until the caller's rule says that
//! enough is known or the time is up. It runs against the trait [`Stopwatch`], so that it is tested without clocks;
//! [`Launchers`] is the one that really starts processes.
//!
//! Not responsible for statistics: the caller's rule sees the values, and judges them.

mod command;
mod contest;
mod launchers;

pub use command::{Command, CommandError};
pub use contest::{
    Contest, Fate, Measure, Method, Progress, Rules, Side, StoppedBy, Stopwatch, StopwatchError,
};
pub use launchers::{Around, Launchers};
