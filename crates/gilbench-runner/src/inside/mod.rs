//! Has a program tell from inside where its threads are, and what its interpreter knows.
//!
//! A [`Hook`] is a folder with a `sitecustomize.py`, which every Python imports when it starts, and in which each
//! process of the program writes a file. An interpreter that is told to ignore its environment (`-I`, `-E`, `-S`), and
//! what is no Python, tells nothing.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use gilbench_model::Nanoseconds;
use gilbench_model::watched::{Frame, Hello, Inside, Knowledge, Stack, StackSample, Teller};
use serde::Deserialize;

/// What is put into a program before it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// It tells.
    Tell,
    /// It starts its processes by fork.
    Fork,
}

impl Purpose {
    fn text(self) -> &'static str {
        match self {
            Self::Tell => include_str!("hook/sitecustomize.py"),
            Self::Fork => include_str!("hook/fork.py"),
        }
    }
}

/// A folder from which something is put into programs.
#[derive(Debug)]
pub struct Hook {
    folder: PathBuf,
    purpose: Purpose,
}

impl Hook {
    /// Writes it into an empty folder.
    pub fn plant(folder: &Path, purpose: Purpose) -> io::Result<Self> {
        std::fs::write(folder.join("sitecustomize.py"), purpose.text())?;
        Ok(Self { folder: folder.to_owned(), purpose })
    }

    /// What it is for.
    pub fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// The value of `PYTHONPATH` for a program that has this one now.
    pub fn python_path(&self, now: Option<OsString>) -> OsString {
        let mut value = self.folder.clone().into_os_string();
        if let Some(now) = now.filter(|now| !now.is_empty()) {
            value.push(":");
            value.push(now);
        }
        value
    }

    /// Takes what was told since the last time.
    pub fn collect(&self) -> io::Result<Inside> {
        let mut tellers = Vec::new();
        for entry in std::fs::read_dir(&self.folder)? {
            let path = entry?.path();
            let Some(process) = process_of(&path) else { continue };
            let text = String::from_utf8_lossy(&std::fs::read(&path)?).into_owned();
            std::fs::remove_file(&path)?;
            tellers.extend(teller(process, &text));
        }
        tellers.sort_by_key(|teller| teller.hello.at_ns);
        Ok(Inside { tellers })
    }
}

/// The process whose file this is: `PID-TIME.jsonl`.
fn process_of(path: &Path) -> Option<u32> {
    let name = path.file_name()?.to_str()?.strip_suffix(".jsonl")?;
    name.split_once('-')?.0.parse().ok()
}

/// A line of a file.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Line {
    Hello(Hello),
    Frame(String, String, String, u32),
    Stack(Stack),
    Knows(Knowledge),
    Ours(u32),
    Lost(String),
}

/// A sample is the most frequent line, and the only one with several fields.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sample {
    at: u64,
    until: u64,
    #[serde(rename = "where")]
    /// Thread, stack, and 1 if it ran or would have with the GIL.
    places: Vec<(u32, u32, u8)>,
}

/// What a file tells; `None` if not even who tells. The last line of a process that was killed may be torn, and then
/// counts for nothing.
fn teller(process: u32, text: &str) -> Option<Teller> {
    let mut teller = Teller { process, ..Teller::default() };
    let mut greeted = false;
    for line in text.lines() {
        if let Ok(Sample { at, until, places }) = serde_json::from_str(line) {
            teller.halts.push((Nanoseconds(at), Nanoseconds(until)));
            let known = u32::try_from(teller.stacks.len()).unwrap_or(u32::MAX);
            let places = places.into_iter().filter(|(_, stack, _)| *stack < known);
            teller.samples.extend(places.map(|(thread, stack, active)| StackSample {
                at_ns: Nanoseconds(until),
                thread,
                stack,
                active: active != 0,
            }));
            continue;
        }
        match serde_json::from_str::<Line>(line) {
            Ok(Line::Hello(hello)) => (teller.hello, greeted) = (hello, true),
            Ok(Line::Frame(module, function, file, line)) => {
                teller.frames.push(Frame { module, function, file, line });
            }
            Ok(Line::Stack(stack)) => teller.stacks.push(stack),
            Ok(Line::Knows(knowledge)) => teller.knowledge = knowledge,
            Ok(Line::Ours(thread)) => teller.own_threads.push(thread),
            Ok(Line::Lost(reason)) => tracing::debug!(process, reason, "nothing more is told"),
            Err(error) => tracing::debug!(process, %error, line, "not understood"),
        }
    }
    let frames = u32::try_from(teller.frames.len()).unwrap_or(u32::MAX);
    for stack in &mut teller.stacks {
        stack.retain(|frame| *frame < frames);
    }
    greeted.then_some(teller)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_tells_of_frames_stacks_and_samples_up_to_where_it_is_torn() {
        let text = r#"{"hello":{"at_ns":5,"implementation":"cpython","version":"3.12.1","gil_built":true}}
{"ours":9}
{"frame":["__main__","work","/a/b.py",7]}
{"stack":[0,3]}
{"at":12,"until":14,"where":[[4,0,1],[5,1,0]]}
{"knows":{"gil_enabled":true,"switch_interval_ns":5000000,"start_method":null,"extensions":[],"thread_names":{"4":"main"},"executor_workers":[4],"tasks_waiting":2,"event_loop":null}}
{"at":13,"whe"#;
        let teller = teller(4, text).unwrap();
        assert_eq!(teller.hello.at_ns, Nanoseconds(5));
        assert_eq!(teller.stacks, [vec![0]], "a frame that was never told is left out");
        let sample = StackSample { at_ns: Nanoseconds(14), thread: 4, stack: 0, active: true };
        assert_eq!(teller.samples, [sample], "so is a stack");
        assert_eq!((teller.own_threads, teller.knowledge.tasks_waiting), (vec![9], 2));
    }

    #[test]
    fn a_file_that_does_not_begin_is_none() {
        assert_eq!(teller(4, "{\"hel"), None);
        assert_eq!(process_of(Path::new("/x/12-7.jsonl")), Some(12));
        assert_eq!(process_of(Path::new("/x/sitecustomize.py")), None);
    }
}
