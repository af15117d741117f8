//! Drives the real program on a data folder of its own, with a Python that pretends to be an interpreter.

#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, reason = "a test may panic, and this is part of tests only")]

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// A data folder that goes away with its owner.
pub(crate) struct Test {
    folder: tempfile::TempDir,
}

/// What the program left.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Test {
    /// A copy of the fixture.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let test = Self { folder };
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixture"), &test.data());
        let fake = test.data().join("interpreters/fake.yaml");
        let text = std::fs::read_to_string(&fake).unwrap().replace("@MARK@", &test.mark());
        std::fs::write(fake, text).unwrap();
        test
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Every process that belongs to this test's workers has this in its environment.
    fn mark(&self) -> String {
        self.folder.path().to_string_lossy().into_owned()
    }

    /// Replaces text in a data file.
    pub(crate) fn edit(&self, file: &str, from: &str, to: &str) -> &Self {
        let path = self.data().join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file} holds no {from:?}");
        std::fs::write(path, text.replacen(from, to, 1)).unwrap();
        self
    }

    /// The program, where nothing but the system's own Python can be found.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gilbench"));
        self.isolate(&mut command);
        command.arg("--data").arg(self.data()).arg("--python").arg(python());
        command
    }

    pub(crate) fn isolate(&self, command: &mut Command) {
        command
            .env_clear()
            .env("HOME", self.folder.path())
            .env("PATH", "/nowhere")
            .current_dir(self.folder.path());
    }

    /// Puts engines that do not work into the folder of tools, which stands before the system's on the PATH:
    /// collecting garbage asks engines, and those of the machine are not to be tidied by a test.
    pub(crate) fn hide_engines(&self) {
        for engine in ["podman", "docker"] {
            let program = self.path("tools").join(engine);
            std::fs::write(&program, "#!/bin/sh\necho 'no engine here' >&2\nexit 1\n").unwrap();
            std::fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).unwrap();
        }
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        ran(&self.command().args(arguments).output().unwrap())
    }

    /// Starts the program and lets it run.
    pub(crate) fn spawn(&self, arguments: &[&str]) -> Child {
        self.command().args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// Processes of this test's workers that are alive now.
    pub(crate) fn processes(&self) -> Vec<String> {
        let mark = format!("GILBENCH_MARK={}", self.mark());
        let entries = std::fs::read_dir("/proc").unwrap().flatten();
        let ours = entries.filter(|entry| {
            let environment = std::fs::read(entry.path().join("environ")).unwrap_or_default();
            String::from_utf8_lossy(&environment).contains(&mark)
        });
        ours.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
    }

    /// Waits until no such process is alive.
    pub(crate) fn assert_no_process_left(&self) {
        let begun = Instant::now();
        while !self.processes().is_empty() {
            assert!(begun.elapsed() < Duration::from_secs(5), "left behind: {:?}", self.processes());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

pub(crate) fn ran(output: &Output) -> Ran {
    Ran {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// The system's own Python.
pub(crate) fn python() -> PathBuf {
    let usual = [
        Path::new("/usr/bin/python3"),
        Path::new("/usr/local/bin/python3"),
        Path::new("/opt/homebrew/bin/python3"),
    ];
    if let Some(found) = usual.iter().find(|path| path.is_file()) {
        return found.to_path_buf();
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders = std::env::split_paths(&path);
    folders
        .find_map(|folder| Some(folder.join("python3")).filter(|path| path.is_file()))
        .expect("a Python 3 is on the machine")
}

pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Lines of a run's samples that are processes: (case id, round, outcome).
pub(crate) fn processes(run: &Path) -> Vec<(String, Option<u64>, serde_json::Value)> {
    let plan: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(run.join("plan.json")).unwrap()).unwrap();
    let samples = std::fs::read_to_string(run.join("samples.jsonl")).unwrap_or_default();
    let lines = samples.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let process = |line: serde_json::Value| {
        let process = line.get("process")?;
        let case = usize::try_from(process["case"].as_u64().unwrap()).unwrap();
        let id = plan["cases"][case]["id"].as_str().unwrap().to_owned();
        Some((id, process["round"].as_u64(), process["outcome"].clone()))
    };
    lines.filter_map(process).collect()
}
