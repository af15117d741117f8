//! Data of paths that are more than points in a row: many places at once, and lines of many points.

use std::fmt::Write as _;

use plotters_backend::BackendCoord;

use super::backend::SCALE;

/// Places in whole user units, with something at each, as the data of a path.
pub(super) fn stamps(points: &[BackendCoord], strokes: &str) -> String {
    let mut data = String::new();
    for point in points {
        let (x, y) = whole(*point);
        let _ = write!(data, "M{x} {y}{strokes}");
    }
    data
}

/// A line in whole user units, as the data of a path: from its beginning, by steps.
pub(super) fn trace(points: &[BackendCoord]) -> String {
    let mut data = String::new();
    let mut before: Option<(i32, i32)> = None;
    for point in points {
        let (x, y) = whole(*point);
        let _ = match before {
            None => write!(data, "M{x} {y}l"),
            // A sign parts two numbers too.
            Some((last_x, last_y)) => {
                let gap = |number: i32| if number < 0 { "" } else { " " };
                let (dx, dy) = (x - last_x, y - last_y);
                let first = if data.ends_with('l') { "" } else { gap(dx) };
                write!(data, "{first}{dx}{}{dy}", gap(dy))
            }
        };
        before = Some((x, y));
    }
    data
}

/// A place in whole user units.
fn whole((x, y): BackendCoord) -> (i32, i32) {
    let unit = |tenths: i32| (tenths + SCALE / 2).div_euclid(SCALE);
    (unit(x), unit(y))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_goes_by_whole_steps_and_meets_its_places() {
        assert_eq!(trace(&[(14, 20), (114, -4), (214, 6), (311, 6)]), "M1 2l10-2 10 1 10 0");
        assert_eq!(trace(&[(10, 10)]), "M1 1l", "nothing to draw");
    }

    #[test]
    fn stamps_stand_each_in_its_place() {
        assert_eq!(stamps(&[(14, 20), (116, 4)], "h0"), "M1 2h0M12 0h0");
    }
}
