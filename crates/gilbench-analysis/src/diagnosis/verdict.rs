//! From shares of the time, and from what changes did, to one verdict.

use gilbench_model::watched::Run;
use serde::Serialize;

use super::effect::Change;
use super::evidence::cpus_used;
use super::shares::{Cause, Shares};
use super::{Case, Effect};

/// What a program is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Its threads want to compute, and the GIL lets one.
    GilBound,
    /// It uses the CPUs that it has.
    Parallel,
    /// It waits for something outside of it.
    IoBound,
    /// Its threads wait for a lock of its own.
    LockBound,
    /// One thread does nearly all.
    Serial,
    /// Its processes move data to each other.
    PicklingBound,
    /// It spends its time on handing out work, or on starting.
    OverheadBound,
    /// More threads than CPUs, at a cost.
    Oversubscribed,
    /// Callbacks hold up its event loop.
    LoopBlocked,
    /// All CPUs are busy, and wait for memory.
    MemoryBound,
    /// It may not use the CPUs that it wants.
    Throttled,
    /// It cannot be said.
    Undecided,
}

impl Verdict {
    /// All, as they are listed.
    pub const ALL: [Self; 12] = [
        Self::GilBound,
        Self::Parallel,
        Self::IoBound,
        Self::LockBound,
        Self::Serial,
        Self::PicklingBound,
        Self::OverheadBound,
        Self::Oversubscribed,
        Self::LoopBlocked,
        Self::MemoryBound,
        Self::Throttled,
        Self::Undecided,
    ];

    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::GilBound => "gil-bound",
            Self::Parallel => "parallel",
            Self::IoBound => "io-bound",
            Self::LockBound => "lock-bound",
            Self::Serial => "serial",
            Self::PicklingBound => "pickling-bound",
            Self::OverheadBound => "overhead-bound",
            Self::Oversubscribed => "oversubscribed",
            Self::LoopBlocked => "loop-blocked",
            Self::MemoryBound => "memory-bound",
            Self::Throttled => "throttled",
            Self::Undecided => "undecided",
        }
    }
}

/// A cause that takes less of the time than this decides nothing.
const LEAST: f64 = 0.3;

/// A verdict beside the main one takes at least this share.
const SECONDARY: f64 = 0.12;

/// Fewer looks than this show too little.
const LEAST_LOOKS: usize = 6;

/// Looks from which their number does not matter any more.
const ENOUGH_LOOKS: f64 = 40.0;

/// So many bytes a second move at least where it is data that costs the time. Tasks of some hundred bytes, handed out as
/// fast as `multiprocessing` can, move 5 MB/s; lists of numbers, pickled and read again, 30 and more; arrays, 1,000.
const DATA: f64 = 12e6;

/// One thread of BLAS instead of many makes it faster by this at least, where many were too many.
const TOO_MANY: f64 = 1.07;

/// Where CPUs beyond the first do nothing but wait, CPU time grows by as much as they are used: this part of it at least
/// is waiting, or they would be worth it.
const INFLATED: f64 = 0.4;

/// CPUs beyond the first that must have been used, on average, to tell.
const LEAST_MORE: f64 = 0.15;

/// All CPUs make it no more than this many times as fast as one.
const NO_FASTER: f64 = 1.4;

/// A lock that is waited for in this share of the time is fought for.
const FOUGHT_FOR: f64 = 0.03;

/// CPUs that a program uses at least, on average, of which more than one is seen to run at once.
const MORE_THAN_ONE: f64 = 1.2;

/// What is surer than this stays what it is while other programs disturb it.
const CLEAR: f64 = 0.62;

/// Threads that want to run for each CPU, from which on they may be too many.
const MANY: f64 = 1.5;

/// CPUs that others use, from which on a comparison of times decides nothing.
const CROWDED: f64 = 0.35;

/// The share of the time that speaks for each verdict.
#[derive(Clone, Debug)]
pub(super) struct Weights(Vec<(Verdict, f64)>);

