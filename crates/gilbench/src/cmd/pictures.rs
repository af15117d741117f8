//! `gilbench report --png`, `--svg` and `--list-charts`: single charts of a report, for READMEs and slides.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use gilbench_analysis::compare::Pattern;
use gilbench_model::data_file::did_you_mean;
use gilbench_report::{Chart, Scheme, Sources};
use rayon::prelude::*;

use crate::cli::Pictures;
use crate::exit::UsageError;
use crate::output;

/// Lists or writes the charts that are asked for.
pub(super) fn run(sources: Sources<'_>, arguments: &Pictures) -> anyhow::Result<()> {
    let all = gilbench_report::charts(sources)?;
    let chosen = chosen(&all, &arguments.chart)?;
    if arguments.list_charts {
        let rows = chosen.iter().map(|chart| [chart.id.clone(), chart.title.clone()]);
        output::table(["chart", "shows"], rows)?;
    }
    let written =
        chosen.par_iter().map(|chart| write_all(chart, arguments)).collect::<Result<Vec<_>, _>>()?;
    for path in written.iter().flatten() {
        output::verbatim(&path.display().to_string())?;
    }
    Ok(())
}

/// Those that any of the patterns fits, in the order of the site.
fn chosen<'c>(all: &'c [Chart], patterns: &[String]) -> Result<Vec<&'c Chart>, UsageError> {
    if all.is_empty() {
        return Err(UsageError::new(
            "this run has no chart: nothing in it was measured",
            "`gilbench report` shows why",
        ));
    }
    let patterns: Vec<Pattern> = patterns.iter().map(Pattern::new).collect();
    let unfit = patterns.iter().find(|pattern| !all.iter().any(|chart| pattern.fits(&chart.id)));
    if let Some(unfit) = unfit {
        let ids = || all.iter().map(|chart| chart.id.as_str());
        let near = did_you_mean(unfit.as_str(), ids()).map(|id| format!("did you mean `{id}`? "));
        let hint =
            format!("{}`gilbench report --list-charts` shows all {}", near.unwrap_or_default(), all.len());
        return Err(UsageError::new(format!("no chart `{}`", unfit.as_str()), hint));
    }
    let is_wanted =
        |chart: &&Chart| patterns.is_empty() || patterns.iter().any(|pattern| pattern.fits(&chart.id));
    Ok(all.iter().filter(is_wanted).collect())
}

/// Writes a chart in each scheme and format; where to.
fn write_all(chart: &Chart, arguments: &Pictures) -> anyhow::Result<Vec<PathBuf>> {
    let mut written = Vec::new();
    for scheme in Scheme::ALL {
        // The id of a chart is a relative path: names of pages and figures, with no text of unknown origin in it.
        let path = |folder: &Path, ending| folder.join(format!("{}-{}.{ending}", chart.id, scheme.as_str()));
        if let Some(folder) = &arguments.png {
            written.push(write(path(folder, "png"), &chart.png(scheme)?)?);
        }
        if let Some(folder) = &arguments.svg {
            written.push(write(path(folder, "svg"), chart.svg(scheme).as_bytes())?);
        }
    }
    Ok(written)
}

fn write(path: PathBuf, content: &[u8]) -> anyhow::Result<PathBuf> {
    let folder = path.parent().unwrap_or(&path);
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
    std::fs::write(&path, content).with_context(|| format!("cannot write `{}`", path.display()))?;
    Ok(path)
}
