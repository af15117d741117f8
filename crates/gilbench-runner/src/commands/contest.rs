//! The schedule of a comparison: pilots, then rounds, each with one process of both commands.
//!
//! Two commands of one thread that computes are run *side by side*: at once, on one CPU, compared by their CPU time.
//! The kernel deals that CPU out in slices of some milliseconds, so whatever slows it down (a neighbour on the same
//! core, its clock, the host of a virtual machine) meets both alike, where processes that follow each other meet
//! different weather. All others run *in turn*, compared by wall time.

use std::time::Duration;

use gilbench_model::Nanoseconds;
use gilbench_model::sample::Tree;
use gilbench_model::suite::Rounds;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

use crate::launcher::LauncherError;
use crate::schedule::is_look;

/// One of the two commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// What the other is compared with.
    A,
    /// What is compared.
    B,
}

impl Side {
    /// Both, in order.
    pub const BOTH: [Self; 2] = [Self::A, Self::B];

    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }
}

/// Which number of a process is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// From before its start to its end.
    WallTime,
    /// CPU time of its whole tree.
    CpuTime,
}

impl Measure {
    /// The number, in seconds.
    pub fn of(self, tree: &Tree) -> f64 {
        match self {
            Self::WallTime => tree.wall_ns.seconds(),
            Self::CpuTime => tree.cpu_seconds(),
        }
    }
}

/// How the processes of a round are run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// One after the other, each with all its CPUs.
    InTurn,
    /// At once, on one CPU.
    SideBySide,
}

/// Starts processes and measures them.
pub trait Stopwatch {
    /// Runs one process alone; counts its threads if it is a pilot.
    fn alone(&mut self, side: Side, pilot: bool) -> Result<Tree, StopwatchError>;
    /// Runs one process of each side at once on one CPU, `first` a moment earlier.
    fn side_by_side(&mut self, first: Side) -> Result<[Tree; 2], StopwatchError>;
    /// Whether both could be run side by side, as far as what is done around them tells.
    fn allows_side_by_side(&self) -> bool;
    /// How long all of this has taken so far.
    fn elapsed(&self) -> Duration;
}

/// What became of a process without a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It could not be started.
    NotStarted,
    /// It took too long and was ended.
    TimedOut,
    /// It ended by itself, as one that failed.
    Ended,
}

/// Why a process gave no value. What was measured before stays.
#[derive(Debug, thiserror::Error)]
pub enum StopwatchError {
    /// A process of a command could not be started, or failed.
    #[error("{text}: {reason}")]
    Failed {
        /// Whose.
        side: Side,
        /// The command.
        text: String,
        /// What became of it.
        fate: Fate,
        /// How.
        reason: String,
    },
    /// A command around the measured ones failed.
    #[error("`{command}` ({what}) failed: {reason}")]
    Around {
        /// What it is for: `setup`, `prepare`, …
        what: &'static str,
        /// The command.
        command: String,
        /// How.
        reason: String,
    },
    /// The launcher failed.
    #[error(transparent)]
    Launcher(#[from] LauncherError),
    /// The caller asked for it.
    #[error("interrupted")]
    Interrupted,
}

/// When to stop, and what to compare.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// Pilots of each command: what they warm up (the file cache, bytecode) is not measured.
    pub pilots: u32,
    /// Least and most rounds.
    pub rounds: Rounds,
    /// No round begins that would most likely end later than this. Pilots count; one of each command there always is.
    pub max_time: Duration,
    /// The number to compare; `None` lets the pilots decide.
    pub measure: Option<Measure>,
    /// Orders the processes of each round.
    pub seed: u64,
}

/// Why no further round was made.
#[derive(Debug)]
pub enum StoppedBy {
    /// The interval is as narrow as was asked for.
    Precise,
    /// The time is up.
    MaxTime,
    /// The most rounds are made.
    MaxRounds,
    /// The user stopped it.
    Interrupted,
    /// A process failed.
    Failed(StopwatchError),
}

/// How far a comparison is.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'a> {
    /// What the pilots decided.
    pub measure: Measure,
    /// The seconds of each round so far.
    pub values: &'a [[f64; 2]],
    /// Since the beginning.
    pub elapsed: Duration,
}

/// What was measured of two commands.
#[derive(Debug)]
pub struct Contest {
    /// What was compared.
    pub measure: Measure,
    /// How.
    pub method: Method,
    /// Pilots of both, as they came.
    pub pilots: Vec<(Side, Tree)>,
    /// One process of each per round.
    pub rounds: Vec<[Tree; 2]>,
    /// Why it ended.
    pub stopped_by: StoppedBy,
    /// How long everything took.
    pub elapsed: Duration,
}

