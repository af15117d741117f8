//! Whether a time's interval is better widened always, only where drift is detected, or not at all.

use gilbench_analysis::statistics::detect_drift;
use rayon::prelude::*;

use crate::cell::{Cell, Statistic, Truth};
use crate::coverage::{Coverage, Span};
use crate::interval::{self, Interval};
use crate::shapes::{Drift, Shape};
use crate::tables::{row, shown};
use crate::trial::Variant;

/// The counts of rounds whose widths are shown.
const SHOWN: [usize; 3] = [8, 22, 60];

/// One sample's intervals, and whether it was called drifting.
struct Ways {
    never: Interval,
    detected: Interval,
    always: Interval,
    drifting: bool,
}

impl Ways {
    fn of(values: &[f64], seed: u64) -> Option<Self> {
        let (never, always) = (interval::time(&unlike_neighbours(values))?, interval::time(values)?);
        let drifting = detect_drift(values, seed).ok()?.drifting;
        Some(Self { never, detected: if drifting { always } else { never }, always, drifting })
    }
}

/// The same values in an order that widens nothing: low and high ones by turns.
fn unlike_neighbours(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let (low, high) = sorted.split_at(values.len() / 2);
    let odd = (high.len() > low.len()).then(|| high[high.len() - 1]);
    low.iter().zip(high).flat_map(|(low, high)| [*low, *high]).chain(odd).collect()
}

type Way = fn(&Ways) -> Interval;

/// A row for each drift and way, over all shapes.
pub(crate) fn table(trials: u64, seed: u64) -> String {
    let mut lines = vec![
        row(&["drift", "called drifting", "widened", "fixed", "width"].map(str::to_owned)),
        row(&["---"; 5].map(str::to_owned)),
    ];
    let ways: [(&str, Way); 3] = [
        ("never", |ways| ways.never),
        ("where detected", |ways| ways.detected),
        ("always", |ways| ways.always),
    ];
    for drift in Drift::ALL {
        let cells: Vec<(f64, Vec<Vec<Ways>>)> = Shape::ALL
            .into_iter()
            .map(|shape| {
                let truth = Truth::of(Statistic::Time, shape, drift, seed).middle;
                let cell = Cell { statistic: Statistic::Time, shape, drift, variant: Variant::Complete };
                (truth, SHOWN.map(|rounds| samples(cell, rounds, trials, seed)).into())
            })
            .collect();
        let called = list(|place| {
            let all = cells.iter().flat_map(|(_, counts)| &counts[place]);
            let (drifting, count) =
                all.fold((0, 0), |(drifting, count), ways| (drifting + u32::from(ways.drifting), count + 1));
            format!("{:.0} %", 100.0 * f64::from(drifting) / f64::from(count))
        });
        for (name, way) in ways {
            let coverage = |place: usize, way: Way| {
                cells
                    .iter()
                    .filter_map(move |(truth, counts)| Coverage::of(counts[place].iter().map(way), *truth))
            };
            let span = Span::of((0..SHOWN.len()).flat_map(|place| coverage(place, way)));
            let mean = |place: usize, way: Way| {
                coverage(place, way).map(|coverage| coverage.log_width).sum::<f64>() / cells.len() as f64
            };
            let widths = list(|place| format!("{:.2}", (mean(place, way) - mean(place, ways[0].1)).exp()));
            let span = shown(span.map(|span| span.to_string()));
            lines.push(row(&[drift.to_string(), called.clone(), name.to_owned(), span, widths]));
        }
    }
    lines.join("\n")
}

fn samples(cell: Cell, rounds: usize, trials: u64, seed: u64) -> Vec<Ways> {
    let sample = |number: u64| Ways::of(&cell.trial(seed, number).alone(rounds)[0], seed ^ number);
    (0..trials).into_par_iter().filter_map(sample).collect()
}

/// One entry for each of the [`SHOWN`] counts.
fn list(entry: impl Fn(usize) -> String) -> String {
    (0..SHOWN.len()).map(entry).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_that_widens_nothing_keeps_the_values_and_gives_the_narrowest_interval() {
        for count in [8, 9, 22] {
            let climb: Vec<f64> = (1..=count).map(f64::from).collect();
            let mut reordered = unlike_neighbours(&climb);
            assert!(interval::time(&reordered).unwrap().width() < interval::time(&climb).unwrap().width());
            reordered.sort_unstable_by(f64::total_cmp);
            assert_eq!(reordered, climb);
        }
    }
}
