//! The colours of a heatmap: which class a value has, and what a legend says of the classes that occur.

use gilbench_analysis::grids::Grid;

use super::Key;
use super::axis::ratio_label;

/// The upper ends of all classes but the last, and the classes: steps that are even as factors but for the middle one.
const STEPS: [f64; 8] = [0.25, 0.5, 0.8, 0.95, 1.05, 1.25, 2.0, 4.0];
const CLASSES: [&str; 9] =
    ["slow-4", "slow-3", "slow-2", "slow-1", "even", "fast-1", "fast-2", "fast-3", "fast-4"];

/// The class that colours a value.
pub(super) fn class(value: f64) -> &'static str {
    CLASSES[STEPS.iter().take_while(|end| value >= **end).count()]
}

/// Of what occurs in some grids.
pub(super) fn legend(grids: &[&Grid]) -> Vec<Key> {
    let mut entries: Vec<Key> = Vec::new();
    let cells = || grids.iter().flat_map(|grid| &grid.blocks).flat_map(|block| &block.cells);
    for (place, name) in CLASSES.iter().enumerate() {
        if cells().filter_map(|cell| cell.speed_up).any(|speed_up| class(speed_up.point) == *name) {
            let label = match place {
                0 => format!("below {}", ratio_label(STEPS[0])),
                8 => format!("from {}", ratio_label(STEPS[7])),
                _ => format!("{} to {}", ratio_label(STEPS[place - 1]), ratio_label(STEPS[place])),
            };
            entries.push(Key { svg: swatch(name, ""), label });
        }
    }
    if cells().any(|cell| !cell.fits) {
        let hatch = r#"<path class="hatch" d="M1 9L9 1M5 13L13 5"/>"#;
        entries
            .push(Key { svg: swatch("even", hatch), label: "more threads than effective CPUs".to_owned() });
        let line = r#"<path class="frontier" d="M1 7L13 7"/>"#;
        entries.push(Key { svg: swatch("missing", line), label: "the effective CPUs end here".to_owned() });
    }
    if cells().any(|cell| cell.case.is_none()) {
        entries.push(Key { svg: swatch("missing", ""), label: "not in the plan".to_owned() });
    }
    entries
}

/// A square of a legend.
fn swatch(class: &str, over: &str) -> String {
    format!(
        r#"<svg class="key" width="14" height="14" viewBox="0 0 14 14" aria-hidden="true" focusable="false"><path class="heat {class}" d="M1 1L13 1L13 13L1 13Z"/>{over}</svg>"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_symmetric_around_one_and_have_no_gap() {
        let of = [0.1, 0.25, 0.79, 0.9, 0.95, 1.0, 1.04, 1.05, 1.9, 2.0, 64.0].map(class);
        assert_eq!(
            of,
            [
                "slow-4", "slow-3", "slow-2", "slow-1", "even", "even", "even", "fast-1", "fast-2", "fast-3",
                "fast-4"
            ]
        );
    }
}