impl Contest {
    /// Measures until the rules say enough. `is_precise` sees the seconds of each round at geometrically spaced
    /// counts, and may judge by nothing but the width of what they tell.
    pub fn run(
        watch: &mut dyn Stopwatch,
        rules: &Rules,
        is_precise: &dyn Fn(&[[f64; 2]]) -> bool,
        observe: &mut dyn FnMut(Progress<'_>),
    ) -> Self {
        let mut contest = Self {
            measure: rules.measure.unwrap_or(Measure::WallTime),
            method: Method::InTurn,
            pilots: Vec::new(),
            rounds: Vec::new(),
            stopped_by: StoppedBy::MaxRounds,
            elapsed: Duration::ZERO,
        };
        contest.stopped_by = match contest.measure_all(watch, rules, is_precise, observe) {
            Ok(reason) => reason,
            Err(StopwatchError::Interrupted) => StoppedBy::Interrupted,
            Err(error) => StoppedBy::Failed(error),
        };
        contest.elapsed = watch.elapsed();
        contest
    }

    /// The number that is compared, of each round.
    pub fn values(&self) -> Vec<[f64; 2]> {
        self.rounds.iter().map(|pair| pair.each_ref().map(|tree| self.measure.of(tree))).collect()
    }

    fn measure_all(
        &mut self,
        watch: &mut dyn Stopwatch,
        rules: &Rules,
        is_precise: &dyn Fn(&[[f64; 2]]) -> bool,
        observe: &mut dyn FnMut(Progress<'_>),
    ) -> Result<StoppedBy, StopwatchError> {
        for pilot in 0..rules.pilots {
            if pilot > 0 && is_late(watch.elapsed(), watch.elapsed() / pilot, rules) {
                break;
            }
            for side in Side::BOTH {
                let tree = watch.alone(side, true)?;
                self.pilots.push((side, tree));
            }
        }
        self.choose(rules.measure, watch.allows_side_by_side());
        let mut generator = Pcg64::seed_from_u64(rules.seed);
        let mut first = Side::A;
        let mut begun = watch.elapsed();
        // Of the first round, the pilots tell how long it takes.
        let pilots = u32::try_from(self.pilots.len() / 2).unwrap_or(u32::MAX);
        if is_late(begun, begun / pilots.max(1), rules) {
            return Ok(StoppedBy::MaxTime);
        }
        loop {
            // Two rounds make a pair of pairs, A B B A or B A A B: a steady drift favours neither side.
            first = if self.rounds.len() % 2 == 1 {
                first.other()
            } else if generator.random::<bool>() {
                Side::A
            } else {
                Side::B
            };
            let pair = match self.round(watch, first) {
                // They may be in each other's way: a port, a file that both write. One after the other will tell. What
                // was measured side by side does not go with it.
                Err(StopwatchError::Failed { .. }) if self.method == Method::SideBySide => {
                    (self.measure, self.method) =
                        (rules.measure.unwrap_or(Measure::WallTime), Method::InTurn);
                    self.rounds.clear();
                    begun = watch.elapsed();
                    self.round(watch, first)?
                }
                pair => pair?,
            };
            self.rounds.push(pair);
            let (values, elapsed) = (self.values(), watch.elapsed());
            observe(Progress { measure: self.measure, values: &values, elapsed });
            let count = u32::try_from(values.len()).unwrap_or(u32::MAX);
            let (least, most) = (rules.rounds.least, rules.rounds.most);
            if count >= least && is_look(count, least) && is_precise(&values) {
                return Ok(StoppedBy::Precise);
            }
            if count >= most {
                return Ok(StoppedBy::MaxRounds);
            }
            if is_late(elapsed, elapsed.saturating_sub(begun) / count, rules) {
                return Ok(StoppedBy::MaxTime);
            }
        }
    }

    fn round(&self, watch: &mut dyn Stopwatch, first: Side) -> Result<[Tree; 2], StopwatchError> {
        match self.method {
            Method::SideBySide => watch.side_by_side(first),
            Method::InTurn => {
                let one = watch.alone(first, false)?;
                let other = watch.alone(first.other(), false)?;
                Ok(if first == Side::A { [one, other] } else { [other, one] })
            }
        }
    }

    /// What the pilots tell of the commands decides how they are compared.
    fn choose(&mut self, wanted: Option<Measure>, allowed: bool) {
        let of = |side| self.pilots.iter().filter(move |(whose, _)| *whose == side).map(|(_, tree)| tree);
        let alike = Side::BOTH.into_iter().all(|side| one_thread_that_computes(of(side)));
        if allowed && alike && wanted != Some(Measure::WallTime) {
            (self.measure, self.method) = (Measure::CpuTime, Method::SideBySide);
        }
    }
}

/// Whether what takes so long would most likely end too late.
fn is_late(elapsed: Duration, takes: Duration, rules: &Rules) -> bool {
    elapsed + takes > rules.max_time
}

/// A pilot that computed for this share of the time that the hypervisor left it, or waited for a CPU to do so, does
/// nothing else. The rest is its start, and the page faults that no process is without.
const COMPUTES: f64 = 0.9;

/// Whether a command is one thread that computes: only then its CPU time is its wall time on an idle machine, and it
/// loses nothing on a single CPU.
///
/// No pilot may have more than one thread. The best of them tells whether it computes: the first has to wait for its
/// files.
fn one_thread_that_computes<'a>(pilots: impl Iterator<Item = &'a Tree> + Clone) -> bool {
    let share = |tree: &Tree| {
        let noise = tree.noise.as_deref();
        // Of a single thread, the kernel's count is the whole tree's.
        let queued = noise.and_then(|noise| noise.queued_ns).map_or(0.0, Nanoseconds::seconds);
        // On all its CPUs, of which it used one: at most half of its time is put down to that.
        let stolen = noise.and_then(|noise| noise.steal_ns).map_or(0.0, Nanoseconds::seconds);
        let wall = tree.wall_ns.seconds();
        (tree.cpu_seconds() + queued) / (wall - stolen.min(0.5 * wall))
    };
    // What outlives a command may be short of CPUs by the next.
    pilots.clone().all(|tree| tree.most_threads == Some(1) && tree.orphans == 0)
        && pilots.map(share).any(|share| share >= COMPUTES)
}

#[cfg(test)]
mod tests {
    use gilbench_model::noise::Noise;

