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
    /// Data of the grid's and the axes' lines: one path each says all of them, before the first mark.
    grid: String,
    axes: String,
}

impl<'a> SvgBackend<'a> {
    /// A drawing of this size in user units.
    pub(super) fn new(out: &'a mut String, (width, height): (u32, u32)) -> Self {
        let scale = SCALE.unsigned_abs();
        Self { out, size: (width * scale, height * scale), grid: String::new(), axes: String::new() }
    }

    /// Appends markup as it is. Text in it must have been escaped.
    pub(super) fn raw(&mut self, markup: fmt::Arguments<'_>) {
        self.flush();
        self.append(markup);
    }

    fn append(&mut self, markup: fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = self.out.write_fmt(markup);
    }

    /// Writes the lines that wait.
    fn flush(&mut self) {
        for (class, data) in
            [("grid", std::mem::take(&mut self.grid)), ("axis", std::mem::take(&mut self.axes))]
        {
            if !data.is_empty() {
                self.append(format_args!(r#"<path class="{class}" d="{data}"/>"#));
            }
        }
    }

    fn polygon(&mut self, points: impl IntoIterator<Item = BackendCoord>, color: BackendColor, closed: bool) {
        if color.alpha == 0.0 {
            return;
        }
        let path = path(points);
        match class(color) {
            _ if closed => self.raw(format_args!(r#"<path class="area" d="{path}Z"/>"#)),
            "grid" => self.grid.push_str(&path),
            _ => self.axes.push_str(&path),
        }
    }
}

/// Points as the data of a path, in as few characters as it takes.
pub(super) fn path(points: impl IntoIterator<Item = BackendCoord>) -> String {
    let mut data = String::new();
    let mut before: Option<(BackendCoord, char)> = None;
    for (x, y) in points {
        let command = match before {
            None => 'M',
            Some(((_, last), _)) if last == y => 'H',
            Some(((last, _), _)) if last == x => 'V',
            Some(_) => 'L',
        };
        let (x_text, y_text) = (Tenths(x), Tenths(y));
        let _ = match (command, before) {
            ('H', _) => write!(data, "H{x_text}"),
            ('V', _) => write!(data, "V{y_text}"),
            // Pairs that follow one of these are lines too.
            ('L', Some((_, 'M' | 'L'))) => write!(data, " {x_text} {y_text}"),
            _ => write!(data, "{command}{x_text} {y_text}"),
        };
        before = Some(((x, y), command));
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
        self.append(format_args!(r#"<text x="{x}" y="{y}"{anchor}{turn}>{text}</text>"#));
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
        assert_eq!(path([(0, 15), (100, 20), (110, 30)]), "M0 1.5 10 2 11 3");
        assert_eq!(path([(0, 0), (50, 0), (50, 10), (60, 20), (0, 0)]), "M0 0H5V1L6 2 0 0");
        assert_eq!(path([(7, 7), (7, 7)]), "M0.7 0.7H0.7", "a point is a line without length");
    }

    #[test]
    fn lines_of_a_grid_are_one_path_and_come_before_marks() {
        let mut out = String::new();
        let mut backend = SvgBackend::new(&mut out, (10, 10));
        backend.draw_line((0, 0), (10, 0), &GRID).unwrap();
        backend.draw_line((0, 0), (0, 10), &AXIS).unwrap();
        backend.draw_line((0, 10), (10, 10), &GRID).unwrap();
        backend.raw(format_args!("<g/>"));
        assert_eq!(out, r#"<path class="grid" d="M0 0H1M0 1H1"/><path class="axis" d="M0 0V1"/><g/>"#);
    }
}
