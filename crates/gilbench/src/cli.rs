//! Arguments, as they are written.

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};
use gilbench_model::Name;
use gilbench_model::condition::{Affinity, MOST_WORKERS};
use gilbench_model::provider::ProviderKind;
use gilbench_model::units::{Fraction, parse_duration};
use gilbench_runner::container::Choice;

use crate::output::Format;
use crate::tabular::TabularFormat;

/// Does this Python code run in parallel, and what would make it? Measured, not guessed.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

/// What every verb takes.
#[derive(Clone, Debug, Args)]
pub(crate) struct Common {
    /// Folder with `workloads` and `interpreters` [default: the nearest one above the current folder, else above the program]
    #[arg(long, global = true, value_name = "DIR", env = "GILBENCH_DATA")]
    pub(crate) data: Option<PathBuf>,
    /// An interpreter, or a folder with some, to use before all that can be found; repeatable
    #[arg(long, global = true, value_name = "PATH", env = "GILBENCH_PYTHONS", value_delimiter = ':')]
    pub(crate) python: Vec<PathBuf>,
    /// The container engine
    #[arg(long, global = true, env = "GILBENCH_ENGINE", default_value = "auto")]
    pub(crate) engine: Engine,
}

/// Which container engine to use.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Engine {
    /// The first that answers
    Auto,
    Docker,
    Podman,
}

