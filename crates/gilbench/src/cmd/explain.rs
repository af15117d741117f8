//! `gilbench claims --explain`: everything about one claim.

use std::path::Path;

use gilbench_analysis::findings::{ClaimFinding, Comparison};
use gilbench_model::Name;
use gilbench_model::catalog::Catalog;
use gilbench_model::claim::{Claim, FIRST_TEST};
use gilbench_model::run_directory::Run;
use serde::Serialize;

use crate::cli::Common;
use crate::cmd::planning::claim;
use crate::output::Format;
use crate::{data, output};

/// What is known of a claim. The shape of `gilbench claims --explain CLAIM --format json`.
#[derive(Serialize)]
struct Explanation<'a> {
    claim: &'a Claim,
    /// What a run says of it; `None` where there is no run.
    finding: Option<ClaimFinding>,
    /// What measures just it; `None` where nothing does.
    command: Option<String>,
}

/// Explains a claim, by the run that is named or else the latest, if there is any.
pub(super) fn run(
    common: &Common,
    catalog: &Catalog,
    (id, directory): (&Name, Option<&Path>),
    format: Format,
) -> anyhow::Result<()> {
    let claim = claim(catalog, id)?;
    let directory = match directory {
        Some(directory) => Some(directory.to_owned()),
        None => data::run_or_latest(None, common).ok(),
    };
    let run = directory.map(|directory| Run::load(&directory)).transpose()?;
    // Among all claims: how often the run was looked at is part of every verdict.
    let finding = run.as_ref().and_then(|run| {
        let all = gilbench_analysis::analyse(run, &catalog.claims).claims;
        all.into_iter().find(|finding| finding.id == claim.id)
    });
    let measurable = claim.kind.is_tested() || !claim.bears_on.is_empty();
    let command = measurable.then(|| format!("gilbench run --claim {id}"));
    let explanation = Explanation { claim, finding, command };
    match format {
        Format::Json => output::json(&explanation)?,
        Format::Text => print(&explanation)?,
    }
    Ok(())
}

fn print(explanation: &Explanation<'_>) -> output::Result {
    let Explanation { claim, finding, command } = explanation;
    output::line(&format!("{}  {} ({})", claim.id, claim.statement, claim.kind))?;
    let mut said = vec![("place", claim.place.clone())];
    said.extend(claim.refuted_if_seen.clone().map(|text| ("refuted if seen", text)));
    said.extend(claim.because.clone().map(|text| ("not measured", text)));
    said.extend(claim.decided_by.clone().map(|text| ("would be decided by", text)));
    for test in &claim.tests {
        let name = test.name.as_ref().map_or(FIRST_TEST, Name::as_str);
        let name = if claim.tests.len() > 1 { format!("{name}: ") } else { String::new() };
        said.push(("test", format!("{name}{test}")));
    }
    if let Some(finding) = finding {
        let reason = finding.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
        said.push(("verdict", format!("{}{reason}", finding.verdict.as_str())));
        said.extend(finding.correction.clone().map(|text| ("put right", text)));
        said.extend(finding.bears_on.iter().map(|id| ("bears on it", id.clone())));
    } else {
        said.push(("verdict", "none: there is no run yet".to_owned()));
    }
    let again = if claim.kind.is_tested() { "measure it again" } else { "measure what bears on it" };
    said.extend(command.clone().map(|command| (again, command)));
    for (label, text) in said {
        output::line(&format!("  {label}: {text}"))?;
    }
    let comparisons: Vec<&Comparison> = finding
        .iter()
        .flat_map(|finding| &finding.interpreters)
        .flat_map(|finding| &finding.comparisons)
        .collect();
    if comparisons.is_empty() {
        return Ok(());
    }
    output::line("")?;
    output::table(["verdict", "figure", "case", "over", "why"], comparisons.into_iter().map(row))
}

fn row(comparison: &Comparison) -> [String; 5] {
    let figure = comparison.figure().map(|figure| figure.text());
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "—".to_owned());
    [
        comparison.verdict.as_str().to_owned(),
        or_dash(figure),
        comparison.case.clone(),
        or_dash(comparison.against.clone()),
        or_dash(comparison.reason.clone().or_else(|| comparison.caveat.clone())),
    ]
}
