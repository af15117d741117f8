//! Shapes: what stands for a strategy, and what stands at each of many places.
//!
//! Not responsible for where they stand.

use plotters_backend::BackendCoord;

use super::backend::{SCALE, SvgBackend, Tenths};

/// What stands for a strategy. Never colour alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Circle,
    Square,
    Triangle,
    Diamond,
    Wedge,
    Cross,
    Hexagon,
    Plus,
}

impl Shape {
    /// In the order in which strategies take them.
    pub(crate) const ALL: [Self; 8] = [
        Self::Circle,
        Self::Square,
        Self::Triangle,
        Self::Diamond,
        Self::Wedge,
        Self::Cross,
        Self::Hexagon,
        Self::Plus,
    ];

    /// Its outline: where it begins, in tenths of a user unit from the middle, and how it goes on from there, in user
    /// units. All shapes cover about the same area.
    fn outline(self) -> ((i32, i32), &'static str) {
        match self {
            // Drawn as a circle.
            Self::Circle => ((0, 0), ""),
            Self::Square => ((-40, -40), "h8v8h-8z"),
            Self::Triangle => ((0, -56), "l5.2 9.4h-10.4z"),
            Self::Diamond => ((0, -58), "l5 5.8-5 5.8-5-5.8z"),
            Self::Wedge => ((0, 56), "l5.2-9.4h-10.4z"),
            Self::Cross => (
                (-28, -50),
                "l2.8 2.8 2.8-2.8 2.2 2.2-2.8 2.8 2.8 2.8-2.2 2.2-2.8-2.8-2.8 2.8-2.2-2.2 2.8-2.8-2.8-2.8z",
            ),
            Self::Hexagon => ((-26, -46), "h5.2l2.6 4.6-2.6 4.6h-5.2l-2.6-4.6z"),
            Self::Plus => ((-18, -56), "h3.6v3.8h3.8v3.6h-3.8v3.8h-3.6v-3.8h-3.8v-3.6h3.8z"),
        }
    }

    /// Id of the symbol that [`mark`] draws, for pages that show the same marks many times.
    pub(crate) fn mark(self) -> String {
        format!("m{}", Self::ALL.iter().take_while(|shape| **shape != self).count())
    }

    /// The shape around a place. `class` is a whole attribute, or nothing; `title` an element, or nothing.
    pub(super) fn write(self, backend: &mut SvgBackend<'_>, (x, y): BackendCoord, class: &str, title: &str) {
        let ((dx, dy), outline) = self.outline();
        let (x, y) = (Tenths(x + dx), Tenths(y + dy));
        let name = if self == Self::Circle { "circle" } else { "path" };
        if self == Self::Circle {
            backend.raw(format_args!(r#"<circle{class} cx="{x}" cy="{y}" r="4.6""#));
        } else {
            backend.raw(format_args!(r#"<path{class} d="M{x} {y}{outline}""#));
        }
        if title.is_empty() {
            backend.raw(format_args!("/>"));
        } else {
            backend.raw(format_args!(">{title}</{name}>"));
        }
    }
}

/// What stands at each of many places that are one element together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stamp {
    /// A round dot.
    Dot,
    /// A saltire.
    Cross,
    /// An upright stroke.
    Tick,
    /// A circle around something.
    Ring,
}

impl Stamp {
    /// Its strokes, from the middle on, in user units. One without length is as wide as its round ends.
    pub(super) fn strokes(self) -> &'static str {
        match self {
            Self::Dot => "h0",
            Self::Cross => "m-3-3 6 6m0-6-6 6",
            Self::Tick => "m0-5v10",
            Self::Ring => "m-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0",
        }
    }

    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Dot => "dots",
            Self::Cross => "dot cross",
            Self::Tick => "tick",
            Self::Ring => "dot apart",
        }
    }
}

/// A small drawing of a mark, for a legend or a table. It says nothing that the text beside it does not say.
pub(crate) fn key(shape: Shape, colour: &str) -> String {
    let mut out = String::new();
    let mut backend = SvgBackend::new(&mut out, (14, 14));
    backend.raw(format_args!(r#"<svg class="key {colour}" viewBox="0 0 14 14" aria-hidden="true">"#));
    shape.write(&mut backend, (7 * SCALE, 7 * SCALE), r#" class="point""#, "");
    backend.raw(format_args!("</svg>"));
    out
}

/// The same drawing as a symbol, to be used as often as it is needed: `<svg class="key"><use href="#m0"/></svg>`.
pub(crate) fn mark(shape: Shape) -> String {
    let mut out = String::new();
    let mut backend = SvgBackend::new(&mut out, (14, 14));
    backend.raw(format_args!(r#"<symbol id="{}" viewBox="0 0 14 14">"#, shape.mark()));
    shape.write(&mut backend, (7 * SCALE, 7 * SCALE), r#" class="point""#, "");
    backend.raw(format_args!("</symbol>"));
    out
}

/// Whether a point, of whatever shape, hides its interval.
pub(super) fn covers(low: BackendCoord, point: BackendCoord, high: BackendCoord) -> bool {
    /// In tenths of a user unit: inside of all shapes, with the line's round ends.
    const INSIDE: i32 = 25;
    [low, high].iter().all(|end| (end.0 - point.0).abs().max((end.1 - point.1).abs()) <= INSIDE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_hides_only_an_interval_inside_of_it() {
        let hides = |low, high| covers((low, 0), (100, 0), (high, 0));
        assert!(hides(80, 125));
        assert!(!hides(60, 110) && !hides(99, 150));
    }
}
