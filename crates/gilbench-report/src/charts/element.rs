//! Marks of a chart: points with intervals, lines, areas, dots and text, each with a title of its own.

use std::convert::Infallible;
use std::fmt::{self, Write as _};

use plotters::element::{Drawable, PointCollection};
use plotters_backend::{BackendCoord, DrawingErrorKind};

use super::backend::{SCALE, SvgBackend, Tenths, path};
use crate::text::markup;

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
    fn write(self, backend: &mut SvgBackend<'_>, (x, y): BackendCoord, class: &str, title: &str) {
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
}

impl Stamp {
    /// Its strokes, from the middle on, in user units. One without length is as wide as its round ends.
    fn strokes(self) -> &'static str {
        match self {
            Self::Dot => "h0",
            Self::Cross => "m-3-3 6 6m0-6-6 6",
            Self::Tick => "m0-5v10",
        }
    }

    fn class(self) -> &'static str {
        match self {
            Self::Dot => "dots",
            Self::Cross => "dot cross",
            Self::Tick => "tick",
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

/// One of the points of a row.
pub(super) struct Mark {
    /// The low end of its interval, itself, and the high end.
    pub(super) at: [(f64, f64); 3],
    pub(super) shape: Shape,
    pub(super) hollow: bool,
}

/// A mark at some positions.
#[derive(Debug)]
pub(super) struct Element {
    points: Vec<(f64, f64)>,
    class: String,
    title: String,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Interval(Shape),
    Row(Vec<(Shape, bool)>),
    Line,
    Area { hatched: bool },
    Dot,
    Stamps(Stamp),
    Trace,
    Open,
    Close,
    Text { text: String, anchor: Anchor, shift: (i32, i32) },
}

/// Which end of a text stands at its place.
#[derive(Clone, Copy, Debug)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// As an attribute.
impl fmt::Display for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            // What is so anyway needs no word.
            Self::Start => "",
            Self::Middle => r#" text-anchor="middle""#,
            Self::End => r#" text-anchor="end""#,
        })
    }
}

impl Element {
    /// A point and its interval.
    pub(super) fn interval(
        [low, point, high]: [(f64, f64); 3],
        shape: Shape,
        class: impl Into<String>,
        title: impl Into<String>,
    ) -> Self {
        Self {
            points: vec![low, point, high],
            class: class.into(),
            title: title.into(),
            kind: Kind::Interval(shape),
        }
    }

    /// Several points with their intervals, which one title speaks of.
    pub(super) fn row(marks: impl IntoIterator<Item = Mark>, title: impl Into<String>) -> Self {
        let (mut points, mut shapes) = (Vec::new(), Vec::new());
        for mark in marks {
            points.extend(mark.at);
            shapes.push((mark.shape, mark.hollow));
        }
        Self { points, class: String::new(), title: title.into(), kind: Kind::Row(shapes) }
    }

    /// A line through some points.
    pub(super) fn line(points: Vec<(f64, f64)>, class: impl Into<String>, title: impl Into<String>) -> Self {
        Self { points, class: class.into(), title: title.into(), kind: Kind::Line }
    }

    /// A rectangle between two corners.
    pub(super) fn area(corners: [(f64, f64); 2], class: impl Into<String>, title: impl Into<String>) -> Self {
        Self {
            points: corners.to_vec(),
            class: class.into(),
            title: title.into(),
            kind: Kind::Area { hatched: false },
        }
    }

    /// The same area with hatching, so that colour is not all that tells it from others.
    pub(super) fn hatched(self) -> Self {
        Self { kind: Kind::Area { hatched: true }, ..self }
    }

    /// A single value.
    pub(super) fn dot(at: (f64, f64), class: impl Into<String>, title: impl Into<String>) -> Self {
        Self { points: vec![at], class: class.into(), title: title.into(), kind: Kind::Dot }
    }

