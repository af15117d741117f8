//! The pages: what each shows, as values for its template.
//!
//! One file per page, and one line for it in [`PAGES`]. No number is computed here; see `gilbench-analysis`.

mod best_tables;
mod case_rows;
mod case_table;
mod cases;
mod claims;
mod comparison;
mod conditions;
mod containers;
mod controls;
mod data;
mod failures;
mod history;
mod interpreter_states;
mod interpreters;
mod limits;
mod machine;
mod markup_of_cases;
mod matrix;
mod method;
mod overview;
mod run_facts;
mod scaling;
mod scaling_page;
mod timelines;
pub(crate) mod verdicts;
mod workload;
mod workloads;

use std::path::PathBuf;

use gilbench_model::Name;
use gilbench_model::plan::WorkloadSummary;
use minijinja::Value;
use minijinja::value::Serde;
use rayon::prelude::*;
use serde::Serialize;

use crate::data::{DataFile, files};
use crate::error::{ReportError, ReportErrorKind};
use crate::joined::Report;
use crate::numbers::moment;
use crate::site::{MARKER, Site};
use crate::templates::Templates;

pub(crate) use interpreters::work_name;
pub(crate) use overview::{controls, unfinished};
pub(crate) use timelines::words as lane_words;

/// A page of which a site has at most one.
struct Top {
    /// Its file, and its template's name.
    file: &'static str,
    /// Its entry of the navigation.
    label: &'static str,
    title: &'static str,
    /// Its content; `None` where the run has nothing for it, so that the site goes without.
    make: fn(&Report<'_>) -> Made,
}

type Made = Result<Option<Value>, ReportErrorKind>;

/// In the order of the navigation.
const PAGES: &[Top] = &[
    Top {
        file: "index.html",
        label: "Start",
        title: "Start",
        make: |report| made(overview::overview(report)?),
    },
    Top {
        file: "claims.html",
        label: "Claims",
        title: "Claims",
        make: |report| made(claims::claims(report)?),
    },
    Top {
        file: "workloads.html",
        label: "Workloads",
        title: "Workloads",
        make: |report| made(workloads::workloads(report)),
    },
    Top {
        file: "interpreters.html",
        label: "Interpreters",
        title: "Interpreters side by side",
        make: |report| maybe(interpreters::interpreters(report)?),
    },
    Top {
        file: "conditions.html",
        label: "Conditions",
        title: "Conditions",
        make: |report| maybe(conditions::conditions(report)?),
    },
    Top {
        file: "scaling.html",
        label: "Scaling",
        title: "Scaling",
        make: |report| made(scaling_page::scaling(report)?),
    },
    Top {
        file: "timelines.html",
        label: "Timelines",
        title: "Timelines",
        make: |report| maybe(timelines::timelines(report)?),
    },
    Top { file: "cases.html", label: "Cases", title: "All cases", make: |report| made(cases::cases(report)) },
    Top {
        file: "failures.html",
        label: "Failures",
        title: "What went wrong",
        make: |report| made(failures::failures(report)),
    },
    Top {
        file: "compare.html",
        label: "Compare",
        title: "Compared with an earlier run",
        make: |report| maybe(comparison::comparison(report)?),
    },
    Top {
        file: "history.html",
        label: "History",
        title: "History",
        make: |report| maybe(history::history(report)?),
    },
    Top {
        file: "method.html",
        label: "Method",
        title: "Method",
        make: |report| made(method::method(report)),
    },
    Top {
        file: "machine.html",
        label: "Machine",
        title: "Machine",
        make: |report| made(machine::machine(report)),
    },
];

#[expect(clippy::unnecessary_wraps, reason = "what a page is made by returns")]
fn made(content: impl Serialize) -> Made {
    Ok(Some(Value::from(Serde(content))))
}

#[expect(clippy::unnecessary_wraps, reason = "what a page is made by returns")]
fn maybe(content: Option<impl Serialize>) -> Made {
    Ok(content.map(|content| Value::from(Serde(content))))
}

/// A page before its template is filled in.
struct Draft {
    path: String,
    template: &'static str,
    label: Option<&'static str>,
    title: String,
    body: Value,
}

/// What every page needs besides its own content.
#[derive(Serialize)]
struct Page<'a> {
    /// Leads from the page to the site's folder: empty or `../`.
    root: &'static str,
    path: &'a str,
    title: &'a str,
    navigation: &'a [(String, &'static str)],
    suite: &'a str,
    gilbench: &'a str,
    planned: &'a str,
    body: &'a Value,
}