impl From<Engine> for Choice {
    fn from(engine: Engine) -> Self {
        match engine {
            Engine::Auto => Self::Auto,
            Engine::Docker => Self::Docker,
            Engine::Podman => Self::Podman,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Find interpreters, get those that are named and missing, measure a suite, decide the claims, render the site
    BenchAll(BenchAll),
    /// Measure a suite
    Run(Run),
    /// Compare whole commands: is B faster than A?
    Ab(Box<Ab>),
    /// Why does a program not run in parallel, and what would help?
    Diagnose(Box<Diagnose>),
    /// Does a Python statement release the GIL? Timed in threads, on every interpreter of this machine
    Timeit(Timeit),
    /// List what there is
    List(List),
    /// Begin a new workload
    #[command(subcommand)]
    New(New),
    /// Check all data files
    Check,
    /// Interpreters on this machine
    Interpreters {
        #[command(subcommand)]
        verb: Interpreters,
    },
    /// Decide the article's claims from a run
    Claims(Claims),
    /// Render a run as a static site
    Report(Report),
    /// What on this machine would spoil a measurement, and what mends it
    System {
        /// How to print
        #[arg(long, default_value = "text")]
        format: Format,
    },
    /// Compare cases of a run, or the same cases in several runs
    Compare(Compare),
    /// Would packages work without the GIL? Install them apart, import them, and see
    Imports(Imports),
    /// The worker protocol
    Protocol {
        #[command(subcommand)]
        verb: Protocol,
    },
    /// Print shell completions
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Between harness and workers
    #[command(hide = true)]
    Launcher {
        /// The harness's socket [default: stdin]
        #[arg(long, value_name = "PATH")]
        connect: Option<PathBuf>,
    },
    /// The native baselines
    #[command(hide = true)]
    NativeWorker {
        /// Print facts instead of working
        #[arg(long)]
        facts: bool,
    },
    /// Native threads beside the statements of `timeit`
    #[command(hide = true)]
    NativeSpin,
    /// The server of the I/O workloads
    #[command(hide = true)]
    Serve(Serve),
}

#[derive(Debug, Args)]
pub(crate) struct BenchAll {
    #[command(flatten)]
    pub(crate) measure: Measure,
    /// Folder of the site [default: target/gilbench/site]
    #[arg(long, value_name = "DIR")]
    pub(crate) site: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) measure: Measure,
    /// Go on with a run
    #[arg(long, value_name = "RUN", conflicts_with_all = ["suite", "interpreter", "claim", "case", "containers", "seed", "out"])]
    pub(crate) resume: Option<PathBuf>,
}

/// Which cases.
#[derive(Debug, Args)]
pub(crate) struct Cases {
    /// The suite [default: quick; with `--claim`, standard]
    #[arg(long)]
    suite: Option<Name>,
    /// Only this interpreter; repeatable, or separated by commas
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub(crate) interpreter: Vec<Name>,
    /// Only what decides this claim of the article; repeatable, or separated by commas
    #[arg(long, value_name = "CLAIM", value_delimiter = ',')]
    pub(crate) claim: Vec<Name>,
    /// Only cases with such an id, and those that their ratios are over; `*` stands for any text; repeatable
    // Ids have commas in them.
    #[arg(long, value_name = "PATTERN")]
    pub(crate) case: Vec<String>,
}

impl Cases {
    /// The suite that is meant.
    pub(crate) fn suite(&self) -> &str {
        let unnamed = if self.claim.is_empty() { "quick" } else { "standard" };
        self.suite.as_ref().map_or(unnamed, Name::as_str)
    }
}

/// What to measure.
#[derive(Debug, Args)]
pub(crate) struct Measure {
    #[command(flatten)]
    pub(crate) cases: Cases,
    /// Measure each interpreter in a container too, where that can be done: rows of their own
    #[arg(long)]
    pub(crate) containers: bool,
    /// Orders the rounds [default: the time]
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// The run directory [default: a new one below target/gilbench/runs]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}

/// What takes one value for all commands takes one for each of them too, in their order.
#[derive(Debug, Args)]
pub(crate) struct Ab {
    /// The commands; each is compared with the first
    #[arg(required = true, value_name = "COMMAND")]
    pub(crate) commands: Vec<String>,
    /// Stop when the ratio is known to this precision
    #[arg(long, default_value = "1%")]
    pub(crate) target: Fraction,
    /// Begin no round that would most likely end later, once each command ran; for each comparison
    #[arg(long, default_value = "60s", value_name = "TIME", value_parser = parse_duration)]
    pub(crate) max_time: Duration,
    /// Differences below this do not matter
    #[arg(long, default_value = "3%")]
    pub(crate) band: Fraction,
    /// At least so many rounds, 6 or more: with fewer there is no interval
    #[arg(long, default_value_t = 8, value_name = "N", value_parser = clap::value_parser!(u32).range(6..))]
    pub(crate) min_rounds: u32,
    /// At most so many rounds, 6 or more
    #[arg(long, default_value_t = 1000, value_name = "N", value_parser = clap::value_parser!(u32).range(6..))]
    pub(crate) max_rounds: u32,
    /// So many processes of each command, 1 or more, before those that count
    #[arg(long, default_value_t = 2, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) warmup: u32,
    /// What is compared
    #[arg(long, default_value = "auto")]
    pub(crate) measure: Compared,
    /// Run the commands by `sh -c`; the shell's own time is part of them then
    #[arg(long)]
    pub(crate) shell: bool,
    /// What to call a command; repeatable
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Vec<String>,
    /// For a shell, once before the processes of a command; repeatable
    #[arg(long, value_name = "COMMAND")]
    pub(crate) setup: Vec<String>,
    /// For a shell, before each process; repeatable
    #[arg(long, value_name = "COMMAND")]
    pub(crate) prepare: Vec<String>,
    /// For a shell, after each process; repeatable
    #[arg(long, value_name = "COMMAND")]
    pub(crate) conclude: Vec<String>,
    /// For a shell, once after the processes of a command; repeatable
    #[arg(long, value_name = "COMMAND")]
    pub(crate) cleanup: Vec<String>,
    /// A file for stdin [default: nothing]; repeatable
    #[arg(long, value_name = "FILE")]
    pub(crate) input: Vec<PathBuf>,
    /// CPUs: all, half, one, or a list such as 0-2+5; repeatable
    #[arg(long, value_name = "CPUS", value_parser = affinity)]
    pub(crate) affinity: Vec<Affinity>,
    /// Threads of BLAS and OpenMP libraries [default: as they are set]; repeatable
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_WORKERS)))]
    pub(crate) omp: Vec<u32>,
    /// Values for `{NAME}` in the commands, separated by commas; repeatable, for all combinations
    #[arg(long, num_args = 2, value_names = ["NAME", "VALUES"])]
    pub(crate) parameter_list: Vec<String>,
    /// A process that fails counts like any other
    #[arg(long)]
    pub(crate) ignore_failure: bool,
    /// A process that runs longer has failed
    #[arg(long, default_value = "1h", value_name = "TIME", value_parser = parse_duration)]
    pub(crate) timeout: Duration,
    /// Orders the processes [default: the time]
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// How to print
    #[arg(long, default_value = "text")]
    pub(crate) format: TabularFormat,
}

impl Ab {
    /// The texts in which parameters are put, but for names.
    pub(crate) fn places(&self) -> impl Iterator<Item = &String> {
        let around = [&self.setup, &self.prepare, &self.conclude, &self.cleanup];
        self.commands.iter().chain(around.into_iter().flatten())
    }
}

