//! Marks of a chart: points with intervals, lines, areas, dots and text, each with a title of its own.

use std::convert::Infallible;
use std::fmt;

use plotters::element::{Drawable, PointCollection};
use plotters_backend::{BackendCoord, DrawingErrorKind};

use super::backend::{SCALE, SvgBackend, Tenths, path};
use super::steps::Steps;
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

    /// Corners around the middle, in tenths of a user unit. All shapes cover about the same area.
    fn corners(self) -> &'static [(i32, i32)] {
        match self {
            // Drawn as a circle.
            Self::Circle => &[],
            Self::Square => &[(-40, -40), (40, -40), (40, 40), (-40, 40)],
            Self::Triangle => &[(0, -56), (52, 38), (-52, 38)],
            Self::Diamond => &[(0, -58), (50, 0), (0, 58), (-50, 0)],
            Self::Wedge => &[(0, 56), (52, -38), (-52, -38)],
            Self::Cross => &[
                (-28, -50),
                (0, -22),
                (28, -50),
                (50, -28),
                (22, 0),
                (50, 28),
                (28, 50),
                (0, 22),
                (-28, 50),
                (-50, 28),
                (-22, 0),
                (-50, -28),
            ],
            Self::Hexagon => &[(-26, -46), (26, -46), (52, 0), (26, 46), (-26, 46), (-52, 0)],
            Self::Plus => &[
                (-18, -56),
                (18, -56),
                (18, -18),
                (56, -18),
                (56, 18),
                (18, 18),
                (18, 56),
                (-18, 56),
                (-18, 18),
                (-56, 18),
                (-56, -18),
                (-18, -18),
            ],
        }
    }

    fn write(self, backend: &mut SvgBackend<'_>, (x, y): BackendCoord) {
        if self == Self::Circle {
            backend.raw(format_args!(
                r#"<circle class="point" cx="{}" cy="{}" r="4.6"/>"#,
                Tenths(x),
                Tenths(y)
            ));
        } else {
            let outline = path(self.corners().iter().map(|(dx, dy)| (x + dx, y + dy)));
            backend.raw(format_args!(r#"<path class="point" d="{outline}Z"/>"#));
        }
    }
}

/// A small drawing of a mark, for a legend or a table. It says nothing that the text beside it does not say.
pub(crate) fn key(shape: Shape, colour: &str) -> String {
    let mut out = String::new();
    let mut backend = SvgBackend::new(&mut out, (14, 14));
    backend.raw(format_args!(
        r#"<svg class="key {colour}" width="14" height="14" viewBox="0 0 14 14" aria-hidden="true" focusable="false">"#
    ));
    shape.write(&mut backend, (7 * SCALE, 7 * SCALE));
    backend.raw(format_args!("</svg>"));
    out
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
    Line,
    Area { hatched: bool },
    Dot,
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

impl fmt::Display for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Start => "start",
            Self::Middle => "middle",
            Self::End => "end",
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

/// Diagonal lines that fill a rectangle, as the data of a path.
fn hatch([(left, top), (right, bottom)]: [BackendCoord; 2]) -> String {
    /// Between two lines, along the top.
    const STEP: usize = 80;
    let height = bottom - top;
    let mut data = String::new();
    for start in (left - height..right).step_by(STEP) {
        // From the foot, `start`, up to the right; cut off at the left and the right end.
        let from = start.max(left);
        let to = (start + height).min(right);
        if from < to {
            data.push_str(&path([(from, bottom - (from - start)), (to, bottom - (to - start))]));
        }
    }
    data
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
        let class = &self.class;
        match (&self.kind, points.as_slice()) {
            (Kind::Interval(shape), &[low, point, high]) => {
                backend.raw(format_args!(
                    r#"<g class="mark {class}">{title}<path class="interval" d="{}"/>"#,
                    path([low, high])
                ));
                shape.write(backend, point);
                backend.raw(format_args!("</g>"));
            }
            (Kind::Line, points) => {
                let data = path(points.iter().copied());
                backend.raw(format_args!(r#"<path class="line {class}" d="{data}">{title}</path>"#));
            }
            (Kind::Area { hatched }, &[(left, top), (right, bottom)]) => {
                let data = path([(left, top), (right, top), (right, bottom), (left, bottom)]);
                backend.raw(format_args!(r#"<path class="area {class}" d="{data}Z">{title}</path>"#));
                if *hatched {
                    backend.raw(format_args!(
                        r#"<path class="hatch" d="{}"/>"#,
                        hatch([(left, top), (right, bottom)])
                    ));
                }
            }
            (Kind::Dot, &[(x, y)]) => {
                let (x, y) = (Tenths(x), Tenths(y));
                backend.raw(format_args!(
                    r#"<circle class="dot {class}" cx="{x}" cy="{y}" r="2.5">{title}</circle>"#
                ));
            }
            (Kind::Text { text, anchor, shift }, &[(x, y)]) => {
                let (x, y) = (Tenths(x + shift.0 * SCALE), Tenths(y + shift.1 * SCALE));
                let text = markup(text);
                backend.raw(format_args!(
                    r#"<text class="{class}" x="{x}" y="{y}" text-anchor="{anchor}">{title}{text}</text>"#
                ));
            }
            (Kind::Steps(steps), corners) => steps.write(backend, corners, class),
            // Each constructor gives its kind the number of points that it needs.
            _ => {}
        }
        Ok(())
    }
}
