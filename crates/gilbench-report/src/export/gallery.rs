//! Finds the charts of a site in the values that its pages are made from.
//!
//! A figure is told by its shape, wherever it stands: a page that shows one needs to do nothing to have it exported.

use minijinja::Value;
use minijinja::value::ValueKind;

use super::picture::{Chart, Drawing};
use crate::error::{ReportError, ReportErrorKind};
use crate::joined::Report;
use crate::numbers::moment;
use crate::pages;

/// Every chart of every page, in their order.
pub(crate) fn charts(report: &Report<'_>) -> Result<Vec<Chart>, ReportError> {
    let plan = &report.run.plan;
    let source = format!("gilbench, suite {}, {}", plan.suite, moment(report.run.environment.planned_ms));
    let mut charts = Vec::new();
    for (path, body) in pages::contents(report)? {
        let page = path.strip_suffix(".html").unwrap_or(&path);
        let mut figures = Vec::new();
        collect(&body, &mut figures);
        for figure in figures {
            panels(&figure, page, &source, &mut charts).map_err(|kind| kind.at(path.as_str()))?;
        }
    }
    Ok(charts)
}

/// The values of figures, at any depth.
fn collect(value: &Value, figures: &mut Vec<Value>) {
    let children: Vec<Value> = match value.kind() {
        ValueKind::Map if is_figure(value) => return figures.push(value.clone()),
        ValueKind::Map => keys(value).filter_map(|key| value.get_item(&key).ok()).collect(),
        ValueKind::Seq | ValueKind::Iterable => keys(value).collect(),
        _ => return,
    };
    for child in &children {
        collect(child, figures);
    }
}

/// The keys of a map, or the items of a list.
fn keys(value: &Value) -> impl Iterator<Item = Value> {
    value.try_iter().into_iter().flatten()
}

/// Whether it has what [`Figure`](crate::charts::Figure) has and nothing else does.
fn is_figure(value: &Value) -> bool {
    let has = |name: &str| value.get_attr(name).is_ok_and(|found| !found.is_undefined());
    ["id", "title", "note", "legend", "panels"].into_iter().all(has)
}

/// A chart for each panel of a figure.
fn panels(figure: &Value, page: &str, source: &str, charts: &mut Vec<Chart>) -> Result<(), ReportErrorKind> {
    let text =
        |of: &Value, name: &str| -> Result<String, ReportErrorKind> { Ok(of.get_attr(name)?.to_string()) };
    let drawing = |of: &Value| {
        let svg = text(of, "svg")?;
        Drawing::of(&svg).ok_or_else(|| ReportErrorKind::Chart("it is no drawing with a size".to_owned()))
    };
    let (id, title, note) = (text(figure, "id")?, text(figure, "title")?, text(figure, "note")?);
    let legend = figure.get_attr("legend")?.try_iter()?;
    let legend: Vec<(Drawing, String)> = legend
        .map(|key| Ok((drawing(&key)?, text(&key, "label")?)))
        .collect::<Result<_, ReportErrorKind>>()?;
    for (index, panel) in figure.get_attr("panels")?.try_iter()?.enumerate() {
        charts.push(Chart {
            id: format!("{page}/{id}-{index}"),
            title: format!("{title}: {}", text(&panel, "heading")?),
            drawing: drawing(&panel)?,
            legend: legend.clone(),
            note: note.clone(),
            source: source.to_owned(),
        });
    }
    Ok(())
}
