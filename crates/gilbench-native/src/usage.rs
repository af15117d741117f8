//! CPU time and context switches of this process and of those that it waited for.

use gilbench_model::Nanoseconds;
use nix::sys::resource::{Usage, UsageWho, getrusage};
use nix::sys::time::TimeVal;

/// What was used between two moments.
pub(crate) struct Difference {
    pub(crate) user_ns: Option<Nanoseconds>,
    pub(crate) system_ns: Option<Nanoseconds>,
    pub(crate) voluntary_switches: Option<u64>,
    pub(crate) involuntary_switches: Option<u64>,
}

/// This process's usage, and that of its children whose end it has seen.
pub(crate) struct Both([Usage; 2]);

impl Both {
    fn sum(&self, value: impl Fn(&Usage) -> i64) -> i64 {
        self.0.iter().map(value).sum()
    }
}

/// What was used until now; `None` where the system does not say.
pub(crate) fn now() -> Option<Both> {
    let usage = |who| getrusage(who).ok();
    Some(Both([usage(UsageWho::RUSAGE_SELF)?, usage(UsageWho::RUSAGE_CHILDREN)?]))
}

/// What was used since `before`.
pub(crate) fn since(before: Option<Both>) -> Difference {
    let both = before.zip(now());
    let count = |value: fn(&Usage) -> i64| {
        both.as_ref().and_then(|(before, after)| u64::try_from(after.sum(value) - before.sum(value)).ok())
    };
    let time = |value: fn(&Usage) -> TimeVal| {
        let (before, after) = both.as_ref()?;
        let total = |usage: &Both| usage.sum(|one| microseconds(value(one)));
        Some(Nanoseconds(u64::try_from(total(after) - total(before)).ok()? * 1000))
    };
    Difference {
        user_ns: time(Usage::user_time),
        system_ns: time(Usage::system_time),
        voluntary_switches: count(Usage::voluntary_context_switches),
        involuntary_switches: count(Usage::involuntary_context_switches),
    }
}

fn microseconds(value: TimeVal) -> i64 {
    value.tv_sec() * 1_000_000 + value.tv_usec()
}
