//! A chart by itself: title, drawing, legend, note and source, one above the other, in an SVG that needs no other file.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::raster;
use super::sheet::{Scheme, page, rules};
use crate::error::ReportErrorKind;
use crate::text::{markup, wrapped};

/// A chart of the site that can be drawn by itself.
#[derive(Clone, Debug)]
pub struct Chart {
    /// `page/figure-panel`: the same for equal plans. Also a relative path without an ending.
    pub id: String,
    /// What its figure is about, and its panel.
    pub title: String,
    pub(super) drawing: Drawing,
    pub(super) legend: Vec<(Drawing, String)>,
    /// How to read it.
    pub(super) note: String,
    /// Which run it shows.
    pub(super) source: String,
}

/// An `svg` element, taken apart.
#[derive(Clone, Debug)]
pub(super) struct Drawing {
    class: String,
    /// In user units.
    width: f64,
    /// In user units.
    height: f64,
    /// Markup.
    content: String,
}

/// Around everything, in user units.
const MARGIN: f64 = 16.0;

/// Between parts that stand above each other.
const GAP: f64 = 10.0;

/// A font's size, the distance of lines, and about how wide a character is over the size: that of Noto Sans over English
/// text, with some room.
struct Font {
    size: f64,
    line: f64,
    character: f64,
    class: &'static str,
}

const TITLE: Font = Font { size: 14.0, line: 19.0, character: 0.6, class: "row-label picture-title" };
const LABEL: Font = Font { size: 12.0, line: 20.0, character: 0.57, class: "" };
const SMALL: Font = Font { size: 11.0, line: 15.0, character: 0.57, class: "picture-note" };

/// What the style sheet of the site has no use for.
const OWN_RULES: &str = "svg.chart .picture-title{font-size:14px;font-weight:700}\
     svg.chart .picture-note{font-size:11px}";

impl Drawing {
    /// Takes apart an `svg` element of ours; `None` if it has no size.
    pub(super) fn of(svg: &str) -> Option<Self> {
        let (start, rest) = svg.trim().strip_prefix("<svg ")?.split_once('>')?;
        let attribute = |name: &str| {
            let (_, value) = start.split_once(&format!("{name}=\""))?;
            value.split_once('"').map(|(value, _)| value)
        };
        // The style sheet may give it another size on a page; its own units are those of its content.
        let mut view = attribute("viewBox")?.split(' ').skip(2);
        let mut side = || view.next()?.parse().ok();
        Some(Self {
            class: attribute("class").unwrap_or_default().to_owned(),
            width: side()?,
            height: side()?,
            content: rest.strip_suffix("</svg>")?.to_owned(),
        })
    }

    /// The markup of its own title or description, escaped; nothing where it has none.
    fn said(&self, element: &str) -> &str {
        let after =
            self.content.split_once(&format!("<{element} ")).and_then(|(_, rest)| rest.split_once('>'));
        let text = after.and_then(|(_, rest)| rest.split_once(&format!("</{element}>")));
        text.map_or("", |(text, _)| text)
    }
}

impl Chart {
    /// The chart as an SVG document with literal colours.
    pub fn svg(&self, scheme: Scheme) -> String {
        self.draw(scheme).0
    }

    /// The chart as a PNG image with two pixels a user unit.
    pub fn png(&self, scheme: Scheme) -> Result<Vec<u8>, ReportErrorKind> {
        let (svg, size) = self.draw(scheme);
        raster::png(&svg, size)
    }

    /// The document, and its size in user units.
    fn draw(&self, scheme: Scheme) -> (String, (f64, f64)) {
        let drawing = &self.drawing;
        let title = match drawing.said("title") {
            "" => markup(&self.title).into_owned(),
            title => title.to_owned(),
        };
        let mut column = Column { body: String::new(), y: MARGIN, width: drawing.width };
        column.paragraph(&title, &TITLE);
        column.y += GAP;
        column.drawing(drawing);
        column.legend(&self.legend);
        column.paragraph(&markup(&self.note), &SMALL);
        column.y += GAP / 2.0;
        column.paragraph(&markup(&self.source), &SMALL);
        let Column { body, y, .. } = column;
        let (width, height) = (drawing.width + 2.0 * MARGIN, (y + MARGIN).ceil());
        let style = rules(scheme, &classes(&body, &drawing.class));
        let (class, page, description) = (&drawing.class, page(scheme), drawing.said("desc"));
        let document = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"{class}\" viewBox=\"0 0 {width} {height}\" \
             width=\"{width}\" height=\"{height}\" role=\"img\"><title>{title}</title><desc>{description}</desc>\
             <style>{style}{OWN_RULES}</style><rect width=\"{width}\" height=\"{height}\" fill=\"{page}\"/>{body}</svg>\n",
        );
        (document, (width, height))
    }
}

/// Parts above each other, as they are written.
struct Column {
    body: String,
    /// Where the next part begins.
    y: f64,
    /// Of what stands between the margins.
    width: f64,
}

// Writing to a string cannot fail.
impl Column {
    /// Escaped text, in as many lines as it takes.
    fn paragraph(&mut self, text: &str, font: &Font) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few dozen")]
        let longest = (self.width / (font.size * font.character)) as usize;
        for line in wrapped(text, longest) {
            let (class, foot) = (font.class, self.y + font.size);
            let _ = write!(self.body, r#"<text class="{class}" x="{MARGIN}" y="{foot}">{line}</text>"#);
            self.y += font.line;
        }
    }

    fn drawing(&mut self, drawing: &Drawing) {
        let (y, content) = (self.y, &drawing.content);
        let _ = write!(self.body, r#"<g transform="translate({MARGIN} {y})">{content}</g>"#);
        self.y += drawing.height + GAP;
    }

    /// Keys and labels, as many beside each other as there is room for.
    fn legend(&mut self, legend: &[(Drawing, String)]) {
        /// Between a key and its label.
        const SPACE: f64 = 4.0;
        let mut x = 0.0;
        for (key, label) in legend {
            let beside = key.width + SPACE;
            let width = beside + label.chars().count() as f64 * LABEL.size * LABEL.character + 2.0 * GAP;
            if x > 0.0 && x + width > self.width {
                self.y += LABEL.line;
                x = 0.0;
            }
            let (left, top, foot) = (MARGIN + x, self.y, self.y + LABEL.size);
            let (class, content, label) = (&key.class, &key.content, markup(label));
            let _ = write!(
                self.body,
                r#"<g class="{class}" transform="translate({left} {top})">{content}</g><text x="{}" y="{foot}">{label}</text>"#,
                left + beside,
            );
            x += width;
        }
        if !legend.is_empty() {
            self.y += LABEL.line + GAP;
        }
    }
}

/// The classes that occur in some markup, and those of the element around it.
fn classes<'t>(body: &'t str, around: &'t str) -> BTreeSet<&'t str> {
    let named = body.split("class=\"").skip(1).filter_map(|rest| rest.split('"').next());
    named.chain([around]).flat_map(str::split_whitespace).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawing_is_taken_apart() {
        let drawing = Drawing::of(
            r#"<svg class="chart" viewBox="0 0 3 4" width="3" height="4"><title id="t">A</title><g/></svg>"#,
        )
        .unwrap();
        assert_eq!((drawing.class.as_str(), drawing.width, drawing.height), ("chart", 3.0, 4.0));
        assert_eq!((drawing.said("title"), drawing.said("desc")), ("A", ""));
        assert!(Drawing::of("<p>").is_none() && Drawing::of("<svg class=\"a\"></svg>").is_none());
    }
}
