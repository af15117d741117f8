//! Where the data files are, and where results go.

use std::path::{Path, PathBuf};
use std::time::Duration;

use gilbench_model::Name;
use gilbench_model::catalog::Catalog;
use gilbench_model::run_directory::PLAN;
use gilbench_runner::discovery::{Discovery, InContainers, Places, discover};

use crate::cli::Common;
use crate::exit::UsageError;

/// Results go below this folder of the data folder.
const RESULTS: &str = "target/gilbench";

/// Finds the data folder and loads it.
pub(crate) fn catalog(common: &Common) -> anyhow::Result<Catalog> {
    Ok(Catalog::load(&root(common)?)?)
}

/// `--data`, else the nearest folder above the current one, or above the program, that holds the data files.
pub(crate) fn root(common: &Common) -> anyhow::Result<PathBuf> {
    let holds_data =
        |folder: &&Path| folder.join("workloads/suites").is_dir() && folder.join("interpreters").is_dir();
    if let Some(folder) = &common.data {
        return match Some(folder.as_path()).filter(holds_data) {
            Some(folder) => Ok(std::path::absolute(folder)?),
            None => Err(UsageError::new(
                format!("`{}` holds no data files", folder.display()),
                "the data folder holds `workloads/suites` and `interpreters`",
            )
            .into()),
        };
    }
    let places = [std::env::current_dir(), std::env::current_exe()];
    let found =
        places.iter().flatten().find_map(|place| place.ancestors().find(holds_data).map(Path::to_owned));
    found.ok_or_else(|| {
        let hint = "go to a clone of gilbench, or name its folder with `--data DIR`";
        UsageError::new("no data files here or above", hint).into()
    })
}

/// Looks for every defined interpreter, or for those that are wanted, and for some of them in containers.
pub(crate) fn interpreters(
    catalog: &Catalog,
    common: &Common,
    in_containers: InContainers,
    wanted: Option<Vec<Name>>,
) -> anyhow::Result<Discovery> {
    look(catalog, &Places { wanted, ..places(common, in_containers)? })
}

/// Looks for every defined interpreter, and believes what those that have not changed said before.
pub(crate) fn known_interpreters(
    catalog: &Catalog,
    common: &Common,
    in_containers: InContainers,
) -> anyhow::Result<Discovery> {
    look(catalog, &Places { believe: true, ..places(common, in_containers)? })
}

/// The same for those that are wanted.
pub(crate) fn known_interpreters_among(
    catalog: &Catalog,
    common: &Common,
    in_containers: InContainers,
    wanted: Option<Vec<Name>>,
) -> anyhow::Result<Discovery> {
    look(catalog, &Places { believe: true, wanted, ..places(common, in_containers)? })
}

/// Where to look for all of them.
pub(crate) fn places(common: &Common, in_containers: InContainers) -> anyhow::Result<Places> {
    Ok(Places {
        explicit: common.python.clone(),
        gilbench: std::env::current_exe()?,
        engine: common.engine.into(),
        in_containers,
        wanted: None,
        believe: false,
    })
}

fn look(catalog: &Catalog, places: &Places) -> anyhow::Result<Discovery> {
    crate::scratch::check_place()?;
    let discovery = discover(catalog, places, &still_asking)?;
    for path in &places.explicit {
        if !discovery.uses(&std::path::absolute(path)?) {
            crate::output::warning(&format!("`{}` is not used: no definition matches it", path.display()));
        }
    }
    Ok(discovery)
}

/// Says for what we wait.
pub(crate) fn still_asking(path: &Path, limit: Duration) {
    let limit = limit.as_secs();
    crate::output::note(&format!("still asking `{}` what it is, for at most {limit} s", path.display()));
}

/// Where runs are kept.
pub(crate) fn runs(root: &Path) -> PathBuf {
    root.join(RESULTS).join("runs")
}

/// Where the site is rendered.
pub(crate) fn site(root: &Path) -> PathBuf {
    root.join(RESULTS).join("site")
}

/// The run that was named, else the latest.
pub(crate) fn run_or_latest(run: Option<&Path>, common: &Common) -> anyhow::Result<PathBuf> {
    if let Some(run) = run {
        return Ok(run.to_owned());
    }
    let folder = runs(&root(common)?);
    let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path());
    // Names begin with the time.
    entries.filter(|path| path.join(PLAN).is_file()).max().ok_or_else(|| {
        let message = format!("no run in `{}`", folder.display());
        UsageError::new(message, "`gilbench run` makes one; or name a run directory").into()
    })
}
