//! Axes, grid and the `svg` element around the marks of a chart.

use plotters::chart::ChartBuilder;
use plotters::drawing::IntoDrawingArea as _;
use plotters::element::BackendCoordOnly;
use plotters::style::{IntoFont as _, TRANSPARENT};

use super::axis::Axis;
use super::backend::{AXIS, FONT, GRID, LABEL, SCALE, SvgBackend, text_width};
use super::element::{Anchor, Element};
use crate::error::ReportErrorKind;
use crate::text::markup;

/// Width of every drawing in user units: the widest that a phone shows at its own size, so that text in
/// drawings is as large as text around them.
pub(super) const WIDTH: u32 = 328;

/// Room at the right end, for half a tick's label.
const MARGIN: f64 = 18.0;

/// Left of the plot in a drawing of rows, whose labels stand in the plot.
const LEFT: f64 = 14.0;

/// Width of the plot in a drawing of rows.
pub(super) const PLOT: f64 = WIDTH as f64 - LEFT - MARGIN;

/// A drawing's axes and words.
pub(super) struct Frame {
    /// Unique on its page.
    pub(super) id: String,
    pub(super) title: String,
    /// The finding, in words.
    pub(super) description: String,
    /// In user units.
    pub(super) height: u32,
    pub(super) x: Axis,
    pub(super) y: Axis,
    /// What the horizontal axis counts, where its ticks do not say.
    pub(super) x_title: &'static str,
}

impl Frame {
    /// Draws the marks, in order, over the grid.
    pub(super) fn draw(mut self, elements: &[Element]) -> Result<String, ReportErrorKind> {
        let widest = self.y.ticks.iter().map(|(_, label)| text_width(label)).fold(0.0, f64::max);
        let left = if self.y.ticks.is_empty() { LEFT } else { widest + 12.0 };
        self.x.thin(f64::from(WIDTH) - left - MARGIN, (left, MARGIN));
        let mut marks = String::new();
        self.plot(&mut marks, left, elements).map_err(|error| ReportErrorKind::Chart(error.to_string()))?;
        let Self { id, title, description, height, .. } = &self;
        let (title, description) = (markup(title), markup(description));
        Ok(format!(
            "<svg class=\"chart\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" role=\"img\" \
             aria-labelledby=\"{id}-t {id}-d\"><title id=\"{id}-t\">{title}</title>\
             <desc id=\"{id}-d\">{description}</desc>{marks}</svg>"
        ))
    }

    fn plot(
        &self,
        out: &mut String,
        left: f64,
        elements: &[Element],
    ) -> Result<(), Box<dyn std::error::Error>> {
        let scaled = |value: f64| value * f64::from(SCALE);
        let font = ("sans-serif", scaled(FONT)).into_font().color(&LABEL);
        let area = SvgBackend::new(out, (WIDTH, self.height)).into_drawing_area();
        let mut chart = ChartBuilder::on(&area)
            .margin_top(scaled(9.0))
            .margin_right(scaled(MARGIN))
            .x_label_area_size(scaled(if self.x_title.is_empty() { 22.0 } else { 37.0 }))
            .y_label_area_size(scaled(left))
            .build_cartesian_2d(self.x.clone(), self.y.clone())?;
        chart
            .configure_mesh()
            .bold_line_style(GRID)
            .light_line_style(TRANSPARENT)
            .axis_style(AXIS)
            .set_all_tick_mark_size(scaled(4.0))
            .label_style(font)
            .draw()?;
        chart.draw_series::<BackendCoordOnly, Element, _, _>(elements)?;
        let middle = f64::midpoint(self.x.range.start, self.x.range.end);
        let x_title =
            Element::text(self.x_title, (middle, self.y.range.start), Anchor::Middle, (0, 33), "note");
        chart.draw_series::<BackendCoordOnly, Element, _, _>(
            Some(&x_title).filter(|_| !self.x_title.is_empty()),
        )?;
        area.present()?;
        Ok(())
    }
}
