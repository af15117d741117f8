//! Installs a wheel that is made here, from a folder that stands for the index, into a real Python.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::path::{Path, PathBuf};
use std::process::Command;

use gilbench_model::interpreter::Interpreter;
use gilbench_model::lock::Lock;
use gilbench_runner::container::Engine;
use gilbench_runner::install::{InstallError, InstallFailure};
use gilbench_runner::packages::{InImage, Wanted, environment_of, install};

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
        self.install_in(None, digest)
    }

    fn install_in(&self, image: Option<InImage<'_>>, digest: &str) -> Result<PathBuf, InstallError> {
        let lock = format!("gilbench-tiny==1.0 \\\n    --hash=sha256:{digest}\n");
        let lock = Lock::parse(&lock).unwrap();
        install(&Wanted {
            definition: &self.definition,
            executable: &self.python,
            image,
            lock: &lock,
            names: &["gilbench-tiny".to_owned()],
            cache: &self.cache(),
            offline: image.is_none(),
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

/// An engine that runs what it is asked to on the machine itself, and keeps how it was asked.
#[derive(Debug)]
struct NoContainer(PathBuf);

impl NoContainer {
    fn new(folder: &Path) -> Self {
        let program = folder.join("engine");
        let script = "#!/bin/sh\necho \"$@\" >>\"$0.asked\"\nshift\nwhile [ \"${1#--}\" != \"$1\" ]; do\n\
                      case $1 in --entrypoint=*) program=${1#*=} ;; esac\nshift\ndone\nshift\nexec \"$program\" \"$@\"\n";
        std::fs::write(&program, script).unwrap();
        std::fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        Self(program)
    }
}

impl Engine for NoContainer {
    fn name(&self) -> &'static str {
        "none"
    }

    fn program(&self) -> Vec<String> {
        vec![self.0.to_string_lossy().into_owned()]
    }

    fn run_options(&self) -> Vec<String> {
        Vec::new()
    }

    fn build_options(&self) -> Vec<String> {
        Vec::new()
    }
}

#[test]
fn an_image_makes_its_own_environment_and_only_pip_has_a_network() {
    let Some(place) = Place::new() else { return };
    let engine = NoContainer::new(place.folder.path());
    let image = InImage { engine: &engine, name: "localhost/some" };
    let python = place.install_in(Some(image), &place.digest).unwrap();
    assert_eq!(answer(&python), "42\n");
    let id = &place.definition.id;
    let environment = |image| environment_of(&place.cache(), id, &place.python, image);
    assert_eq!(environment(Some("localhost/some")), Some(python.clone()));
    assert_eq!(environment(Some("localhost/other")), None);
    assert_eq!(environment(None), None, "it belongs to the image, not to this machine");

    let asked = std::fs::read_to_string(place.folder.path().join("engine.asked")).unwrap();
    let [venv, pip] = asked.lines().collect::<Vec<_>>()[..] else { panic!("{asked}") };
    assert!(venv.contains("--network=none") && venv.contains("-m venv"), "{venv}");
    assert!(pip.contains("--network=host") && pip.contains("--require-hashes"), "{pip}");
    let folder = python.parent().unwrap().parent().unwrap().display();
    for line in [venv, pip] {
        assert!(line.contains("--read-only") && line.contains("--cap-drop=ALL"), "{line}");
        assert!(line.contains(&format!("--mount=type=bind,source={folder},target={folder} ")), "{line}");
    }
}
