//! What is run when: pilots, then rounds, each with one process of every subject with every number of threads, in random
//! order.

use std::time::Duration;

use super::blocks::{Block, Blocks, BlocksError, Fate, Pilot};
use crate::launcher::LauncherError;
use crate::schedule::{is_look, shuffled};

/// Fewer rounds give no interval.
pub const LEAST_ROUNDS: u32 = 6;

/// One thread is busy for so long in a block: twenty times as long as CPython lets a thread keep the GIL, and as short as
/// six rounds on ten interpreters in half a minute ask for.
const LENGTH: Duration = Duration::from_millis(100);

/// Several threads share the turns of one, so that a block takes no longer; but no more of them than this, so that each
/// is busy for 25 ms, much longer than threads take to start.
const SHARING: u32 = 4;

/// The first look for precision.
const FIRST_LOOK: u32 = 8;

/// Where six rounds were thought to fit and turn out not to, they may take so much longer than the budget, since fewer are
/// of no use.
const OVERRUN: f64 = 1.5;

/// What to measure, and how long.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// Subjects, native code included.
    pub subjects: usize,
    /// Numbers of threads. The first is 1.
    pub threads: Vec<u32>,
    /// No round begins that would most likely end later.
    pub budget: Duration,
    /// At most so many rounds.
    pub most: u32,
    /// Orders the processes.
    pub seed: u64,
}

/// The rounds of a subject, each with a block for each number of threads.
pub type Rounds = Vec<Vec<Block>>;

/// What became of a subject.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Course {
    /// What its pilot found.
    pub pilot: Option<Pilot>,
    /// Its rounds, from the first on without a gap.
    pub rounds: Rounds,
    /// Why there are no more, if not for the time.
    pub fate: Option<Fate>,
}

/// What was measured.
#[derive(Debug)]
pub struct Measured {
    /// One for each subject.
    pub courses: Vec<Course>,
    /// Rounds that were completed.
    pub rounds: u32,
    /// All processes.
    pub processes: u32,
    /// How long it took.
    pub elapsed: Duration,
    /// How long six rounds of everything would most likely take.
    pub needed: Duration,
    /// Why no further round was made.
    pub stopped_by: StoppedBy,
}

/// Why no further round was made.
#[derive(Debug)]
pub enum StoppedBy {
    /// It is precise enough.
    Precise,
    /// The budget is used up.
    Budget,
    /// As many rounds were made as may be.
    MostRounds,
    /// Nothing is left to measure.
    NothingLeft,
    /// The caller asked for it.
    Interrupted,
    /// The launcher failed.
    Launcher(LauncherError),
}

impl Schedule {
    /// Runs it. `is_precise` is asked now and then, and `told` before each process: the round, from 0, if it is no pilot.
    pub fn run(
        &self,
        blocks: &mut impl Blocks,
        is_precise: &dyn Fn(&[Course]) -> bool,
        told: &mut dyn FnMut(Option<u32>, Duration),
    ) -> Measured {
        let mut state = State {
            schedule: self,
            courses: vec![Course::default(); self.subjects],
            needed: Duration::ZERO,
            processes: 0,
            rounds: 0,
        };
        let stopped_by = state.pilots(blocks, told).and_then(|()| {
            state.choose(blocks.elapsed());
            state.rounds(blocks, is_precise, told)
        });
        Measured {
            courses: state.courses,
            rounds: state.rounds,
            processes: state.processes,
            elapsed: blocks.elapsed(),
            needed: state.needed,
            stopped_by: stopped_by.unwrap_or_else(|stop| stop),
        }
    }

    /// Turns of each of so many threads, if one alone has so many.
    fn turns(turns: u64, threads: u32) -> u64 {
        turns.div_ceil(u64::from(threads.min(SHARING)))
    }

    /// How long a round of a subject takes at most, going by its pilot: all turns one after the other.
    fn round_of(&self, pilot: &Pilot) -> Duration {
        let turn = pilot.wall.as_secs_f64() / pilot.turns.max(1) as f64;
        let block = |&threads: &u32| {
            let turns = Self::turns(pilot.turns, threads) * u64::from(threads) + rehearsal(pilot);
            pilot.start_up.as_secs_f64() + turn * turns as f64
        };
        seconds(self.threads.iter().map(block).sum())
    }
}

/// A compiler needs a whole block to see what there is to be compiled; else once is enough.
fn rehearsal(pilot: &Pilot) -> u64 {
    if pilot.jit { pilot.turns } else { 1 }
}

struct State<'a> {
    schedule: &'a Schedule,
    courses: Vec<Course>,
    needed: Duration,
    processes: u32,
    rounds: u32,
}

