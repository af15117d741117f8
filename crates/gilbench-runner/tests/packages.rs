//! Installs a wheel that is made here, from a folder that stands for the index, into a real Python.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::path::{Path, PathBuf};
use std::process::Command;

use gilbench_model::interpreter::Interpreter;
use gilbench_model::lock::Lock;
use gilbench_runner::install::{InstallError, InstallFailure};
use gilbench_runner::packages::{Wanted, environment_of, install};

/// Prints the wheel's digest.
const MAKE_WHEEL: &str = r#"
import hashlib, sys, zipfile
path = sys.argv[1] + "/gilbench_tiny-1.0-py3-none-any.whl"
files = {
    "gilbench_tiny.py": "ANSWER = 42\n",
    "gilbench_tiny-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: gilbench-tiny\nVersion: 1.0\n",
    "gilbench_tiny-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    "gilbench_tiny-1.0.dist-info/RECORD": "",
}
with zipfile.ZipFile(path, "w") as wheel:
    for name in files:
        wheel.writestr(name, files[name])
print(hashlib.sha256(open(path, "rb").read()).hexdigest())
"#;

/// A Python 3 that can make environments with pip in them.
fn python() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let named = std::env::split_paths(&path).map(|folder| folder.join("python3"));
    let usable = |python: &PathBuf| {
        let check = ["-c", "import sys, venv, ensurepip; assert sys.version_info >= (3, 8)"];
        Command::new(python).args(check).output().is_ok_and(|ran| ran.status.success())
    };
    named.filter(|python| python.is_file()).find(usable)
}

struct Place {
    folder: tempfile::TempDir,
    python: PathBuf,
    definition: Interpreter,
    digest: String,
}

impl Place {
    /// None where no Python can make environments.
    fn new() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let python = python()?;
        let wheels = folder.path().join("wheels");
        std::fs::create_dir(&wheels).unwrap();
        let made = Command::new(&python).args(["-c", MAKE_WHEEL]).arg(&wheels).output().unwrap();
        assert!(made.status.success(), "{made:?}");
        let digest = String::from_utf8(made.stdout).unwrap().trim().to_owned();
        // Its own pip, whatever else is on this machine.
        let definition =
            serde_json::json!({"id": "fake", "label": "Fake", "worker": "python", "packages": "own-pip"});
        Some(Self { folder, python, definition: serde_json::from_value(definition).unwrap(), digest })
    }

    fn cache(&self) -> PathBuf {
        self.folder.path().join("cache")
    }

    fn install(&self, digest: &str) -> Result<PathBuf, InstallError> {
        let lock = format!("gilbench-tiny==1.0 \\\n    --hash=sha256:{digest}\n");
        let lock = Lock::parse(&lock).unwrap();
        install(&Wanted {
            definition: &self.definition,
            executable: &self.python,
            image: None,
            lock: &lock,
            names: &["gilbench-tiny".to_owned()],
            cache: &self.cache(),
            offline: true,
            wheels: Some(&self.folder.path().join("wheels")),
            progress: &|_| (),
            interrupted: &|| false,
        })
    }

    fn environment(&self) -> Option<PathBuf> {
        environment_of(&self.cache(), &self.definition.id, &self.python, None)
    }
}

fn answer(python: &Path) -> String {
    let ran = Command::new(python).args(["-c", "import gilbench_tiny; print(gilbench_tiny.ANSWER)"]).output();
    String::from_utf8(ran.unwrap().stdout).unwrap()
}

#[test]
fn only_what_has_the_locked_digest_is_installed() {
    let Some(place) = Place::new() else { return };
    assert_eq!(place.environment(), None);

    let error = place.install(&"0".repeat(64)).unwrap_err();
    assert_eq!(error.failure, InstallFailure::Checksum, "{error}");
    assert_eq!(place.environment(), None, "nothing half-ready is visible");

    let python = place.install(&place.digest).unwrap();
    assert_eq!(answer(&python), "42\n");
    assert_eq!(place.environment(), Some(python.clone()));

    // A second time it is there already, even where the wheel has gone.
    std::fs::remove_dir_all(place.folder.path().join("wheels")).unwrap();
    assert_eq!(place.install(&place.digest).unwrap(), python);

    // One whose marker is missing was not finished.
    std::fs::remove_file(python.parent().unwrap().parent().unwrap().join("gilbench.json")).unwrap();
    assert_eq!(place.environment(), None);
}
