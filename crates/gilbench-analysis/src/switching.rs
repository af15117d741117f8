//! What changes with the interpreter: the same code on each, and the best that each can do.
//!
//! All times are held against those of one interpreter, the *reference*: what most readers run now. It is the one with
//! the most measured cases among those that are not native and have the GIL in force. Work that the reference does not
//! do is held against the next of that ranking. Ratios pair by round; differences count once the p-values are adjusted
//! for all ratios that are formed here (Benjamini & Hochberg).
//!
//! Not responsible for what the best case of an interpreter is, which the caller says, nor for behaviour, whose
//! times say nothing.

mod works;

use gilbench_model::Name;
use gilbench_model::run_directory::Run;

use self::works::Cases;
use crate::findings::CaseFinding;
use crate::statistics::{Answer, Estimate, FALSE_DISCOVERY_RATE, adjusted_p_values};

/// The interpreters of a run beside each other.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Switching {
    /// What the others are held against wherever it has the case; `None` where nothing was measured.
    pub reference: Option<Name>,
    /// In the order of the plan.
    pub works: Vec<Work>,
}

/// The same code in the same size and under the same conditions, on several interpreters.
#[derive(Clone, Debug, PartialEq)]
pub struct Work {
    /// Index in the plan of the first of its cases, which all others are like but for the interpreter.
    pub case: u32,
    /// What is held against which: none of it has a ratio if nothing was measured.
    pub reference: Option<Name>,
    /// Of whole processes, since the cases are cold; else of steady iterations.
    pub whole: bool,
    /// Whether the rows have a best case: only under the first conditions of each size.
    pub ranked: bool,
    /// One for each interpreter that has a case of the workload and size, in the order of the plan.
    pub rows: Vec<WorkRow>,
}

/// One interpreter.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkRow {
    /// Which.
    pub interpreter: Name,
    /// Index in the plan of the case with the same code, if the plan has one.
    pub case: Option<u32>,
    /// Its time over that of the reference.
    pub same_code: Option<Held>,
    /// Index in the plan of the fastest case.
    pub best: Option<u32>,
    /// The time of the fastest case over that of the reference's fastest.
    pub best_ratio: Option<Held>,
    /// Seconds of a process outside its iterations: the start of the interpreter, imports, what the iterations need and
    /// the end.
    pub outside: Option<Estimate>,
}

/// A ratio and what it says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Held {
    /// Time over the reference's, paired by round. Below 1: it takes less.
    pub ratio: Estimate,
    /// Two-sided, for a ratio of 1, adjusted for all ratios of the [`Switching`].
    pub adjusted_p_value: f64,
    /// Faster and slower only where the adjusted p-value allows it.
    pub answer: Answer,
}

/// How often an interpreter was what, over several works.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tally {
    /// Works with a ratio.
    pub compared: u32,
    /// Of them, those in which it took less time.
    pub faster: u32,
    /// Those in which it took more.
    pub slower: u32,
    /// Those in which it took as long, as far as the band is wide.
    pub equivalent: u32,
    /// The smallest and the largest ratio.
    pub range: Option<[Estimate; 2]>,
}

impl Tally {
    /// Works in which it cannot be said.
    pub fn undecided(&self) -> u32 {
        self.compared - self.faster - self.slower - self.equivalent
    }

    /// Counts ratios.
    pub fn of<'a>(ratios: impl IntoIterator<Item = &'a Held>) -> Self {
        let mut tally = Self::default();
        for held in ratios {
            tally.compared += 1;
            match held.answer {
                Answer::Faster => tally.faster += 1,
                Answer::Slower => tally.slower += 1,
                Answer::Equivalent => tally.equivalent += 1,
                Answer::Undecided => {}
            }
            let [least, most] = tally.range.unwrap_or([held.ratio; 2]);
            tally.range = Some([
                if held.ratio.point < least.point { held.ratio } else { least },
                if held.ratio.point > most.point { held.ratio } else { most },
            ]);
        }
        tally
    }
}

/// Puts the interpreters of a run beside each other. `best` says which case, by its index in the plan, is the fastest of
/// a workload, size and interpreter.
pub fn switching(
    run: &Run,
    cases: &[CaseFinding],
    best: impl Fn(&Name, &Name, &Name) -> Option<u32>,
) -> Switching {
    let Some(all) = Cases::of(run, cases) else { return Switching::default() };
    let ranking = all.ranking();
    let mut works: Vec<Work> = all.works().into_iter().map(|work| all.work(&work, &ranking, &best)).collect();
    adjust(&mut works);
    let reference = ranking.first().filter(|_| !works.is_empty()).map(|name| (*name).clone());
    Switching { reference, works }
}

/// Turns the p-values into adjusted ones, and takes back what they do not allow.
fn adjust(works: &mut [Work]) {
    let mut held: Vec<&mut Held> = works
        .iter_mut()
        .flat_map(|work| &mut work.rows)
        .flat_map(|row| [row.same_code.as_mut(), row.best_ratio.as_mut()])
        .flatten()
        .collect();
    let alone: Vec<f64> = held.iter().map(|held| held.adjusted_p_value).collect();
    let adjusted = adjusted_p_values(&alone).unwrap_or_else(|_| vec![1.0; alone.len()]);
    for (held, adjusted) in held.iter_mut().zip(adjusted) {
        held.adjusted_p_value = adjusted;
        if adjusted > FALSE_DISCOVERY_RATE && matches!(held.answer, Answer::Faster | Answer::Slower) {
            held.answer = Answer::Undecided;
        }
    }
}
