//! The same exercise for gilbench, pyperf and hyperfine, in one session, on the same code. `just versus-peers` prints
//! the table that stands in `docs/methodology.md`.
//!
//! The code is a Python loop whose work is its argument, so the truth is known: the same program against itself, and
//! against itself with 2 % and 5 % more work. Who calls a program different from itself raises a false alarm; who does
//! not call more work slower misses a difference.
//!
//! pyperf and hyperfine measure a program in a block of its own; each of their repetitions is one such block, and every
//! block of one kind is compared with every block of the other, by pyperf's own `compare_to` and, since hyperfine has no
//! test, by Welch's t at 5 %. gilbench measures two programs together; each of its repetitions is one comparison, and
//! it gets at most a quarter of the time that two blocks of pyperf took so far. The tools take turns, so that all meet the same
//! weather. Both peers are installed into `target/peers`.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a benchmark prints its figures")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use gilbench_model::units::format_utc;
use serde_json::Value;
use statrs::distribution::{ContinuousCDF, StudentsT};

const PYPERF: &str = "pyperf==2.9.0";
const HYPERFINE: &str = "1.20.0";

/// Repetitions of each tool, unless the first argument says otherwise.
const REPETITIONS: usize = 12;

/// Comparisons of gilbench with itself per repetition: blocks can be paired with all others, comparisons cannot.
const COMPARISONS: usize = 2;

/// The most time that gilbench gets for a decision, as a share of pyperf's: a quarter, less what a comparison takes to
/// end the round in which its time is up.
const SHARE: f64 = 0.9 / 4.0;

/// What hyperfine does by default where a command takes long enough.
const RUNS: usize = 10;

/// Seconds that the program takes, about.
const SECONDS: f64 = 0.2;

const PROGRAM: &str = "import sys\n\ntotal = 0\nfor i in range(int(sys.argv[1])):\n    total += i * i\n";

/// More work than the first, in percent. The first is the program itself.
const WORK: [u32; 3] = [0, 2, 5];

fn main() {
    // `cargo test --benches` only wants to know that it starts.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let repetitions = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(REPETITIONS);
    let peers = Peers::install();
    let programs = peers.programs();
    let mut pyperf: Vec<Blocks> = Vec::new();
    let mut hyperfine: Vec<Blocks> = Vec::new();
    let mut gilbench: Vec<Vec<Value>> = vec![Vec::new(); WORK.len()];
    for repetition in 0..repetitions {
        eprintln!("repetition {} of {repetitions}", repetition + 1);
        let blocks = Blocks::of(|work| peers.pyperf(&programs[work], repetition, work));
        pyperf.push(blocks);
        let time = SHARE * per_decision(&pyperf);
        hyperfine.push(Blocks::of(|work| peers.hyperfine(&programs[work], repetition, work)));
        for (work, program) in programs.iter().enumerate() {
            for _ in 0..if work == 0 { COMPARISONS } else { 1 } {
                gilbench[work].push(gilbench_ab(&programs[0], program, time));
            }
        }
    }
    println!("{}, {}", peers.versions(), machine());
    println!("{} of about {SECONDS} s, {repetitions} repetitions\n", peers.python_version());
    println!("| tool | called different from itself | 2 % found | 5 % found | seconds per decision |");
    println!("|---|---|---|---|---|");
    row("gilbench ab", [0, 1, 2].map(|work| decided_by_gilbench(&gilbench[work], work)), {
        let all: Vec<f64> =
            gilbench.iter().flatten().filter_map(|answer| answer["seconds"].as_f64()).collect();
        mean(&all)
    });
    let by_pyperf = |a: &Block, b: &Block| peers.compare(&a.file, &b.file);
    row("pyperf compare_to", [0, 1, 2].map(|work| decided(&pyperf, work, by_pyperf)), per_decision(&pyperf));
    let by_welch = |a: &Block, b: &Block| welch(&a.times, &b.times);
    row(
        "hyperfine, Welch's t",
        [0, 1, 2].map(|work| decided(&hyperfine, work, by_welch)),
        per_decision(&hyperfine),
    );
    println!("\nHalf-widths of gilbench's intervals, median: {}", half_widths(&gilbench));
}

/// What is said of the second of two programs.
#[derive(Clone, Copy, PartialEq)]
enum Said {
    Nothing,
    Faster,
    Slower,
}

/// So many of so many decisions.
struct Share {
    said: usize,
    of: usize,
    wrong_way: usize,
}