    use super::*;

    fn tree(wall: f64, cpu: f64, queued: f64, most_threads: Option<u32>) -> Tree {
        let time = |seconds| Nanoseconds::from(Duration::from_secs_f64(seconds));
        Tree {
            wall_ns: time(wall),
            idle_ns: None,
            user_ns: time(cpu),
            system_ns: Nanoseconds(0),
            voluntary_switches: 0,
            involuntary_switches: 0,
            memory: None,
            most_threads,
            noise: Some(Box::new(Noise { queued_ns: Some(time(queued)), ..Noise::default() })),
            exit_code: Some(0),
            signal: None,
            orphans: 0,
        }
    }

    /// Every process takes a second; `B` fails in the round that is named.
    struct Fake {
        clock: f64,
        busy: f64,
        queued: f64,
        stolen: f64,
        threads: u32,
        allows: bool,
        in_each_others_way_after: f64,
        fails_after: f64,
        order: Vec<Side>,
    }

    impl Fake {
        fn new() -> Self {
            Self {
                clock: 0.0,
                busy: 1.0,
                queued: 0.0,
                stolen: 0.0,
                threads: 1,
                allows: true,
                in_each_others_way_after: f64::INFINITY,
                fails_after: f64::INFINITY,
                order: vec![],
            }
        }

        fn contest(&mut self, rules: Rules, precise_at: usize) -> Contest {
            Contest::run(self, &rules, &|values| values.len() >= precise_at, &mut |_| {})
        }
    }

    impl Stopwatch for Fake {
        fn alone(&mut self, side: Side, pilot: bool) -> Result<Tree, StopwatchError> {
            if self.clock >= self.fails_after {
                let (text, reason) = ("b".to_owned(), "exit code 1".to_owned());
                return Err(StopwatchError::Failed { side, text, fate: Fate::Ended, reason });
            }
            self.clock += 1.0;
            self.order.extend((!pilot).then_some(side));
            let mut tree = tree(1.0, self.busy, self.queued, pilot.then_some(self.threads));
            let steal_ns = Some(Duration::from_secs_f64(self.stolen).into());
            tree.noise = tree.noise.map(|noise| Box::new(Noise { steal_ns, ..*noise }));
            Ok(tree)
        }

        fn side_by_side(&mut self, first: Side) -> Result<[Tree; 2], StopwatchError> {
            if self.clock >= self.in_each_others_way_after {
                let (text, reason) = ("b".to_owned(), "address in use".to_owned());
                return Err(StopwatchError::Failed { side: Side::B, text, fate: Fate::Ended, reason });
            }
            self.clock += 2.0;
            self.order.extend([first, first.other()]);
            Ok([1.0, 1.0].map(|wall| tree(2.0 * wall, wall, wall, None)))
        }

        fn allows_side_by_side(&self) -> bool {
            self.allows
        }

        fn elapsed(&self) -> Duration {
            Duration::from_secs_f64(self.clock)
        }
    }

    const RULES: Rules = Rules {
        pilots: 1,
        rounds: Rounds { least: 8, most: 40 },
        max_time: Duration::from_mins(1),
        measure: None,
        seed: 7,
    };