impl State<'_> {
    /// Subjects that are still measured, native code included.
    fn going(&self) -> Vec<u32> {
        let numbered = (0..).zip(&self.courses);
        numbered.filter(|(_, course)| course.fate.is_none()).map(|(index, _)| index).collect()
    }

    /// One of each. Native code comes first: nothing is said without it.
    fn pilots(
        &mut self,
        blocks: &mut impl Blocks,
        told: &mut dyn FnMut(Option<u32>, Duration),
    ) -> Result<(), StoppedBy> {
        let mut order = shuffled(&self.going(), self.schedule.seed, None);
        order.sort_by_key(|&index| index != 0);
        for index in order {
            let index = index as usize;
            told(None, blocks.elapsed());
            if blocks.elapsed() >= self.schedule.budget {
                self.courses[index].fate = Some(Fate::LeftOut);
                continue;
            }
            self.processes += 1;
            let pilot = blocks.pilot(index, LENGTH);
            self.courses[index].pilot = self.keep(index, pilot)?;
        }
        Ok(())
    }

    /// Leaves out what six rounds take longest of, so that the others have their six within the budget. One stays in any
    /// case: it was asked for.
    fn choose(&mut self, elapsed: Duration) {
        let least = |course: &Course| {
            let pilot = course.pilot.as_ref().filter(|_| course.fate.is_none())?;
            Some(self.schedule.round_of(pilot) * LEAST_ROUNDS)
        };
        let mut costs: Vec<(Duration, usize)> =
            (0..).zip(&self.courses).filter_map(|(index, course)| Some((least(course)?, index))).collect();
        costs.sort_by_key(|&(cost, index)| (index != 0, cost));
        let mut total = elapsed;
        for (place, (cost, index)) in costs.into_iter().enumerate() {
            self.needed += cost;
            // The first two are native code and the quickest of the others.
            if place < 2 || total + cost <= self.schedule.budget {
                total += cost;
            } else {
                self.courses[index].fate = Some(Fate::LeftOut);
            }
        }
        self.needed += elapsed;
    }

    fn rounds(
        &mut self,
        blocks: &mut impl Blocks,
        is_precise: &dyn Fn(&[Course]) -> bool,
        told: &mut dyn FnMut(Option<u32>, Duration),
    ) -> Result<StoppedBy, StoppedBy> {
        let before = blocks.elapsed();
        loop {
            let round = self.rounds;
            if self.going().iter().all(|&index| index == 0) {
                return Ok(StoppedBy::NothingLeft);
            }
            let spent = blocks.elapsed().saturating_sub(before);
            let next = spent.checked_div(round).unwrap_or_default();
            if round >= LEAST_ROUNDS && blocks.elapsed() + next > self.schedule.budget {
                return Ok(StoppedBy::Budget);
            }
            let new = self.round(round, blocks, told)?;
            for (course, blocks) in self.courses.iter_mut().zip(new) {
                // One that failed in this round keeps those before it.
                course.rounds.extend(blocks.into_iter().collect::<Option<Vec<Block>>>());
            }
            self.rounds += 1;
            if is_look(self.rounds, FIRST_LOOK) && is_precise(&self.courses) {
                return Ok(StoppedBy::Precise);
            }
            if self.rounds >= self.schedule.most {
                return Ok(StoppedBy::MostRounds);
            }
        }
    }

    /// One process of each: by subject and number of threads.
    fn round(
        &mut self,
        round: u32,
        blocks: &mut impl Blocks,
        told: &mut dyn FnMut(Option<u32>, Duration),
    ) -> Result<Vec<Vec<Option<Block>>>, StoppedBy> {
        let counts = u32::try_from(self.schedule.threads.len()).unwrap_or(u32::MAX);
        let processes: Vec<u32> = self
            .going()
            .into_iter()
            .flat_map(|subject| (0..counts).map(move |count| subject * counts + count))
            .collect();
        let mut found = vec![vec![None; counts as usize]; self.courses.len()];
        for process in shuffled(&processes, self.schedule.seed, Some(round)) {
            let (subject, count) = ((process / counts) as usize, (process % counts) as usize);
            let (None, Some(pilot)) = (&self.courses[subject].fate, self.courses[subject].pilot) else {
                continue;
            };
            told(Some(round), blocks.elapsed());
            if self.rounds < LEAST_ROUNDS && blocks.elapsed() > self.schedule.budget.mul_f64(OVERRUN) {
                return Err(StoppedBy::Budget);
            }
            let threads = self.schedule.threads[count];
            self.processes += 1;
            let block =
                blocks.block(subject, threads, Schedule::turns(pilot.turns, threads), rehearsal(&pilot));
            found[subject][count] = self.keep(subject, block)?;
        }
        Ok(found)
    }

    /// What came of a process, or the fate of its subject. Nothing can be said once native code has failed.
    fn keep<T>(&mut self, index: usize, result: Result<T, BlocksError>) -> Result<Option<T>, StoppedBy> {
        match result {
            Ok(found) => Ok(Some(found)),
            Err(BlocksError::Subject(fate)) => {
                self.courses[index].fate = Some(fate);
                if index == 0 { Err(StoppedBy::NothingLeft) } else { Ok(None) }
            }
            Err(BlocksError::Launcher(error)) => Err(StoppedBy::Launcher(error)),
            Err(BlocksError::Interrupted) => Err(StoppedBy::Interrupted),
        }
    }
}

fn seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
}

#[cfg(test)]
mod tests;
