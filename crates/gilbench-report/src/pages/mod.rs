//! The pages: what each shows, as values for its template.
//!
//! One file per page. No number is computed here; see `gilbench-analysis`.

mod case_rows;
mod cases;
mod claims;
mod limits;
mod machine;
mod overview;
mod scaling;
pub(crate) mod verdicts;
mod workload;

use std::path::PathBuf;

use serde::Serialize;

use crate::error::{ReportError, ReportErrorKind};
use crate::joined::Report;
use crate::numbers::moment;
use crate::site::{MARKER, Site};
use crate::templates::Templates;

pub(crate) use overview::{controls, unfinished};

/// What every page needs besides its own content.
#[derive(Serialize)]
struct Page<T> {
    /// Leads from the page to the site's folder: empty or `../`.
    root: &'static str,
    /// The entry of the navigation that it belongs to.
    current: &'static str,
    title: String,
    suite: String,
    gilbench: String,
    planned: String,
    body: T,
}

const STYLE: &str = include_str!("../../assets/style.css");
const SCRIPT: &str = include_str!("../../assets/report.js");

/// Where a page is and which template fills it.
struct Place<'a> {
    path: &'a str,
    template: &'static str,
    root: &'static str,
    current: &'static str,
    title: &'a str,
}

/// Makes all files of a site.
pub(crate) fn render(report: &Report<'_>) -> Result<Site, ReportError> {
    let templates = Templates::new().map_err(|kind| kind.at("."))?;
    // The table of all cases and the workloads' pages are the bulk; they take about as long as each other.
    let (workloads, others) =
        rayon::join(|| workload_pages(report, &templates), || other_pages(report, &templates));
    let mut site = others?;
    site.files.extend(workloads?.files);

    data(report, &mut site).map_err(|kind| kind.at("data"))?;
    site.files.insert("assets/style.css".into(), STYLE.into());
    site.files.insert("assets/report.js".into(), SCRIPT.into());
    let marker = format!("A site of gilbench {}.\n", report.run.environment.gilbench);
    site.files.insert(MARKER.into(), marker.into_bytes());
    Ok(site)
}

fn workload_pages(report: &Report<'_>, templates: &Templates) -> Result<Site, ReportError> {
    let mut site = Site::default();
    for (name, summary) in report.workloads() {
        let path = format!("workloads/{name}.html");
        let workload = workload::workload(report, name, summary).map_err(|kind| kind.at(path.as_str()))?;
        let title = summary.map_or(name.as_str(), |summary| summary.title.as_str());
        let place =
            Place { path: &path, template: "workload.html", root: "../", current: "workloads", title };
        add(report, templates, &mut site, &place, workload)?;
    }
    Ok(site)
}

fn other_pages(report: &Report<'_>, templates: &Templates) -> Result<Site, ReportError> {
    let mut site = Site::default();
    let top = |path, current, title| Place { path, template: path, root: "", current, title };
    add(
        report,
        templates,
        &mut site,
        &top("index.html", "overview", "Overview"),
        overview::overview(report),
    )?;
    let claims = claims::claims(report).map_err(|kind| kind.at("claims.html"))?;
    add(report, templates, &mut site, &top("claims.html", "claims", "Claims"), claims)?;
    add(report, templates, &mut site, &top("cases.html", "cases", "All cases"), cases::cases(report))?;
    add(report, templates, &mut site, &top("machine.html", "machine", "Machine"), machine::machine(report))?;
    Ok(site)
}

fn add<T: Serialize>(
    report: &Report<'_>,
    templates: &Templates,
    site: &mut Site,
    place: &Place<'_>,
    body: T,
) -> Result<(), ReportError> {
    let page = Page {
        root: place.root,
        current: place.current,
        title: place.title.to_owned(),
        suite: report.run.plan.suite.to_string(),
        gilbench: report.run.environment.gilbench.clone(),
        planned: moment(report.run.environment.planned_ms),
        body,
    };
    let content = templates.fill(place.template, page).map_err(|kind| kind.at(place.path))?;
    site.files.insert(PathBuf::from(place.path), content);
    Ok(())
}

/// What the pages were made from, to be read by programs.
fn data(report: &Report<'_>, site: &mut Site) -> Result<(), ReportErrorKind> {
    site.files.insert("data/findings.json".into(), serde_json::to_vec_pretty(report.findings)?);
    site.files.insert("data/plan.json".into(), serde_json::to_vec(&report.run.plan)?);
    Ok(())
}
