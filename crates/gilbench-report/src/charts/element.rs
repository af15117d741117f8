//! Marks of a chart: points with intervals, lines, areas, dots and text, each with a title of its own.

use std::convert::Infallible;
use std::fmt;

use plotters::element::{Drawable, PointCollection};
use plotters_backend::{BackendCoord, DrawingErrorKind};

use super::backend::{SCALE, SvgBackend, Tenths, path};
use super::shape::covers;
pub(super) use super::shape::{Shape, Stamp};
use super::steps::Steps;
use super::strokes::{stamps, trace};
use crate::text::markup;

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
    Steps(Steps),
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

    /// An outline whose sides are level or upright, from corner to corner.
    pub(super) fn steps(corners: Vec<(f64, f64)>, class: impl Into<String>, steps: Steps) -> Self {
        Self { points: corners, class: class.into(), title: String::new(), kind: Kind::Steps(steps) }
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
            (Kind::Steps(steps), corners) => steps.write(backend, corners, &self.class),
            // Each constructor gives its kind the number of points that it needs.
            _ => {}
        }
        Ok(())
    }
}
