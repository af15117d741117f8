//! Progress on stderr: a bar where there is a terminal, else a line now and then.

use std::cell::RefCell;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

use gilbench_model::event::Event;
use gilbench_model::plan::Plan;
use gilbench_runner::Progress;
use gilbench_runner::install::Step;
use indicatif::{ProgressBar, ProgressStyle};

use crate::output;

/// Between two lines where there is no terminal.
const QUIET: Duration = Duration::from_secs(15);

/// Shows how far something is that has no known end.
pub(crate) struct Ticker {
    bar: Option<ProgressBar>,
    last: Instant,
}

impl Ticker {
    pub(crate) fn new() -> Self {
        let bar = std::io::stderr().is_terminal().then(ProgressBar::new_spinner);
        Self { bar, last: Instant::now() }
    }

    /// Tells how far it is, where there is a terminal, else a line now and then.
    pub(crate) fn tell(&mut self, text: impl FnOnce() -> String) {
        if let Some(bar) = &self.bar {
            bar.set_message(text());
            bar.tick();
        } else if self.last.elapsed() >= QUIET {
            self.last = Instant::now();
            output::note(&text());
        }
    }

    /// Nothing more comes.
    pub(crate) fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// Shows how far a run is.
pub(crate) struct Reporter<'a> {
    plan: &'a Plan,
    bar: Option<ProgressBar>,
    last: Instant,
}

impl<'a> Reporter<'a> {
    pub(crate) fn new(plan: &'a Plan) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(0);
            let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}");
            // The template is a constant; a mistake in it shows as another bar, not as a failed run.
            bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        Self { plan, bar, last: Instant::now() }
    }

    /// Shows an event.
    pub(crate) fn event(&mut self, event: &Event, progress: Progress) {
        match event {
            Event::Began { cases, recorded: 0 } => output::note(&format!("measuring {cases} cases")),
            Event::Began { cases, recorded } => {
                output::note(&format!("measuring {cases} cases; {recorded} processes are recorded already"));
            }
            Event::Recorded { case, round, outcome, .. } => {
                let id = self.plan.cases.get(*case as usize).map_or("", |case| case.id.as_str());
                let stage = round.map_or("pilot".to_owned(), |round| format!("round {}", round + 1));
                if !outcome.is_completed() {
                    let text = outcome.to_string();
                    let first = text.lines().next().unwrap_or_default();
                    self.say(&format!("{id} ({stage}): {first}"));
                }
                self.show(&stage, id, progress);
            }
            Event::Watched { case, outcome } => {
                let id = self.plan.cases.get(*case as usize).map_or("", |case| case.id.as_str());
                if !outcome.is_completed() {
                    let text = outcome.to_string();
                    self.say(&format!("{id} (watched): {}", text.lines().next().unwrap_or_default()));
                }
                if let Some(bar) = &self.bar {
                    bar.set_message(format!("watching · {id}"));
                }
            }
            Event::Finished | Event::Interrupted => {
                if let Some(bar) = &self.bar {
                    bar.finish_and_clear();
                }
            }
            Event::ServerMeasured { .. } | Event::Ended { .. } => {}
        }
    }

    fn show(&mut self, stage: &str, id: &str, progress: Progress) {
        let left = match progress.time_left {
            Some(time) => format!("about {} left", minutes(time)),
            None => "time left not known before the pilot is done".to_owned(),
        };
        if let Some(bar) = &self.bar {
            bar.set_length(u64::from(progress.done + progress.left));
            bar.set_position(u64::from(progress.done));
            bar.set_message(format!("{left} · {stage} · {id}"));
        } else if self.last.elapsed() >= QUIET {
            self.last = Instant::now();
            output::note(&format!(
                "{}/{} processes, {left}, {stage}",
                progress.done,
                progress.done + progress.left
            ));
        }
    }

    fn say(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| output::warning(text)),
            None => output::warning(text),
        }
    }
}

/// Shows how far an installation is: a bar over the bytes of a download, a turning wheel with the time while nobody
/// knows how much is left. Without a terminal, a line for each thing that is begun.
pub(crate) struct Installation {
    terminal: bool,
    current: RefCell<Current>,
}

/// What is shown now.
#[derive(Default)]
struct Current {
    what: String,
    bar: Option<ProgressBar>,
}

/// How often the wheel turns.
const TURN: Duration = Duration::from_millis(100);

impl Installation {
    pub(crate) fn new() -> Self {
        Self { terminal: std::io::stderr().is_terminal(), current: RefCell::default() }
    }

    /// Shows a step.
    pub(crate) fn show(&self, id: &str, provider: &str, step: Step<'_>) {
        let what = match step {
            Step::Fetch { what, .. } => format!("{id}: {provider}: fetching {what}"),
            Step::Work { what } => format!("{id}: {provider}: {what}"),
        };
        let mut current = self.current.borrow_mut();
        if current.what != what {
            if let Some(bar) = current.bar.take() {
                bar.finish_and_clear();
            }
            if self.terminal {
                current.bar = Some(bar(&what, step));
            } else {
                output::note(&what);
            }
            current.what = what;
        }
        if let (Some(bar), Step::Fetch { done, total, .. }) = (&current.bar, step) {
            if let Some(total) = total {
                bar.set_length(total);
            }
            bar.set_position(done);
        }
    }

    /// Shows nothing any more.
    pub(crate) fn clear(&self) {
        if let Some(bar) = std::mem::take(&mut *self.current.borrow_mut()).bar {
            bar.finish_and_clear();
        }
    }
}

fn bar(what: &str, step: Step<'_>) -> ProgressBar {
    let (bar, template) = match step {
        Step::Fetch { total: Some(total), .. } => {
            (ProgressBar::new(total), "{msg} {bar:30} {decimal_bytes}/{decimal_total_bytes}, {eta} left")
        }
        Step::Fetch { total: None, .. } => (ProgressBar::no_length(), "{spinner} {msg} {decimal_bytes}"),
        Step::Work { .. } => (ProgressBar::new_spinner(), "{spinner} {msg} {elapsed}"),
    };
    // The template is a constant; a mistake in it shows as another bar, not as a failure.
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = bar.with_style(style).with_message(what.to_owned());
    bar.enable_steady_tick(TURN);
    bar
}

/// `3m20s`, `45s`.
fn minutes(time: Duration) -> String {
    let seconds = time.as_secs();
    if seconds < 60 { format!("{seconds}s") } else { format!("{}m{:02}s", seconds / 60, seconds % 60) }
}
