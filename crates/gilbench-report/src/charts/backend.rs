//! What plotters draws on: SVG text.
//!
//! Three things that the stock SVG backend does not do. Coordinates are tenths of a user unit, because whole
//! ones make ragged dashes and hairline seams. Every style is one of a few sentinel colours that stand for a
//! class of the style sheet. And marks write groups with a title, through [`SvgBackend::raw`].
//!
//! Knows nothing of what is drawn.

use std::convert::Infallible;
use std::fmt::{self, Write as _};

use plotters::style::RGBColor;
use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
    FontTransform,
};

use crate::text::markup;

/// Backend units per user unit of the SVG.
pub(super) const SCALE: i32 = 10;

/// Font size of all labels, in user units. Drawings are shown at their own size, so these are CSS pixels.
pub(super) const FONT: f64 = 12.0;

/// Lines of a chart's grid.
pub(super) const GRID: RGBColor = RGBColor(1, 0, 0);
/// Its axes.
pub(super) const AXIS: RGBColor = RGBColor(2, 0, 0);
/// Its labels, which look as text in a chart does unless it has a class.
pub(super) const LABEL: RGBColor = RGBColor(3, 0, 0);

fn class(color: BackendColor) -> &'static str {
    match color.rgb.0 {
        1 => "grid",
        _ => "axis",
    }
}

/// Writes SVG elements into a text.
pub(super) struct SvgBackend<'a> {
    out: &'a mut String,
    size: (u32, u32),
    /// Lines of one class that follow each other make one path: the class, and what is known of its data.
    lines: Option<(&'static str, String)>,
}

impl<'a> SvgBackend<'a> {
    /// A drawing of this size in user units.
    pub(super) fn new(out: &'a mut String, (width, height): (u32, u32)) -> Self {
        let scale = SCALE.unsigned_abs();
        Self { out, size: (width * scale, height * scale), lines: None }
    }

    /// Appends markup as it is. Text in it must have been escaped.
    pub(super) fn raw(&mut self, markup: fmt::Arguments<'_>) {
        self.flush();
        // Writing to a string cannot fail.
        let _ = self.out.write_fmt(markup);
    }

    fn flush(&mut self) {
        if let Some((class, data)) = self.lines.take() {
            let _ = write!(self.out, r#"<path class="{class}" d="{data}"/>"#);
        }
    }

    fn polygon(&mut self, points: impl IntoIterator<Item = BackendCoord>, color: BackendColor, closed: bool) {
        if color.alpha == 0.0 {
            return;
        }
        let path = path(points);
        if closed {
            self.raw(format_args!(r#"<path class="area" d="{path}Z"/>"#));
            return;
        }
        let class = class(color);
        match &mut self.lines {
            Some((of, data)) if *of == class => data.push_str(&path),
            _ => {
                self.flush();
                self.lines = Some((class, path));
            }
        }
    }
}

/// Points as the data of a path, in as few characters as need be.
pub(super) fn path(points: impl IntoIterator<Item = BackendCoord>) -> String {
    let mut data = String::new();
    let mut before = None;
    for (x, y) in points {
        let (right, down) = (Tenths(x), Tenths(y));
        let _ = match before {
            None => write!(data, "M{right} {down}"),
            Some((_, same)) if same == y => write!(data, "H{right}"),
            Some((same, _)) if same == x => write!(data, "V{down}"),
            Some(_) => write!(data, "L{right} {down}"),
        };
        before = Some((x, y));
    }
    data
}

/// A backend unit in user units: `12.3`, `12`.
#[derive(Clone, Copy)]
pub(super) struct Tenths(pub(super) i32);

impl fmt::Display for Tenths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, rest) = (self.0.abs() / SCALE, self.0.abs() % SCALE);
        if rest == 0 { write!(f, "{sign}{whole}") } else { write!(f, "{sign}{whole}.{rest}") }
    }
}