/// What `ab` compares.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Compared {
    /// CPU time, side by side, where both are one thread that computes; else wall time
    Auto,
    /// Wall time, one after the other
    Wall,
    /// CPU time of the whole tree
    Cpu,
}

#[derive(Debug, Args)]
pub(crate) struct Timeit {
    /// The statement; several are its lines, or with `--compare` a statement each
    #[arg(required = true, value_name = "STMT")]
    pub(crate) statements: Vec<String>,
    /// What each thread does once, before it is timed; repeatable, for further lines
    #[arg(short, long, value_name = "SETUP")]
    pub(crate) setup: Vec<String>,
    /// Put several statements in one table, all with the same setup
    #[arg(long)]
    pub(crate) compare: bool,
    /// Only this interpreter; repeatable, or separated by commas
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub(crate) interpreter: Vec<Name>,
    /// Numbers of threads, separated by commas; one thread is always timed
    #[arg(long, value_name = "N", value_delimiter = ',', default_value = "1,2,4", value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_WORKERS)))]
    pub(crate) threads: Vec<u32>,
    /// Begin no round that would most likely end later; for each statement
    #[arg(long, default_value = "30s", value_name = "TIME", value_parser = parse_duration)]
    pub(crate) budget: Duration,
    /// At most so many rounds, 6 or more
    #[arg(long, default_value_t = 1000, value_name = "N", value_parser = clap::value_parser!(u32).range(6..))]
    pub(crate) max_rounds: u32,
    /// A process that runs longer has failed [default: a sixth of the budget, since six rounds are needed]
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub(crate) timeout: Option<Duration>,
    /// Orders the processes [default: the time]
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// How to print
    #[arg(long, default_value = "text")]
    pub(crate) format: Format,
}

fn affinity(text: &str) -> Result<Affinity, String> {
    text.to_owned().try_into()
}

/// The program stands behind `--`: `gilbench diagnose -- python app.py`.
#[derive(Debug, Args)]
pub(crate) struct Diagnose {
    /// The program and its arguments
    #[arg(
        last = true,
        value_name = "COMMAND",
        required_unless_present = "attach",
        conflicts_with = "attach"
    )]
    pub(crate) command: Vec<String>,
    /// Begin no run that would most likely end later; end one that takes longer
    #[arg(long, default_value = "60s", value_name = "TIME", value_parser = parse_duration, allow_hyphen_values = true)]
    pub(crate) budget: Duration,
    /// Run it once only: what would help is then bounded, and not measured
    #[arg(long)]
    pub(crate) once: bool,
    /// Run it by this interpreter
    #[arg(long, value_name = "ID")]
    pub(crate) interpreter: Option<Name>,
    /// Run it by these interpreters too, and compare; repeatable, or separated by commas [default: those without GIL,
    /// where that may help]
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub(crate) r#try: Vec<Name>,
    /// Watch a process that runs, and those that it has started
    #[arg(
        long,
        value_name = "PID",
        value_parser = clap::value_parser!(u32).range(1..),
        allow_negative_numbers = true,
        conflicts_with_all = ["budget", "once", "interpreter", "try", "tty", "input"]
    )]
    pub(crate) attach: Option<u32>,
    /// For how long
    #[arg(long = "for", default_value = "10s", value_name = "TIME", value_parser = parse_duration, conflicts_with = "command")]
    pub(crate) during: Duration,
    /// Look at the threads of the program itself, and not at processes that it starts
    #[arg(long)]
    pub(crate) threads_only: bool,
    /// Give it a terminal of its own
    #[arg(long)]
    pub(crate) tty: bool,
    /// A file for stdin, for each run [default: what comes on stdin]
    #[arg(long, value_name = "FILE")]
    pub(crate) input: Option<PathBuf>,
    /// Exit with code 1 if this is the verdict; repeatable, or separated by commas
    #[arg(long, value_name = "VERDICT", value_delimiter = ',', value_parser = crate::cmd::verdict)]
    pub(crate) fail_on: Vec<crate::cmd::NamedVerdict>,
    /// How to print
    #[arg(long, default_value = "text")]
    pub(crate) format: DiagnoseFormat,
}

/// How a diagnosis is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiagnoseFormat {
    /// A screen for people
    Text,
    /// JSON for programs; `docs/json.md` describes it
    Json,
    /// A page with the threads' lanes
    Html,
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// What to list
    pub(crate) what: Listed,
    #[command(flatten, next_help_heading = "For cases")]
    pub(crate) cases: Cases,
    /// In containers too, for cases
    #[arg(long)]
    pub(crate) containers: bool,
    /// How to print
    #[arg(long, default_value = "text")]
    pub(crate) format: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Listed {
    Workloads,
    Suites,
    Interpreters,
    Cases,
    Claims,
}

