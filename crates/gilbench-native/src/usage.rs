//! CPU time and context switches of this process.

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

/// What this process has used until now; `None` where the system does not say.
pub(crate) fn now() -> Option<Usage> {
    getrusage(UsageWho::RUSAGE_SELF).ok()
}

/// What was used since `before`.
pub(crate) fn since(before: Option<Usage>) -> Difference {
    let both = before.zip(now());
    let count = |value: fn(&Usage) -> i64| {
        both.as_ref().and_then(|(before, after)| u64::try_from(value(after) - value(before)).ok())
    };
    let time = |value: fn(&Usage) -> TimeVal| {
        let (before, after) = both.as_ref()?;
        let difference = microseconds(value(after)) - microseconds(value(before));
        Some(Nanoseconds(u64::try_from(difference).ok()? * 1000))
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