/// The width of a tick's label, in user units: digits are 0.55 em wide in most sans-serif fonts and 0.64 in the
/// widest common one.
pub(super) fn text_width(text: &str) -> f64 {
    text.chars().count() as f64 * FONT * 0.64
}

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

impl DrawingBackend for SvgBackend<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        self.flush();
        Ok(())
    }

    fn draw_pixel(&mut self, point: BackendCoord, color: BackendColor) -> Drawn {
        self.polygon([point, point], color, false);
        Ok(())
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        self.polygon([from, to], style.color(), false);
        Ok(())
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        (left, top): BackendCoord,
        (right, bottom): BackendCoord,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)];
        self.polygon(corners, style.color(), fill);
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        self.polygon(path, style.color(), false);
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        center: BackendCoord,
        radius: u32,
        style: &S,
        _: bool,
    ) -> Drawn {
        let (x, y) = (Tenths(center.0), Tenths(center.1));
        let radius = f64::from(radius) / f64::from(SCALE);
        let class = class(style.color());
        self.raw(format_args!(r#"<circle class="{class}" cx="{x}" cy="{y}" r="{radius}"/>"#));
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        points: I,
        style: &S,
    ) -> Drawn {
        self.polygon(points, style.color(), true);
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, (x, y): BackendCoord) -> Drawn {
        if style.color().alpha == 0.0 {
            return Ok(());
        }
        let anchor = match style.anchor().h_pos {
            HPos::Left => "",
            HPos::Center => r#" text-anchor="middle""#,
            HPos::Right => r#" text-anchor="end""#,
        };
        // `dominant-baseline` differs between renderers; offsets from the alphabetic baseline do not.
        let shift = match style.anchor().v_pos {
            VPos::Top => 0.8,
            VPos::Center => 0.33,
            VPos::Bottom => -0.2,
        };
        #[expect(clippy::cast_possible_truncation, reason = "a few pixels")]
        let y = y + (style.size() * shift) as i32;
        let (x, y) = (Tenths(x), Tenths(y));
        let turn = match style.transform() {
            FontTransform::None => String::new(),
            FontTransform::Rotate90 => format!(r#" transform="rotate(90 {x} {y})""#),
            FontTransform::Rotate180 => format!(r#" transform="rotate(180 {x} {y})""#),
            FontTransform::Rotate270 => format!(r#" transform="rotate(270 {x} {y})""#),
        };
        let text = markup(text);
        // Between the ticks of an axis, which are one path nevertheless.
        let _ = write!(self.out, r#"<text x="{x}" y="{y}"{anchor}{turn}>{text}</text>"#);
        Ok(())
    }

    fn estimate_text_size<S: BackendTextStyle>(
        &self,
        text: &str,
        style: &S,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a label is short")]
        let size = ((text_width(text) * f64::from(SCALE)) as u32, (style.size() * 1.2) as u32);
        Ok(size)
    }

    fn blit_bitmap(&mut self, _: BackendCoord, _: (u32, u32), _: &[u8]) -> Drawn {
        // No chart of ours has a picture in it.
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_keep_their_tenths() {
        assert_eq!([0, 5, 120, 123, -7].map(|n| Tenths(n).to_string()), ["0", "0.5", "12", "12.3", "-0.7"]);
    }

    #[test]
    fn paths_move_once_and_then_draw() {
        assert_eq!(path([(0, 15), (100, 20)]), "M0 1.5L10 2");
        assert_eq!(path([(0, 15), (100, 15), (100, 20), (0, 20)]), "M0 1.5H10V2H0");
    }

    #[test]
    fn lines_of_a_class_are_one_path() {
        let mut out = String::new();
        let mut backend = SvgBackend::new(&mut out, (10, 10));
        for (color, x) in [(GRID, 10), (GRID, 20), (AXIS, 30)] {
            backend.draw_line((x, 0), (x, 50), &color).expect("cannot fail");
        }
        backend.present().expect("cannot fail");
        assert_eq!(out, r#"<path class="grid" d="M1 0V5M2 0V5"/><path class="axis" d="M3 0V5"/>"#);
    }
}