#[derive(Debug, Subcommand)]
pub(crate) enum New {
    /// Write the folder of a workload that works, to be changed
    Workload {
        /// Its name
        name: Name,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Interpreters {
    /// What was found, what is missing, and how to get it
    List {
        /// In containers too: rows of their own
        #[arg(long)]
        containers: bool,
        /// How to print
        #[arg(long, default_value = "text")]
        format: Format,
    },
    /// Everything that an interpreter says of itself, as JSON
    Probe {
        /// Its id, or the path of an executable
        interpreter: String,
    },
    /// Resolve the packages for interpreters, and write their locks
    Lock(Lock),
    /// The facts in which two interpreters differ
    Diff {
        /// The first: its id, or the path of an executable
        a: String,
        /// The second
        b: String,
        /// How to print
        #[arg(long, default_value = "text")]
        format: Format,
    },
    /// Get interpreters: fetched or built into the cache, unless this machine has them
    Install(Install),
    /// Remove what was installed
    Remove {
        /// Ids of the interpreters
        #[arg(required = true, value_name = "ID")]
        interpreters: Vec<String>,
    },
    /// Remove from the cache what no definition asks for any more
    Gc,
}

#[derive(Debug, Args)]
pub(crate) struct Install {
    /// Ids of the interpreters
    #[arg(value_name = "ID", required_unless_present = "all", conflicts_with = "all")]
    pub(crate) interpreters: Vec<Name>,
    /// Every interpreter whose definition says where it comes from
    #[arg(long)]
    pub(crate) all: bool,
    /// Packages to install with them, separated by commas, or `all`: those of their locks
    #[arg(long, value_name = "PACKAGE", value_delimiter = ',')]
    pub(crate) with: Vec<String>,
    /// Only this provider: local, uv, source, maven, container or rootfs
    #[arg(long, value_name = "PROVIDER")]
    pub(crate) provider: Option<ProviderKind>,
    /// Fetch nothing: use what was fetched before
    #[arg(long)]
    pub(crate) offline: bool,
    /// Build by profile and at link time, which takes many times as long
    #[arg(long)]
    pub(crate) optimised: bool,
    /// How to print
    #[arg(long, default_value = "text")]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct Lock {
    /// Their ids
    #[arg(required = true, value_name = "ID")]
    pub(crate) interpreter: Vec<Name>,
    /// Use only what uv has fetched before
    #[arg(long)]
    pub(crate) offline: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Claims {
    /// The run directory [default: the latest]
    pub(crate) run: Option<PathBuf>,
    /// Everything about one claim: what is compared, the figures, how it is put right, how to measure just it again
    #[arg(long, value_name = "CLAIM")]
    pub(crate) explain: Option<Name>,
    /// Every claim and what decides it, in Markdown, without a run
    #[arg(long, conflicts_with_all = ["run", "explain", "format"])]
    pub(crate) document: bool,
    /// How to print
    #[arg(long, default_value = "text")]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct Report {
    /// The run directory [default: the latest]
    pub(crate) run: Option<PathBuf>,
    /// Folder of the site [default: target/gilbench/site; none with `--markdown`, `--png`, `--svg` and `--list-charts`]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Compare it with an earlier run, and follow it over several: a run directory, or a folder of them. Repeatable
    #[arg(long, value_name = "PATH")]
    pub(crate) earlier: Vec<PathBuf>,
    /// Print a summary in Markdown, for a job summary; write a site only where `--out` says
    #[arg(long, conflicts_with_all = ["serve", "png", "svg", "list_charts"])]
    pub(crate) markdown: bool,
    /// Then serve the site on this machine alone, until Ctrl-C
    #[arg(long, conflicts_with_all = ["png", "svg", "list_charts"])]
    pub(crate) serve: bool,
    /// The port to serve it on [default: a free one]
    #[arg(long, requires = "serve", default_value_t = 0, hide_default_value = true, value_name = "N")]
    pub(crate) port: u16,
    #[command(flatten)]
    pub(crate) pictures: Pictures,
}

/// Single charts as files.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("pictures").multiple(true).args(["png", "svg", "list_charts"]))]
#[group(skip)]
pub(crate) struct Pictures {
    /// Write charts as PNG images below this folder, light and dark: CHART-light.png, CHART-dark.png
    #[arg(long, value_name = "DIR")]
    pub(crate) png: Option<PathBuf>,
    /// Write charts as SVG below this folder, light and dark
    #[arg(long, value_name = "DIR")]
    pub(crate) svg: Option<PathBuf>,
    /// Only charts with such an id; `*` stands for any text; repeatable [default: all]
    #[arg(long, value_name = "CHART", requires = "pictures")]
    pub(crate) chart: Vec<String>,
    /// List the charts
    #[arg(long)]
    pub(crate) list_charts: bool,
}

impl Pictures {
    /// Whether any is asked for.
    pub(crate) fn wanted(&self) -> bool {
        self.png.is_some() || self.svg.is_some() || self.list_charts
    }
}

#[derive(Debug, Args)]
pub(crate) struct Compare {
    /// The run directories; the others are compared with the first [default: the latest, by itself]
    #[arg(value_name = "RUN")]
    pub(crate) runs: Vec<PathBuf>,
    /// Only cases with such an id; `*` stands for any text
    #[arg(long, value_name = "PATTERN")]
    pub(crate) case: Option<String>,
    /// Within one run: with which cases; a `*` stands for what that of `--case` does [default: each case's baseline]
    #[arg(long, value_name = "PATTERN")]
    pub(crate) against: Option<String>,
    /// Differences that do not matter
    #[arg(long, default_value = "3%", value_name = "SHARE")]
    pub(crate) band: Fraction,
    /// How to print
    #[arg(long, default_value = "text")]
    pub(crate) format: TabularFormat,
}

#[derive(Debug, Args)]
pub(crate) struct Imports {
    /// Packages, as pip takes them: `numpy`, `aiohttp[speedups]>=3.9`, or a wheel on this machine
    #[arg(value_name = "PKG", required_unless_present = "requirement")]
    pub(crate) packages: Vec<String>,
    /// The packages that a requirement file asks for; repeatable
    #[arg(short, long, value_name = "FILE")]
    pub(crate) requirement: Vec<PathBuf>,
    /// On this interpreter, with a GIL or without; repeatable, or separated by commas [default: every free-threaded one here]
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub(crate) interpreter: Vec<Name>,
    /// Build what has no wheel: this runs the package's own code, and may need a compiler
    #[arg(long)]
    pub(crate) build: bool,
    /// Fetch nothing: look only where `PIP_FIND_LINKS` points, or in what uv has kept
    #[arg(long)]
    pub(crate) offline: bool,
    /// The imports of a package that take longer have failed
    #[arg(long, default_value = "60s", value_name = "TIME", value_parser = parse_duration)]
    pub(crate) timeout: Duration,
    /// End with 1 where a package switches the GIL on (gil), or does not work for any reason (any)
    #[arg(long, value_name = "WHAT")]
    pub(crate) fail_on: Option<FailOn>,
    /// How to print
    #[arg(long, default_value = "text")]
    pub(crate) format: Format,
}

/// What makes `imports` end with a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    Gil,
    Any,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Protocol {
    /// Test a worker against the protocol
    Check(ProtocolCheck),
}

#[derive(Debug, Args)]
pub(crate) struct ProtocolCheck {
    /// The workload to ask for
    #[arg(long, default_value = "sum-squares")]
    pub(crate) workload: Name,
    /// The strategy to ask for
    #[arg(long, default_value = "sequential")]
    pub(crate) strategy: Name,
    /// The size to ask for; left out: `small`, or `default` where the workload has none of that name
    #[arg(long)]
    pub(crate) size: Option<Name>,
    /// The worker's command
    #[arg(last = true, required = true, value_name = "CMD")]
    pub(crate) command: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Delay of each answer
    #[arg(long)]
    pub(crate) delay_ms: u64,
    /// Length of each answer
    #[arg(long)]
    pub(crate) body_bytes: usize,
    /// Delays vary: each item's is longer by a share of this
    #[arg(long, default_value_t = 0)]
    pub(crate) spread_ms: u64,
    /// Every so-manieth item takes longer; 0: none
    #[arg(long, default_value_t = 0)]
    pub(crate) slow_every: u64,
    /// By how much
    #[arg(long, default_value_t = 0)]
    pub(crate) slow_ms: u64,
    /// Every so-manieth item is refused with the status 503; 0: none
    #[arg(long, default_value_t = 0)]
    pub(crate) error_every: u64,
    /// Say how long an answer really takes
    #[arg(long)]
    pub(crate) measure: bool,
}
