//! Which lines of a program its time goes into: where its threads run, and where they wait.

use std::collections::BTreeMap;

use gilbench_model::watched::{Doing, Frame, Run};

use super::join::Join;

/// What a thread does at a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Activity {
    /// It runs, or could.
    Runs,
    /// It waits for the GIL.
    WaitsForGil,
    /// It waits for a lock.
    WaitsForLock,
    /// It waits for something else.
    Waits,
}

impl Activity {
    /// In words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Runs => "runs",
            Self::WaitsForGil => "waits for the GIL",
            Self::WaitsForLock => "waits for a lock",
            Self::Waits => "waits",
        }
    }
}

/// A line, and the time that threads spent at it.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The file's path.
    pub file: String,
    /// The line.
    pub line: u32,
    /// The function.
    pub function: String,
    /// What threads do there.
    pub activity: Activity,
    /// Seconds of all threads together.
    pub seconds: f64,
}

/// So many lines are told.
const TOLD: usize = 8;

/// The lines with most time, the most first.
pub(super) fn lines(run: &Run, join: &Join<'_>) -> Vec<Line> {
    let mut seconds: BTreeMap<(&str, u32, &str, Activity), f64> = BTreeMap::new();
    for look in &run.watched.looks {
        for glance in &look.threads {
            let Some(thread) = run.watched.threads.get(glance.thread as usize) else { continue };
            if join.is_own(thread) {
                continue;
            }
            let doing = join.doing(thread, look.at_ns, glance.doing);
            let Some(Frame { file, line, function, .. }) = join.line(thread, look.at_ns, doing) else {
                continue;
            };
            let activity = match doing {
                Doing::Ready => Activity::Runs,
                Doing::Gil if join.has_gil(thread) => Activity::WaitsForGil,
                Doing::Gil | Doing::Lock | Doing::TimedLock | Doing::LibraryLock => Activity::WaitsForLock,
                _ => Activity::Waits,
            };
            *seconds.entry((file, *line, function, activity)).or_default() += look.for_ns.seconds();
        }
    }
    let mut lines: Vec<Line> = seconds
        .into_iter()
        .map(|((file, line, function, activity), seconds)| Line {
            file: file.to_owned(),
            line,
            function: function.to_owned(),
            activity,
            seconds,
        })
        .collect();
    lines.sort_by(|a, b| b.seconds.total_cmp(&a.seconds));
    lines.truncate(TOLD);
    lines
}