    #[test]
    fn one_thread_that_computes_is_compared_side_by_side_and_all_else_in_turn() {
        let contest = Fake::new().contest(RULES, 8);
        assert_eq!((contest.measure, contest.method), (Measure::CpuTime, Method::SideBySide));
        for fake in [
            Fake { threads: 2, ..Fake::new() },
            Fake { busy: 0.5, ..Fake::new() },
            Fake { busy: 0.5, queued: 0.3, ..Fake::new() },
            Fake { allows: false, ..Fake::new() },
        ] {
            let mut fake = fake;
            let contest = fake.contest(RULES, 8);
            assert_eq!((contest.measure, contest.method), (Measure::WallTime, Method::InTurn));
        }
        let contest = Fake { busy: 0.3, queued: 0.65, ..Fake::new() }.contest(RULES, 8);
        assert_eq!(contest.method, Method::SideBySide, "it waited for a CPU only");
        let contest = Fake { busy: 0.6, stolen: 0.38, ..Fake::new() }.contest(RULES, 8);
        assert_eq!(contest.method, Method::SideBySide, "the hypervisor had the CPU for the rest");
        let contest = Fake { busy: 0.2, stolen: 0.9, ..Fake::new() }.contest(RULES, 8);
        assert_eq!(contest.method, Method::InTurn, "what was stolen, it may not have wanted");
        let wall = Rules { measure: Some(Measure::WallTime), ..RULES };
        assert_eq!(Fake::new().contest(wall, 8).method, Method::InTurn);
        let cpu = Rules { measure: Some(Measure::CpuTime), ..RULES };
        let contest = Fake { threads: 2, ..Fake::new() }.contest(cpu, 8);
        assert_eq!((contest.measure, contest.method), (Measure::CpuTime, Method::InTurn));
    }

    #[test]
    fn commands_that_are_in_each_others_way_are_run_in_turn() {
        for after in [0.0, 7.0] {
            let mut fake = Fake { in_each_others_way_after: after, ..Fake::new() };
            let contest = fake.contest(RULES, 8);
            assert_eq!((contest.measure, contest.method), (Measure::WallTime, Method::InTurn));
            assert_eq!(contest.rounds.len(), 8);
            assert!(contest.rounds.iter().all(|round| round[0].wall_ns.seconds() < 1.5), "all in turn");
        }
    }

    #[test]
    fn it_stops_at_a_look_only_when_precise() {
        let contest = Fake::new().contest(RULES, 9);
        assert!(matches!(contest.stopped_by, StoppedBy::Precise));
        assert_eq!(contest.rounds.len(), 10, "the first look after the ninth round");
    }

    #[test]
    fn no_round_begins_that_would_end_too_late() {
        let contest = Fake::new().contest(Rules { max_time: Duration::from_secs(21), ..RULES }, 100);
        assert!(matches!(contest.stopped_by, StoppedBy::MaxTime));
        assert_eq!((contest.rounds.len(), contest.elapsed), (9, Duration::from_secs(20)));
        let contest = Fake::new().contest(RULES, 100);
        assert_eq!(contest.rounds.len(), 29, "two seconds of pilots, and two a round");
        let short = Rules { max_time: Duration::from_secs(3), pilots: 2, ..RULES };
        let contest = Fake::new().contest(short, 100);
        assert!(matches!(contest.stopped_by, StoppedBy::MaxTime), "not even the pilots fit");
        assert_eq!((contest.pilots.len(), contest.rounds.len()), (2, 0));
        let most = Rules { rounds: Rounds { least: 8, most: 12 }, ..RULES };
        assert!(matches!(Fake::new().contest(most, 100).stopped_by, StoppedBy::MaxRounds));
    }

    #[test]
    fn a_failure_keeps_the_rounds_before_it() {
        let mut fake = Fake { threads: 2, fails_after: 12.0, ..Fake::new() };
        let contest = fake.contest(RULES, 100);
        assert!(matches!(contest.stopped_by, StoppedBy::Failed(StopwatchError::Failed { .. })));
        assert_eq!(contest.rounds.len(), 5);
    }

    #[test]
    fn every_second_round_mirrors_the_one_before() {
        let mut fake = Fake { threads: 2, ..Fake::new() };
        fake.contest(RULES, 28);
        for rounds in fake.order.chunks_exact(4) {
            assert!(rounds[0] == rounds[3] && rounds[1] == rounds[2] && rounds[0] != rounds[1], "{rounds:?}");
        }
        assert!(fake.order.chunks_exact(4).any(|rounds| rounds[0] != fake.order[0]), "drawn, not fixed");
    }
}
