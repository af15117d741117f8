//! Do the intervals hold? Coverage and width by simulation, as Markdown tables.
//!
//! ```sh
//! just validate-statistics
//! ```
//!
//! The tables stand in `docs/methodology.md`.

#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, reason = "the tables are what it is for")]

mod amdahl;
mod cell;
mod coverage;
mod group;
mod interval;
mod peers;
mod shapes;
mod stopping;
mod tables;
mod trial;
mod widening;

use cell::Statistic;
use group::Group;
use shapes::{Drift, Shape};

/// Trials of the last table, at most: detecting drift takes many permutations.
const WIDENED: u64 = 400;

fn main() -> Result<(), String> {
    let Arguments { trials, beside, seed } = Arguments::parse(std::env::args().skip(1))?;
    println!("{trials} trials a cell, in {beside} of them the peers too; seed {seed}.");
    for (title, statistic) in
        [("Ratios", Statistic::Ratio), ("Times", Statistic::Time), ("Fits", Statistic::Fit)]
    {
        // Ten thousand fits make one interval of the peer.
        let beside = if statistic == Statistic::Fit { beside / 2 } else { beside };
        let effort = (trials, trials.min(beside), seed);
        let groups: Vec<Group> = Shape::ALL
            .into_iter()
            .flat_map(|shape| Drift::ALL.map(|drift| Group::simulate((statistic, shape, drift), effort)))
            .collect();
        println!("\n**{title}**\n\n{}\n\n{}", tables::overview(statistic, &groups), tables::worst(&groups));
    }
    println!("\n**Times, widened or not**\n\n{}", widening::table(trials.min(WIDENED), seed));
    Ok(())
}

struct Arguments {
    /// Trials of each cell.
    trials: u64,
    /// Trials in which the peers form their intervals too: those cost more than ours.
    beside: u64,
    seed: u64,
}

impl Arguments {
    fn parse(mut given: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut arguments = Self { trials: 2_000, beside: 200, seed: 20_240_607 };
        while let Some(name) = given.next() {
            let value = given.next().ok_or_else(|| format!("`{name}` needs a number"))?;
            let number: u64 = value.parse().map_err(|_| format!("`{name} {value}`: expected a number"))?;
            match name.as_str() {
                "--trials" if number > 0 => arguments.trials = number,
                "--beside" if number > 1 => arguments.beside = number,
                "--seed" => arguments.seed = number,
                _ => {
                    return Err(format!(
                        "found `{name} {value}`, expected `--trials N`, `--beside N` or `--seed N`"
                    ));
                }
            }
        }
        Ok(arguments)
    }
}