    /// Many places at once, as one element: for what there is too much of to say each.
    pub(super) fn stamps(
        stamp: Stamp,
        places: Vec<(f64, f64)>,
        class: impl Into<String>,
        title: impl Into<String>,
    ) -> Self {
        Self { points: places, class: class.into(), title: title.into(), kind: Kind::Stamps(stamp) }
    }

    /// A line through so many points that whole units must do.
    pub(super) fn trace(points: Vec<(f64, f64)>, class: impl Into<String>, title: impl Into<String>) -> Self {
        Self { points, class: class.into(), title: title.into(), kind: Kind::Trace }
    }

    /// What follows, until [`Element::close`], has these classes in common.
    pub(super) fn open(class: impl Into<String>) -> Self {
        Self { points: Vec::new(), class: class.into(), title: String::new(), kind: Kind::Open }
    }

    /// The end of what was opened last.
    pub(super) fn close() -> Self {
        Self { points: Vec::new(), class: String::new(), title: String::new(), kind: Kind::Close }
    }

    /// Text, moved by some user units.
    pub(super) fn text(
        text: impl Into<String>,
        at: (f64, f64),
        anchor: Anchor,
        shift: (i32, i32),
        class: impl Into<String>,
    ) -> Self {
        let kind = Kind::Text { text: text.into(), anchor, shift };
        Self { points: vec![at], class: class.into(), title: String::new(), kind }
    }

    /// Whether it has this class, in the style sheet's sense.
    pub(super) fn has_class(&self, class: &str) -> bool {
        self.class.split(' ').any(|own| own == class)
    }

    /// The same with a title, where the text had to be shortened.
    pub(super) fn titled(self, title: impl Into<String>) -> Self {
        Self { title: title.into(), ..self }
    }
}

/// Whether a point, of whatever shape, hides its interval.
fn covers(low: BackendCoord, point: BackendCoord, high: BackendCoord) -> bool {
    /// In tenths of a user unit: inside of all shapes, with the line's round ends.
    const INSIDE: i32 = 25;
    [low, high].iter().all(|end| (end.0 - point.0).abs().max((end.1 - point.1).abs()) <= INSIDE)
}

