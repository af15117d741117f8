//! `gilbench claims`: what a run says about the article.

use std::process::ExitCode;

use gilbench_analysis::findings::{ClaimFinding, ComparisonCounts, InterpreterFinding};
use gilbench_model::claim::Measure;
use gilbench_model::run_directory::Run;

use crate::cli::{Claims, Common};
use crate::cmd::{claims_document, explain};
use crate::output::Format;
use crate::{data, output};

/// Decides the claims.
pub(super) fn run(common: &Common, arguments: &Claims) -> anyhow::Result<ExitCode> {
    let catalog = data::catalog(common)?;
    if arguments.document {
        claims_document::print(&catalog)?;
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(id) = &arguments.explain {
        explain::run(common, &catalog, (id, arguments.run.as_deref()), arguments.format)?;
        return Ok(ExitCode::SUCCESS);
    }
    let run = Run::load(&data::run_or_latest(arguments.run.as_deref(), common)?)?;
    let findings = gilbench_analysis::analyse(&run, &catalog.claims);
    match arguments.format {
        Format::Json => output::json(&findings.claims)?,
        Format::Text => {
            if let Some(unfinished) = run.unfinished() {
                output::warning(&format!("the run is not complete: {unfinished}"));
            }
            print(&findings.claims)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// A claim to a line, its interpreters below.
pub(super) fn print(claims: &[ClaimFinding]) -> output::Result {
    for claim in claims {
        output::line(&format!("{}  {}: {}", claim.id, claim.verdict.as_str(), claim.statement))?;
        let widest = claim.interpreters.iter().map(|finding| finding.interpreter.as_str().len()).max();
        for finding in &claim.interpreters {
            output::line(&format!("       {}", interpreter(finding, widest.unwrap_or(0))))?;
            for caveat in finding.comparisons.iter().filter_map(|comparison| comparison.caveat.as_ref()) {
                output::line(&format!("         {caveat}"))?;
            }
        }
        if let Some(reason) = claim.overall_reason() {
            output::line(&format!("       {reason}"))?;
        }
    }
    let all = claims.iter().flat_map(|claim| &claim.interpreters).flat_map(|found| &found.comparisons);
    output::line(&counted(&ComparisonCounts::of(all)))
}

/// How many comparisons the verdicts rest on, and what the adjustment for their number took.
fn counted(counts: &ComparisonCounts) -> String {
    let ComparisonCounts { made, tested, significant_alone, significant } = counts;
    format!(
        "comparisons: {made} made, {tested} tested against thresholds; {significant_alone} significant each alone, \
         {significant} after the adjustment for their number"
    )
}

/// The interpreter in a column of this width, then what is known.
fn interpreter(finding: &InterpreterFinding, width: usize) -> String {
    let number = finding.shown().and_then(|comparison| {
        let number = comparison.figure()?.text();
        let measure = match (comparison.measure, &comparison.part) {
            // The part says that it is one, and which.
            (Measure::Observation, Some(part)) => part.clone(),
            (Measure::ObservationRatio, Some(part)) => format!("ratio of {part}"),
            (measure, Some(part)) => format!("{measure} by {part}"),
            (measure, None) => measure.to_string(),
        };
        Some(format!("{measure} {number}"))
    });
    let parts = [Some(finding.verdict.as_str().to_owned()), number, finding.reason.clone()];
    let known = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
    format!("{:width$}  {known}", finding.interpreter)
}
