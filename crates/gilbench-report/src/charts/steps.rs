//! Outlines of level and upright sides, such as that of a bar chart whose bars touch: short text for many steps.

use std::fmt::Write as _;

use plotters_backend::BackendCoord;

use super::backend::{SvgBackend, Tenths};

/// How such an outline is filled.
#[derive(Debug)]
pub(super) enum Steps {
    /// By its class.
    Plain,
    /// With a pattern that another drawing of the page defines.
    Pattern {
        /// The pattern's id.
        pattern: String,
        /// An id for the outline, unique on the page.
        id: String,
    },
}

impl Steps {
    pub(super) fn write(&self, backend: &mut SvgBackend<'_>, corners: &[BackendCoord], class: &str) {
        let data = outline(corners);
        match self {
            Self::Plain => backend.raw(format_args!(r#"<path class="{class}" d="{data}"/>"#)),
            // The style sheet fills no path with a pattern: an address in it would be one of its own.
            Self::Pattern { pattern, id } => {
                let xs = || corners.iter().map(|(x, _)| *x);
                let ys = || corners.iter().map(|(_, y)| *y);
                let (left, right) = (xs().min().unwrap_or(0), xs().max().unwrap_or(0));
                let (top, bottom) = (ys().min().unwrap_or(0), ys().max().unwrap_or(0));
                backend.raw(format_args!(
                    "<clipPath id=\"{id}\"><path d=\"{data}\"/></clipPath><rect class=\"{class}\" x=\"{}\" y=\"{}\" \
                     width=\"{}\" height=\"{}\" fill=\"url(#{pattern})\" clip-path=\"url(#{id})\"/>",
                    Tenths(left),
                    Tenths(top),
                    Tenths(right - left),
                    Tenths(bottom - top)
                ));
            }
        }
    }
}

/// Corners as the data of a path: steps from each to the next.
fn outline(corners: &[BackendCoord]) -> String {
    let mut data = String::new();
    let mut at: Option<BackendCoord> = None;
    for &(x, y) in corners {
        // Writing to a string cannot fail.
        let _ = match at {
            None => write!(data, "M{} {}", Tenths(x), Tenths(y)),
            Some(last) if last == (x, y) => continue,
            Some((last, _)) if last == x => write!(data, "v{}", Tenths(y - at.map_or(y, |(_, y)| y))),
            Some((last, before)) if before == y => write!(data, "h{}", Tenths(x - last)),
            Some(_) => write!(data, "L{} {}", Tenths(x), Tenths(y)),
        };
        at = Some((x, y));
    }
    data.push('Z');
    data
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outline_tells_only_the_steps() {
        let corners = [(0, 100), (0, 20), (15, 20), (15, 20), (15, 100), (30, 50)];
        assert_eq!(outline(&corners), "M0 10v-8h1.5v8L3 5Z");
    }
}
