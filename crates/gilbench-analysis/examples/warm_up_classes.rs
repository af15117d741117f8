//! How often the class of a process is wrong, by simulation: the tables of `docs/methodology.md`.
//!
//! ```sh
//! cargo run -p gilbench-analysis --example warm_up_classes
//! ```

#![expect(clippy::print_stdout, reason = "it prints tables")]
#![allow(missing_docs, clippy::expect_used, reason = "shared with the tests")]

#[path = "../tests/made_up/mod.rs"]
mod made_up;

use made_up::{NOISES, Noise, shares};

/// A share of 5 % is then known to a standard error of 1.1 %.
const TRIALS: u32 = 400;

const COUNTS: [usize; 4] = [10, 20, 40, 100];

fn main() {
    println!("Steady series: % called warm-up / slow-down / no steady state\n");
    println!("| noise | deviation | {} |", COUNTS.map(|count| format!("{count} iterations")).join(" | "));
    println!("|---|---|{}", "---|".repeat(COUNTS.len()));
    for deviation in [0.01, 0.05] {
        for noise in NOISES {
            let cells = COUNTS.map(|count| {
                let [_, warm_up, slow_down, none] = shares((noise, deviation), count, &[], TRIALS);
                [warm_up, slow_down, none].map(|share| format!("{:.0}", 100.0 * share)).join(" / ")
            });
            println!("| {noise:?} | {deviation} | {} |", cells.join(" | "));
        }
    }
    println!("\nSeries that warm up, noise of .02: % called so\n");
    println!(
        "| noise | slower by | first | {} |",
        COUNTS.map(|count| format!("{count} iterations")).join(" | ")
    );
    println!("|---|---|---|{}", "---|".repeat(COUNTS.len()));
    for noise in [Noise::Normal, Noise::Spikes, Noise::Lasting(0.5), Noise::HeavyTailed] {
        for factor in [1.1, 1.3, 3.0] {
            for slow in [1, 3] {
                let factors = vec![factor; slow];
                let cells = COUNTS.map(|count| {
                    let [_, warm_up, ..] = shares((noise, 0.02), count, &factors, TRIALS);
                    format!("{:.0}", 100.0 * warm_up)
                });
                println!("| {noise:?} | {:.0} % | {slow} | {} |", 100.0 * (factor - 1.0), cells.join(" | "));
            }
        }
    }
}
