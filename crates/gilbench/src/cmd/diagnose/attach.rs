//! A program that runs already: it is watched for a while, and neither started, changed nor ended.

use std::path::Path;
use std::time::{Duration, Instant};

use gilbench_model::watched::Run;
use gilbench_runner::watch::{Care, Census, Whose};

use super::experiment::Experiment;
use crate::cli::Diagnose;
use crate::exit::UsageError;
use crate::interrupt::Interrupt;
use crate::output;

/// Between two looks whether it is still there.
const LOOK: Duration = Duration::from_millis(50);

/// Watches it; what was seen counts too where it, or the user, ends it sooner.
pub(super) fn observe(
    process: u32,
    arguments: &Diagnose,
    interrupt: &Interrupt,
) -> anyhow::Result<Option<Experiment>> {
    let folder = Path::new("/proc").join(process.to_string());
    let gone = || {
        UsageError::new(
            format!("there is no process {process} to watch, or it has ended"),
            "`pgrep -f NAME` finds its number",
        )
    };
    // One that has ended, but that nobody has asked for yet, has no command any more.
    let command = std::fs::read(folder.join("cmdline")).ok().filter(|command| !command.is_empty());
    let command = command.ok_or_else(gone)?;
    if std::fs::read(folder.join("syscall")).is_err() {
        return Err(UsageError::new(
            format!("what process {process} does may not be seen"),
            "it is another user's, or the system forbids it (ptrace_scope in ptrace(2)): as its user, or as root, it is",
        )
        .into());
    }
    let during = arguments.during;
    output::note(&format!("watching process {process} for {} s", during.as_secs_f64()));
    let census = Census::start(Whose::Of(process), Care::Timed)?;
    let begun = Instant::now();
    while begun.elapsed() < during && folder.exists() && !interrupt.came() {
        std::thread::sleep(LOOK.min(during.saturating_sub(begun.elapsed())));
    }
    let ended = !folder.exists();
    let watched = census.stop().unwrap_or_default();
    let machine = gilbench_runner::machine::read();
    let words = command.split(|byte| *byte == 0).filter(|word| !word.is_empty());
    let command = words.map(|word| String::from_utf8_lossy(word).into_owned()).collect::<Vec<_>>().join(" ");
    let mut notes = vec![
        "from outside alone, a lock of the program's cannot be told from waiting for work, nor work from moving data, \
         handing out tasks, starting up or callbacks of an event loop; nothing was tried"
            .to_owned(),
    ];
    if ended {
        notes.push(format!("it ended after {:.1} s", begun.elapsed().as_secs_f64()));
    }
    Ok(Some(Experiment {
        command,
        telling: Run { tree: None, watched, inside: None, cut: !ended },
        plain: Vec::new(),
        effects: Vec::new(),
        runs: Vec::new(),
        machine_cpus: machine.logical_cpus.unwrap_or(1) as usize,
        allowed_cpus: machine.allowance.cpus.len(),
        quota: machine.allowance.quota,
        notes,
    }))
}
