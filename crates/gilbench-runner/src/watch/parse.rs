//! What the kernel's files say of one thread.

/// What a thread waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// A futex.
    Lock,
    /// Something else.
    Other,
}

/// Whether a thread can run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// It runs, or waits for a CPU.
    Ready,
    /// It waits.
    Waits,
    /// It is stopped, by a signal or a debugger.
    Stopped,
    /// It has ended.
    Gone,
}

/// Nanoseconds on a CPU and in wait for one, of `schedstat`. A kernel that does not keep them says `0 0 0`, and no
/// thread that is there has never been given a CPU but one that is just being made.
pub(super) fn run_times(schedstat: &str) -> Option<(u64, u64)> {
    let mut numbers = schedstat.split_ascii_whitespace().map(str::parse::<u64>);
    let mut next = || numbers.next()?.ok();
    let (ran, queued, times) = (next()?, next()?, next()?);
    (times > 0 || queued > 0).then_some((ran, queued))
}

/// The state letter of `stat`, which stands behind the name in brackets; a name may hold brackets and spaces, and need
/// not be UTF-8.
pub(super) fn standing(stat: &[u8]) -> Option<Standing> {
    let behind = stat.iter().rposition(|byte| *byte == b')')? + 1;
    let letter = stat[behind..].iter().find(|byte| !byte.is_ascii_whitespace())?;
    Some(match letter {
        b'R' => Standing::Ready,
        b'Z' | b'X' | b'x' => Standing::Gone,
        b'T' | b't' => Standing::Stopped,
        _ => Standing::Waits,
    })
}

/// What a waiting thread waits for: the function of the kernel where it does (`wchan`), or else the system call that it
/// is in. Neither is told to everybody; `wchan` then says `0`, as it does of a thread that has just woken up.
pub(super) fn cause(wchan: Option<&str>, syscall: Option<&str>) -> Option<Cause> {
    let place = wchan.map(str::trim).filter(|place| !place.is_empty() && *place != "0");
    if let Some(place) = place {
        return Some(if place.starts_with("futex") { Cause::Lock } else { Cause::Other });
    }
    // `running`, and -1 outside of any call, are no numbers of calls.
    let number: i64 = syscall?.split_ascii_whitespace().next()?.parse().ok()?;
    (number >= 0).then_some(if is_futex(number) { Cause::Lock } else { Cause::Other })
}

/// 202 on `x86_64` and 98 on aarch64; `futex_waitv` and `futex_wait` have the same numbers everywhere.
fn is_futex(number: i64) -> bool {
    const FUTEX_WAITV: i64 = 449;
    const FUTEX_WAIT: i64 = 455;
    [libc::SYS_futex, FUTEX_WAITV, FUTEX_WAIT].contains(&number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn run_times_are_told_or_unknown() {
        assert_eq!(run_times("116227060 713568162 127\n"), Some((116_227_060, 713_568_162)));
        assert_eq!(run_times("0 52368 1"), Some((0, 52_368)));
        assert_eq!(run_times("0 0 0\n"), None, "the kernel does not keep them");
        assert_eq!(run_times(""), None);
        assert_eq!(run_times("1 2"), None);
        assert_eq!(run_times("1 x 3"), None);
    }

    #[test]
    fn a_state_stands_behind_any_name() {
        assert_eq!(standing(b"12 (python) R 1 1 1"), Some(Standing::Ready));
        assert_eq!(standing(b"12 (a) R (b) S 1 1 1"), Some(Standing::Waits));
        assert_eq!(standing(b"12 (\xff\xfe) D 1"), Some(Standing::Waits));
        assert_eq!(standing(b"12 (x) Z 1"), Some(Standing::Gone));
        assert_eq!(standing(b"12 (x) t 1"), Some(Standing::Stopped));
        assert_eq!(standing(b"12 (x"), None);
        assert_eq!(standing(b"12 (x)"), None);
    }

    #[test]
    fn a_futex_is_a_lock_and_all_else_is_not() {
        let futex = format!("{} 0x55cd 0x189 0x0", libc::SYS_futex);
        for (wchan, syscall, expected) in [
            (Some("futex_do_wait"), None, Some(Cause::Lock)),
            (Some("futex_wait_queue"), Some("running"), Some(Cause::Lock)),
            (Some("hrtimer_nanosleep\n"), None, Some(Cause::Other)),
            (Some("do_epoll_wait"), Some(futex.as_str()), Some(Cause::Other)),
            (Some("0"), Some(futex.as_str()), Some(Cause::Lock)),
            (None, Some(futex.as_str()), Some(Cause::Lock)),
            (Some("0"), Some("0 0x3 0x7f3e"), Some(Cause::Other)),
            (Some("0"), Some("449 0x3"), Some(Cause::Lock)),
            (Some("0"), Some("running"), None),
            (Some("0"), Some("-1 0x7f 0x7f"), None),
            (Some("0"), None, None),
            (None, None, None),
        ] {
            assert_eq!(cause(wchan, syscall), expected, "{wchan:?} {syscall:?}");
        }
    }
}
