//! `gilbench new`: a folder to begin with.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use gilbench_model::Name;

use crate::cli::Common;
use crate::exit::UsageError;
use crate::{data, output};

/// The files of a workload, with the places `{{name}}` and `{{title}}`. It works as it is: what is changed is the
/// author's own.
const WORKLOAD: [(&str, &str); 3] = [
    ("workload.yaml", include_str!("../../templates/workload/workload.yaml")),
    ("worker.py", include_str!("../../templates/workload/worker.py")),
    ("README.md", include_str!("../../templates/workload/README.md")),
];

/// Writes the folder of a new workload, and says where its files are.
pub(super) fn workload(common: &Common, name: &Name) -> anyhow::Result<ExitCode> {
    let folder = data::root(common)?.join("workloads").join(name.as_str());
    fs::create_dir(&folder).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => anyhow::Error::new(taken(&folder)),
        _ => anyhow::Error::new(error).context(format!("cannot make `{}`", folder.display())),
    })?;
    for (file, template) in WORKLOAD {
        let path = folder.join(file);
        let text = template.replace("{{name}}", name.as_str()).replace("{{title}}", &title(name));
        fs::write(&path, text).with_context(|| format!("cannot write `{}`", path.display()))?;
        output::verbatim(&path.display().to_string())?;
    }
    output::note("`gilbench check` checks it; docs/adding-a-workload.md says how to go on");
    Ok(ExitCode::SUCCESS)
}

fn taken(folder: &Path) -> UsageError {
    UsageError::new(
        format!("`{}` exists", folder.display()),
        "`gilbench list workloads` shows the names that are taken",
    )
}

/// `word-count` as `Word count`.
fn title(name: &Name) -> String {
    let words = name.as_str().replace(['-', '_'], " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}