/// A group of points, three places each, over those intervals that they do not hide.
fn write_marks(
    backend: &mut SvgBackend<'_>,
    class: &str,
    title: &str,
    points: &[BackendCoord],
    marks: &[(Shape, bool)],
) {
    let triples = || {
        let triples = points.chunks_exact(3).zip(marks);
        triples.map(|(triple, (shape, hollow))| ([triple[0], triple[1], triple[2]], *shape, *hollow))
    };
    let mut intervals = String::new();
    for ([low, point, high], ..) in triples() {
        if !covers(low, point, high) {
            intervals.push_str(&path([low, high]));
        }
    }
    backend.raw(format_args!(r#"<g class="mark{class}">{title}"#));
    if !intervals.is_empty() {
        backend.raw(format_args!(r#"<path class="interval" d="{intervals}"/>"#));
    }
    for ([_, point, _], shape, hollow) in triples() {
        shape.write(backend, point, if hollow { r#" class="hollow""# } else { "" }, "");
    }
    backend.raw(format_args!("</g>"));
}

/// Places in whole user units, with something at each, as the data of a path.
fn stamps(points: &[BackendCoord], strokes: &str) -> String {
    let mut data = String::new();
    for point in points {
        let (x, y) = whole(*point);
        let _ = write!(data, "M{x} {y}{strokes}");
    }
    data
}

/// A line in whole user units, as the data of a path: from its beginning, by steps.
fn trace(points: &[BackendCoord]) -> String {
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

/// The end of an element that has a title or nothing in it.
fn closed(title: &str, element: &str) -> String {
    if title.is_empty() { "/>".to_owned() } else { format!(">{title}</{element}>") }
}

impl<'a> PointCollection<'a, (f64, f64)> for &'a Element {
    type Point = &'a (f64, f64);
    type IntoIter = std::slice::Iter<'a, (f64, f64)>;

    fn point_iter(self) -> Self::IntoIter {
        self.points.iter()
    }
}

impl Drawable<SvgBackend<'_>> for Element {
    fn draw<I: Iterator<Item = BackendCoord>>(
        &self,
        points: I,
        backend: &mut SvgBackend<'_>,
        _: (u32, u32),
    ) -> Result<(), DrawingErrorKind<Infallible>> {
        let points: Vec<_> = points.collect();
        let title = match self.title.as_str() {
            "" => String::new(),
            title => format!("<title>{}</title>", markup(title)),
        };
        let class = match self.class.as_str() {
            "" => String::new(),
            class => format!(" {class}"),
        };
        match (&self.kind, points.as_slice()) {
            // Nobody would see the interval; the title has it.
            (Kind::Interval(shape), &[low, point, high]) if covers(low, point, high) => {
                shape.write(backend, point, &format!(r#" class="mark{class}""#), &title);
            }
            (Kind::Interval(shape), points) => {
                write_marks(backend, &class, &title, points, &[(*shape, false)]);
            }
            (Kind::Row(marks), points) => write_marks(backend, &class, &title, points, marks),
            (Kind::Line, points) => {
                let data = path(points.iter().copied());
                backend
                    .raw(format_args!(r#"<path class="line{class}" d="{data}"{}"#, closed(&title, "path")));
            }
            (Kind::Area { hatched }, &[(left, top), (right, bottom)]) => {
                let data = path([(left, top), (right, top), (right, bottom), (left, bottom)]);
                backend
                    .raw(format_args!(r#"<path class="area{class}" d="{data}Z"{}"#, closed(&title, "path")));
                if *hatched {
                    // One line as thick as the area is high, and dashed: stripes in few characters.
                    let line =
                        path([(left, i32::midpoint(top, bottom)), (right, i32::midpoint(top, bottom))]);
                    let height = Tenths(bottom - top);
                    backend.raw(format_args!(r#"<path class="hatch" d="{line}" stroke-width="{height}"/>"#));
                }
            }
            (Kind::Dot, &[(x, y)]) => {
                let (x, y) = (Tenths(x), Tenths(y));
                backend.raw(format_args!(
                    r#"<circle class="dot{class}" cx="{x}" cy="{y}" r="2.5">{title}</circle>"#
                ));
            }
            (Kind::Open, _) => backend.raw(format_args!(r#"<g class="{}">"#, self.class)),
            (Kind::Close, _) => backend.raw(format_args!("</g>")),
            (Kind::Trace, points) => {
                let data = trace(points);
                backend.raw(format_args!(r#"<path class="line trace{class}" d="{data}">{title}</path>"#));
            }
            (Kind::Stamps(stamp), points) => {
                let data = stamps(points, stamp.strokes());
                let stamp = stamp.class();
                if title.is_empty() {
                    backend.raw(format_args!(r#"<path class="{stamp}{class}" d="{data}"/>"#));
                } else {
                    backend.raw(format_args!(r#"<path class="{stamp}{class}" d="{data}">{title}</path>"#));
                }
            }
            (Kind::Text { text, anchor, shift }, &[(x, y)]) => {
                let (x, y) = (Tenths(x + shift.0 * SCALE), Tenths(y + shift.1 * SCALE));
                let class = match self.class.as_str() {
                    "" => String::new(),
                    class => format!(r#" class="{class}""#),
                };
                let text = markup(text);
                backend.raw(format_args!(r#"<text{class} x="{x}" y="{y}"{anchor}>{title}{text}</text>"#));
            }
            // Each constructor gives its kind the number of points that it needs.
            _ => {}
        }
        Ok(())
    }
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
        assert_eq!(stamps(&[(14, 20), (116, 4)], Stamp::Dot.strokes()), "M1 2h0M12 0h0");
    }

    #[test]
    fn a_point_hides_only_an_interval_inside_of_it() {
        let hides = |low, high| covers((low, 0), (100, 0), (high, 0));
        assert!(hides(80, 125));
        assert!(!hides(60, 110) && !hides(99, 150));
    }
}