pub(crate) const STYLE: &str = include_str!("../../assets/style.css");

/// Each works alone, in this order (what a link leads to is opened after all else is folded), and does nothing on a page
/// that lacks what it is about.
const SCRIPTS: [&str; 4] = [
    include_str!("../../assets/folding.js"),
    include_str!("../../assets/tables.js"),
    include_str!("../../assets/tooltips.js"),
    include_str!("../../assets/claims.js"),
];

/// What every page shows, as values, with the page's path.
pub(crate) fn contents(report: &Report<'_>) -> Result<Vec<(String, Value)>, ReportError> {
    Ok(drafts(report)?.into_iter().map(|draft| (draft.path, draft.body)).collect())
}

fn drafts(report: &Report<'_>) -> Result<Vec<Draft>, ReportError> {
    let (tops, workloads) = rayon::join(|| tops(report), || each_workload(report));
    let (mut drafts, workloads) = (tops?, workloads?);
    drafts.extend(workloads);
    Ok(drafts)
}

/// Makes all files of a site.
pub(crate) fn render(report: &Report<'_>) -> Result<Site, ReportError> {
    let templates = Templates::new().map_err(|kind| kind.at("."))?;
    let (drafts, raw) = rayon::join(|| drafts(report), || files(report));
    let (mut drafts, raw) = (drafts?, raw.map_err(|kind| kind.at("data"))?);
    drafts.push(Draft {
        path: "data.html".to_owned(),
        template: "data.html",
        label: Some("Data"),
        title: "Raw data".to_owned(),
        body: Value::from(Serde(data::data(&raw))),
    });
    let navigation: Vec<(String, &str)> =
        drafts.iter().filter_map(|draft| Some((draft.path.clone(), draft.label?))).collect();

    let suite = report.run.plan.suite.to_string();
    let planned = moment(report.run.environment.planned_ms);
    let fill = |draft: &Draft| {
        let page = Page {
            root: if draft.path.contains('/') { "../" } else { "" },
            path: &draft.path,
            title: &draft.title,
            navigation: &navigation,
            suite: &suite,
            gilbench: &report.run.environment.gilbench,
            planned: &planned,
            body: &draft.body,
        };
        let content = templates.fill(draft.template, page).map_err(|kind| kind.at(&draft.path))?;
        Ok((PathBuf::from(&draft.path), content))
    };
    let files = drafts.par_iter().map(fill).collect::<Result<_, ReportError>>()?;
    let mut site = Site { files };
    for DataFile { name, content } in raw {
        site.files.insert(PathBuf::from("data").join(name), content);
    }
    site.files.insert("assets/style.css".into(), STYLE.into());
    site.files.insert("assets/report.js".into(), SCRIPTS.concat().into_bytes());
    let marker = format!("A site of gilbench {}.\n", report.run.environment.gilbench);
    site.files.insert(MARKER.into(), marker.into_bytes());
    Ok(site)
}

fn tops(report: &Report<'_>) -> Result<Vec<Draft>, ReportError> {
    let draft = |top: &Top| {
        let body = (top.make)(report).map_err(|kind| kind.at(top.file))?;
        let Top { file, label, title, .. } = *top;
        let draft = |body| Draft {
            path: file.to_owned(),
            template: file,
            label: Some(label),
            title: title.to_owned(),
            body,
        };
        Ok(body.map(draft))
    };
    let drafts = PAGES.par_iter().map(draft).collect::<Result<Vec<_>, ReportError>>()?;
    Ok(drafts.into_iter().flatten().collect())
}

fn each_workload(report: &Report<'_>) -> Result<Vec<Draft>, ReportError> {
    let workloads = report.workloads();
    let draft = |(name, summary): &(&Name, Option<&WorkloadSummary>)| {
        let path = format!("workloads/{name}.html");
        let workload = workload::workload(report, name, *summary).map_err(|kind| kind.at(path.as_str()))?;
        let title = workload::title(name, *summary);
        let body = Value::from(Serde(workload));
        Ok(Draft { path, template: "workload.html", label: None, title, body })
    };
    workloads.par_iter().map(draft).collect()
}