impl Share {
    /// Any difference is a false alarm where there is none; where there is one, it must be found the right way round.
    fn of(said: &[Said], work: usize) -> Self {
        let count = |wanted: Said| said.iter().filter(|one| **one == wanted).count();
        let (faster, slower) = (count(Said::Faster), count(Said::Slower));
        let alarms = if work == 0 { faster + slower } else { slower };
        Self { said: alarms, of: said.len(), wrong_way: if work == 0 { 0 } else { faster } }
    }

    fn text(&self) -> String {
        let percent = 100.0 * self.said as f64 / self.of as f64;
        let wrong =
            if self.wrong_way > 0 { format!("; {} as faster", self.wrong_way) } else { String::new() };
        format!("{} of {} ({percent:.0} %{wrong})", self.said, self.of)
    }
}

fn row(tool: &str, shares: [Share; 3], seconds: f64) {
    let [none, two, five] = shares.map(|share| share.text());
    println!("| {tool} | {none} | {two} | {five} | {seconds:.1} |");
}

/// One measurement of one program.
#[derive(Clone, Default)]
struct Block {
    file: PathBuf,
    times: Vec<f64>,
}

/// One repetition: a block of each program.
struct Blocks {
    blocks: Vec<Block>,
    seconds: [f64; 3],
}

impl Blocks {
    fn of(measure: impl Fn(usize) -> Block) -> Self {
        let mut seconds = [0.0; 3];
        let blocks = (0..WORK.len())
            .map(|work| {
                let begun = Instant::now();
                let block = measure(work);
                seconds[work] = begun.elapsed().as_secs_f64();
                block
            })
            .collect();
        Self { blocks, seconds }
    }
}

/// Seconds of the two blocks that one decision takes.
fn per_decision(repetitions: &[Blocks]) -> f64 {
    2.0 * mean(&repetitions.iter().flat_map(|blocks| blocks.seconds).collect::<Vec<_>>())
}

/// Every block of the program with every other one, or with every one of the program with more work.
fn decided(repetitions: &[Blocks], work: usize, decide: impl Fn(&Block, &Block) -> Said) -> Share {
    let mut said = Vec::new();
    for (index, first) in repetitions.iter().enumerate() {
        let from = if work == 0 { index + 1 } else { 0 };
        said.extend(repetitions[from..].iter().map(|second| decide(&first.blocks[0], &second.blocks[work])));
    }
    Share::of(&said, work)
}

fn decided_by_gilbench(answers: &[Value], work: usize) -> Share {
    let said = |answer: &Value| match answer["verdict"].as_str() {
        Some("faster") => Said::Faster,
        Some("slower") => Said::Slower,
        _ => Said::Nothing,
    };
    Share::of(&answers.iter().map(said).collect::<Vec<_>>(), work)
}

fn half_widths(answers: &[Vec<Value>]) -> String {
    let mut widths: Vec<f64> =
        answers.iter().flatten().filter_map(|answer| answer["half_width"].as_f64()).collect();
    widths.sort_by(f64::total_cmp);
    let median = widths.get(widths.len() / 2).copied().unwrap_or(f64::NAN);
    format!("±{:.2} %", 100.0 * median)
}