impl Weights {
    pub(super) fn of(case: &Case<'_>, shares: &Shares) -> Self {
        let of = |cause| shares.of(cause);
        let transfer = of(Cause::Transfer);
        let is_data = data_rate(case, shares).is_some_and(|rate| rate >= DATA);
        let (pickling, handing_out) = if is_data { (transfer, 0.0) } else { (0.0, transfer) };
        // A pool whose data costs time waits for data to be handed out; it does not hand out too little.
        let dispatch = of(Cause::Dispatch);
        let (pickling, dispatch) =
            if pickling > 2.0 * dispatch { (pickling + dispatch, 0.0) } else { (pickling, dispatch) };
        let busy = (parallel(case, shares), of(Cause::Parallel));
        // Where one thread for BLAS is faster, its threads are what others waited for, and what kept CPUs busy for nothing.
        let gain = too_many(case);
        let (busy, library, crowd) = match busy {
            _ if gain.is_none() => (busy, of(Cause::Library), 0.0),
            (Verdict::Parallel, _) => (busy, 0.0, of(Cause::Library)),
            (_, share) => ((Verdict::Parallel, 0.0), 0.0, share + of(Cause::Library)),
        };
        let mut all = vec![
            (Verdict::GilBound, of(Cause::Gil)),
            busy,
            (Verdict::IoBound, of(Cause::Io)),
            (Verdict::LockBound, of(Cause::Lock) + library),
            (Verdict::Serial, of(Cause::Serial)),
            (Verdict::PicklingBound, pickling),
            (Verdict::OverheadBound, handing_out + dispatch + of(Cause::StartUp)),
            (Verdict::LoopBlocked, of(Cause::Looping)),
            (Verdict::Throttled, of(Cause::Throttled).max(held_back(case.telling))),
        ];
        // What goes away with one thread for BLAS is the share of too many of them, whatever it looked like.
        if let Some(gain) = gain {
            for (_, share) in &mut all {
                *share /= gain;
            }
            all.push((Verdict::Oversubscribed, 1.0 - (1.0 - crowd) / gain));
        }
        all.sort_by(|a, b| b.1.total_cmp(&a.1));
        Self(all)
    }
}

/// How many times as fast it is with one thread for BLAS, if that is more than chance.
fn too_many(case: &Case<'_>) -> Option<f64> {
    let gain = case.effect(&Change::OneBlasThread)?.gain();
    gain.filter(|gain| gain.point >= TOO_MANY && gain.low > 1.0).map(|gain| gain.point)
}

/// The share of the time in which a quota held it back.
fn held_back(run: &Run) -> f64 {
    let throttled = run.tree.as_ref().and_then(|tree| {
        let throttled = tree.noise.as_ref()?.throttled?;
        Some(throttled.time_ns.seconds() / tree.wall_ns.seconds())
    });
    throttled.unwrap_or(0.0).min(1.0)
}

/// Bytes that are written a second of moving them; `None` where that is not told.
fn data_rate(case: &Case<'_>, shares: &Shares) -> Option<f64> {
    let run = case.plain.last().unwrap_or(case.telling);
    let written =
        run.watched.processes.iter().filter_map(|process| process.written_bytes).sum::<u64>() as f64;
    let seconds = shares.of(Cause::Transfer) * run.watched.total_ns().seconds();
    (seconds > 0.0).then_some(written / seconds)
}

/// What it means that several threads could run most of the time: whether that made the program faster.
fn parallel(case: &Case<'_>, shares: &Shares) -> Verdict {
    let one = case.effect(&Change::OneCpu);
    let (Some(time), Some(cpu)) = (one.and_then(Effect::gain), one.and_then(Effect::cpu_ratio)) else {
        return Verdict::Parallel;
    };
    // The gain of one CPU over all is below 1 where all are faster.
    let faster = 1.0 / time.point;
    let more = one.and_then(Effect::cpus_used).unwrap_or(0.0) - 1.0;
    if shares.cpus < 2 || faster > NO_FASTER {
        return Verdict::Parallel;
    }
    // Two CPUs that do the work of one take twice its time. Where others left it one, nothing is known of two.
    let is_known = more >= LEAST_MORE;
    if is_known && (cpu.point - 1.0) / more < INFLATED {
        return Verdict::Parallel;
    }
    // A lock that is held for a moment only is fought for by threads that are awake.
    if shares.of(Cause::Lock) >= FOUGHT_FOR || is_fought_for(shares) {
        return Verdict::LockBound;
    }
    match (is_known, is_crowded(case)) {
        (true, _) => Verdict::MemoryBound,
        (false, true) => Verdict::Undecided,
        (false, false) => Verdict::Parallel,
    }
}

/// Whether threads that are awake are mostly where others were seen to wait for a lock.
fn is_fought_for(shares: &Shares) -> bool {
    shares.fighting >= shares.ready / 2.0
}

