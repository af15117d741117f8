//! What became of a program's time when one thing was changed.

use crate::statistics::{median, paired_ratio};

/// What was changed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// It was bound to one CPU.
    OneCpu,
    /// It was given all CPUs, though it was bound to fewer.
    AllCpus,
    /// BLAS and OpenMP libraries used one thread.
    OneBlasThread,
    /// The GIL was switched off.
    GilOff,
    /// Its processes were started by fork.
    Fork,
    /// Another interpreter ran it, which has a GIL.
    OtherInterpreter(String),
    /// Another interpreter ran it, without a GIL.
    FreeThreading(String),
}

/// A change, and what came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Effect {
    /// The change.
    pub change: Change,
    /// Seconds of the program as it is and with the change, of each round.
    pub rounds: Vec<[f64; 2]>,
    /// CPU seconds, likewise.
    pub cpu_rounds: Vec<[f64; 2]>,
    /// Whether it printed the same; `None` where the program prints something else each time.
    pub same_output: Option<bool>,
    /// Why it came to nothing.
    pub failure: Option<String>,
    /// How to run the program like this.
    pub command: String,
}

/// How many times as fast, with what it may really be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// The middle of the rounds.
    pub point: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// What one run of a program differs from the next, where there are too few to tell: runs of a program on a machine
/// that others use too differ by some percents, and seldom by more than this.
const FEW: [f64; 3] = [1.2, 1.1, 1.05];

impl Effect {
    /// Times as fast with the change; `None` where it came to nothing.
    ///
    /// From six rounds on, the exact interval of paired ratios. With fewer there is none of 95 %: then the least and the
    /// largest of the rounds, and with fewer than four also what single runs may differ by.
    pub fn gain(&self) -> Option<Measured> {
        measured(&self.rounds)
    }

    /// Whether the program did the same, as far as what it prints tells.
    pub fn did_the_same(&self) -> bool {
        self.failure.is_none() && self.same_output != Some(false)
    }

    /// CPUs that the program used as it is, in the middle of the rounds.
    pub(super) fn cpus_used(&self) -> Option<f64> {
        let used = self.rounds.iter().zip(&self.cpu_rounds).map(|([wall, _], [cpu, _])| cpu / wall);
        median(&used.collect::<Vec<f64>>()).ok()
    }

    /// The CPU time as it is, over that with the change.
    pub fn cpu_ratio(&self) -> Option<Measured> {
        measured(&self.cpu_rounds)
    }
}

fn measured(rounds: &[[f64; 2]]) -> Option<Measured> {
    let (plain, changed): (Vec<f64>, Vec<f64>) =
        rounds.iter().map(|[plain, changed]| (*plain, *changed)).unzip();
    if let Ok(estimate) = paired_ratio(&plain, &changed) {
        return Some(Measured { point: estimate.point, low: estimate.low, high: estimate.high });
    }
    let ratios: Vec<f64> = rounds.iter().map(|[plain, changed]| plain / changed).collect();
    let point = median(&ratios).ok().filter(|point| point.is_finite() && *point > 0.0)?;
    let widening = FEW.get(ratios.len() - 1).copied().unwrap_or(1.0);
    let low = ratios.iter().copied().fold(f64::INFINITY, f64::min) / widening;
    let high = ratios.iter().copied().fold(0.0, f64::max) * widening;
    Some(Measured { point, low, high })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_rounds_are_no_interval_but_a_range_that_says_so() {
        let near = |a: f64, b: f64| (a - b).abs() < 1e-9;
        let one = measured(&[[2.0, 1.0]]).unwrap();
        assert!(near(one.point, 2.0) && near(one.low, 2.0 / 1.2) && near(one.high, 2.4));
        let five = measured(&[[2.0, 1.0], [2.2, 1.0], [1.8, 1.0], [2.0, 1.0], [2.1, 1.0]]).unwrap();
        assert!(near(five.low, 1.8) && near(five.high, 2.2));
        let eight = measured(&[[2.0, 1.0]; 8]).unwrap();
        assert!(near(eight.low, 2.0) && near(eight.high, 2.0));
        assert_eq!(measured(&[]), None);
    }
}