/// Welch's t at 5 %.
fn welch(a: &[f64], b: &[f64]) -> Said {
    let variance = |values: &[f64]| {
        let centre = mean(values);
        let squares: f64 = values.iter().map(|value| (value - centre).powi(2)).sum();
        squares / (values.len() - 1) as f64 / values.len() as f64
    };
    let (of_a, of_b) = (variance(a), variance(b));
    let difference = mean(b) - mean(a);
    let share = |of: f64, values: &[f64]| of.powi(2) / (values.len() - 1) as f64;
    let degrees = (of_a + of_b).powi(2) / (share(of_a, a) + share(of_b, b));
    let critical = StudentsT::new(0.0, 1.0, degrees).map_or(f64::INFINITY, |t| t.inverse_cdf(0.975));
    match difference / (of_a + of_b).sqrt() {
        t if t > critical => Said::Slower,
        t if t < -critical => Said::Faster,
        _ => Said::Nothing,
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn gilbench_ab(a: &[String], b: &[String], seconds: f64) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gilbench"));
    command.args(["ab", &a.join(" "), &b.join(" "), "--format=json", "--target=0.5%"]);
    command.arg(format!("--max-time={seconds:.1}s"));
    serde_json::from_str(&said(&mut command)).expect("an answer")
}

/// The peers in a folder of their own.
struct Peers {
    folder: PathBuf,
    python: PathBuf,
    hyperfine: PathBuf,
}

impl Peers {
    fn install() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/peers");
        std::fs::create_dir_all(&folder).expect("a folder");
        let folder = folder.canonicalize().expect("a folder");
        let peers =
            Self { python: folder.join("bin/python3"), hyperfine: folder.join("bin/hyperfine"), folder };
        if !peers.folder.join("bin/pyperf").exists() {
            let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
            run(Command::new(&python).args(["-m", "venv"]).arg(&peers.folder));
            run(Command::new(&peers.python).args(["-m", "pip", "install", "--quiet", PYPERF]));
        }
        if !peers.hyperfine.exists() {
            let mut cargo = Command::new(env!("CARGO"));
            run(cargo
                .args(["install", "--quiet", "--locked", "hyperfine", "--version", HYPERFINE, "--root"])
                .arg(&peers.folder));
        }
        std::fs::write(peers.folder.join("loop.py"), PROGRAM).expect("the program");
        peers
    }

    /// The commands, from the one that takes about [`SECONDS`] on: the best of a few tries is what a quiet machine needs.
    fn programs(&self) -> [Vec<String>; 3] {
        const TRIED: u32 = 1_000_000;
        let program = |work: u32| {
            let words = [&self.python, &self.folder.join("loop.py")].map(|path| path.display().to_string());
            words.into_iter().chain([work.to_string()]).collect::<Vec<_>>()
        };
        let time = |work: u32| {
            let words = program(work);
            let once = || {
                let begun = Instant::now();
                run(Command::new(&words[0]).args(&words[1..]));
                begun.elapsed()
            };
            (0..5).map(|_| once()).min().unwrap_or(Duration::ZERO).as_secs_f64()
        };
        let (start, whole) = (time(0), time(TRIED));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some millions")]
        let work = (f64::from(TRIED) * (SECONDS - start) / (whole - start)).round() as u32;
        WORK.map(|percent| program(work + work / 100 * percent))
    }

    fn pyperf(&self, program: &[String], repetition: usize, work: usize) -> Block {
        let file = self.folder.join(format!("pyperf-{repetition}-{work}.json"));
        let _ = std::fs::remove_file(&file);
        let mut command = Command::new(&self.python);
        command.args(["-m", "pyperf", "command", "--quiet", "--output"]).arg(&file).arg("--").args(program);
        run(&mut command);
        Block { file, times: Vec::new() }
    }

    fn hyperfine(&self, program: &[String], repetition: usize, work: usize) -> Block {
        let file = self.folder.join(format!("hyperfine-{repetition}-{work}.json"));
        let mut command = Command::new(&self.hyperfine);
        command.args(["-N", "--warmup=1", "--style=none", &format!("--runs={RUNS}"), "--export-json"]);
        run(command.arg(&file).arg(program.join(" ")));
        let export: Value =
            serde_json::from_slice(&std::fs::read(&file).expect("an export")).expect("an export");
        let times = export["results"][0]["times"].as_array().expect("times");
        Block { file, times: times.iter().filter_map(Value::as_f64).collect() }
    }

    /// pyperf's own test.
    fn compare(&self, a: &Path, b: &Path) -> Said {
        let mut command = Command::new(&self.python);
        command.args(["-m", "pyperf", "compare_to"]).args([a, b]);
        let text = said(&mut command);
        match () {
            () if text.contains("not significant") => Said::Nothing,
            () if text.contains("slower") => Said::Slower,
            () if text.contains("faster") => Said::Faster,
            () => panic!("pyperf said: {text}"),
        }
    }

    fn versions(&self) -> String {
        let hyperfine = said(Command::new(&self.hyperfine).arg("--version"));
        format!("gilbench {}, {PYPERF}, {}", env!("CARGO_PKG_VERSION"), hyperfine.trim()).replace("==", " ")
    }

    fn python_version(&self) -> String {
        said(Command::new(&self.python).arg("--version")).trim().to_owned()
    }
}

/// Where and when.
fn machine() -> String {
    let machine = gilbench_runner::machine::read();
    let cpus = machine.logical_cpus.map_or_else(|| "?".to_owned(), |cpus| cpus.to_string());
    let virtual_machine = if machine.virtual_machine == Some(true) { " (virtual)" } else { "" };
    let day = format_utc(gilbench_runner::recorder::now_ms());
    let model = machine.cpu_model.unwrap_or_default();
    format!("{cpus} CPUs{virtual_machine}, {model}, {}", &day[..10])
}

fn run(command: &mut Command) {
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).status();
    assert!(status.is_ok_and(|status| status.success()), "{command:?} failed");
}

fn said(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output().expect("a program");
    String::from_utf8_lossy(&output.stdout).into_owned()
}