/// CPUs that other programs used meanwhile, on average.
pub(super) fn others(case: &Case<'_>) -> f64 {
    let used = case.plain.iter().chain([case.telling]).filter_map(|run| {
        let tree = run.tree.as_ref()?;
        let wall = tree.wall_ns.seconds();
        let busy = case.allowed_cpus as f64 * wall - tree.idle_ns?.seconds();
        Some((busy - tree.cpu_seconds()).max(0.0) / wall)
    });
    let used: Vec<f64> = used.collect();
    if used.is_empty() { 0.0 } else { used.iter().sum::<f64>() / used.len() as f64 }
}

/// Whether others used so much of the CPUs that they decide what is seen.
pub(super) fn is_crowded(case: &Case<'_>) -> bool {
    others(case) > CROWDED
}

/// What was judged.
pub(super) struct Judged {
    pub(super) verdict: Verdict,
    pub(super) confidence: f64,
    pub(super) secondary: Vec<(Verdict, f64)>,
    pub(super) missing: Vec<String>,
}

/// Whether threads of libraries may be what is in the way, and nobody tried it without them.
fn may_be_too_many(case: &Case<'_>, shares: &Shares, verdict: Verdict) -> bool {
    let tried = case.effect(&Change::OneBlasThread).is_some_and(|effect| effect.gain().is_some());
    let crowd =
        shares.wanting.mean().unwrap_or(0.0) > MANY * shares.cpus as f64 || shares.waits_for_libraries();
    let looks_like = verdict == Verdict::LockBound || (verdict == Verdict::Parallel && crowd);
    shares.libraries_may_be_in_the_way() && !tried && looks_like
}

pub(super) fn judge(case: &Case<'_>, shares: &Shares, weights: &Weights) -> Judged {
    let mut ranked = weights.0.iter().filter(|(verdict, _)| *verdict != Verdict::Undecided);
    let (first, most) = ranked.next().copied().unwrap_or((Verdict::Undecided, 0.0));
    let next = ranked.next().map_or(0.0, |(_, share)| *share);
    let mut missing = Vec::new();
    if shares.looks < LEAST_LOOKS {
        let times = if shares.looks == 1 { "once".to_owned() } else { format!("{} times", shares.looks) };
        missing.push(format!("it was looked at {times} only: it ended too soon"));
    }
    let is_open = weights.0.first().is_some_and(|(verdict, _)| *verdict == Verdict::Undecided);
    if most < LEAST && !is_open {
        missing.push("no cause takes a good part of the time".to_owned());
    }
    if is_open {
        missing.push(
            "other programs use the CPUs, so that times with one CPU and with all cannot be compared"
                .to_owned(),
        );
    }
    if may_be_too_many(case, shares, first) {
        missing.push("libraries have threads of their own, and it was not tried with one of them: they may be too many".to_owned());
    }
    let failed =
        case.telling.tree.as_ref().is_some_and(|tree| tree.exit_code != Some(0)) && !case.telling.cut;
    if failed && first == Verdict::OverheadBound && shares.of(Cause::StartUp) >= most / 2.0 {
        missing.push("it failed when it had hardly started".to_owned());
    }
    let one_cpu = case.effect(&Change::OneCpu).and_then(Effect::gain);
    if first == Verdict::Parallel && is_fought_for(shares) && one_cpu.is_none() {
        missing.push("threads compute where they were also seen to wait for a lock, and it was not tried with one CPU: they may fight for it".to_owned());
    }
    let sure = 0.5 + 0.5 * (most - next) / (most + next).max(f64::EPSILON);
    if is_crowded(case) && missing.is_empty() {
        let used = cpus_used(case).filter(|used| first == Verdict::Parallel && *used < MORE_THAN_ONE);
        if let Some(used) = used {
            let message = format!(
                "other programs used the CPUs: it got {used:.1} of {}, so that its threads hardly ran at once",
                shares.cpus
            );
            missing.push(message);
        } else if sure < CLEAR || shares.doubtful >= SECONDARY * shares.total {
            missing
                .push("other programs used the CPUs, and no cause is clearly ahead of the others".to_owned());
        }
    }
    let decided = missing.is_empty();
    let enough = (shares.looks as f64 / ENOUGH_LOOKS).min(1.0).sqrt();
    let secondary = weights.0.iter().filter(|(verdict, share)| {
        *share >= SECONDARY && (*verdict != first || !decided) && *verdict != Verdict::Undecided
    });
    Judged {
        verdict: if decided { first } else { Verdict::Undecided },
        confidence: if decided { sure * enough } else { 0.0 },
        secondary: secondary.map(|(verdict, share)| (*verdict, *share)).collect(),
        missing,
    }
}
