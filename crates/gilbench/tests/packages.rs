//! Packages as a user meets them: locked, installed with an interpreter, and swept. The wheel is made here, and pip is
//! told to look nowhere else.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;
use support::{Ran, Test, python, ran};

/// Makes a wheel and prints its digest.
const MAKE_WHEEL: &str = r#"
import hashlib, sys, zipfile
path = sys.argv[1] + "/gilbench_tiny-1.0-py3-none-any.whl"
info = "gilbench_tiny-1.0.dist-info/"
with zipfile.ZipFile(path, "w") as wheel:
    wheel.writestr("gilbench_tiny.py", "")
    wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\nName: gilbench_tiny\nVersion: 1.0\n")
    wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
    wheel.writestr(info + "RECORD", "")
print(hashlib.sha256(open(path, "rb").read()).hexdigest())
"#;

/// A data folder whose fake interpreter takes packages, and an index with one wheel.
struct Shop {
    test: Test,
    digest: String,
}

impl Shop {
    /// None where the system's Python cannot make environments.
    fn open() -> Option<Self> {
        let test = Test::new();
        let check = Command::new(python()).args(["-c", "import venv, ensurepip"]).output().unwrap();
        if !check.status.success() {
            return None;
        }
        for folder in ["wheels", "home", "tools", "data/interpreters/locks"] {
            std::fs::create_dir(test.path(folder)).unwrap();
        }
        let made = Command::new(python()).args(["-c", MAKE_WHEEL]).arg(test.path("wheels")).output().unwrap();
        let digest = String::from_utf8(made.stdout).unwrap().trim().to_owned();
        // Found on the PATH: what is named by its path is used as it is.
        std::os::unix::fs::symlink(python().canonicalize().unwrap(), test.path("tools/python3")).unwrap();
        test.edit("interpreters/fake.yaml", "worker: python", "worker: python\npackages: own-pip");
        test.hide_engines();
        let shop = Self { test, digest };
        shop.lock(&shop.digest);
        Some(shop)
    }

    fn lock(&self, digest: &str) {
        let text = format!(
            "# Made by hand.\n# asked for: gilbench-tiny\n# without a wheel: huge (too large)\n\
             gilbench-tiny==1.0 \\\n    --hash=sha256:{digest}\n"
        );
        std::fs::write(self.test.path("data/interpreters/locks/fake.txt"), text).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gilbench"));
        self.test.isolate(&mut command);
        let system = "/usr/local/bin:/usr/bin:/bin";
        // The system's folders only for what pip and the guard of programs need.
        command.env("PATH", format!("{}:{system}", self.test.path("tools").display()));
        command.env("GILBENCH_HOME", self.test.path("home")).env("PIP_NO_INDEX", "1");
        command.env("PIP_FIND_LINKS", self.test.path("wheels")).arg("--data").arg(self.test.data());
        command.arg("interpreters").args(arguments);
        command
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        ran(&self.command(arguments).output().unwrap())
    }

    /// Installs, and gives the row.
    fn install(&self, arguments: &[&str]) -> (Option<i32>, Value, String) {
        let arguments = [&["install", "fake", "--format", "json", "--with"], arguments].concat();
        let result = self.run(&arguments);
        let rows: Value = serde_json::from_str(&result.stdout).unwrap_or_default();
        (result.code, rows[0].clone(), result.stderr)
    }

    fn environments(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.test.path("home/environments/fake")).into_iter().flatten();
        entries.map(|entry| entry.unwrap().path()).collect()
    }

    fn executable(&self) -> String {
        let rows: Vec<Value> = serde_json::from_str(&self.run(&["list", "--format", "json"]).stdout).unwrap();
        let row = rows.into_iter().find(|row| row["id"] == "fake").unwrap();
        row["executable"].as_str().unwrap().to_owned()
    }
}

#[test]
fn packages_are_in_the_row_and_the_interpreter_is_used_with_them() {
    let Some(shop) = Shop::open() else { return };
    let (code, row, error) = shop.install(&["gilbench_tiny,Huge"]);
    assert_eq!(code, Some(0), "{error}");
    assert_eq!(row["status"], "ready");
    let tiny = serde_json::json!([{"name": "gilbench-tiny", "version": "1.0", "wheel_tag": "py3-none-any"}]);
    assert_eq!(row["packages"], tiny);
    let missing = &row["missing_packages"][0];
    assert_eq!((missing["package"].as_str(), missing["failure"].as_str()), (Some("huge"), Some("no-wheel")));
    assert!(missing["message"].as_str().unwrap().ends_with("too large"), "{missing}");
    let [environment] = &shop.environments()[..] else { panic!("{:?}", shop.environments()) };
    assert_eq!(shop.executable(), environment.join("bin/python").to_string_lossy());

    // It is there: nothing is done, and nothing is needed.
    std::fs::remove_dir_all(shop.test.path("wheels")).unwrap();
    let (code, row, error) = shop.install(&["all", "--offline"]);
    assert_eq!((code, &row["packages"]), (Some(0), &tiny), "{error}");
    assert_eq!(error, "");
    let text = shop.run(&["install", "fake", "--with", "gilbench-tiny"]).stdout;
    assert!(text.contains("gilbench-tiny 1.0"), "{text}");
}

#[test]
fn what_cannot_be_installed_is_in_the_row_and_leaves_nothing() {
    let Some(shop) = Shop::open() else { return };
    let unknown = shop.run(&["install", "fake", "--with", "gilbench-tinny"]);
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.stderr.contains("did you mean `gilbench-tiny`?"), "{}", unknown.stderr);

    shop.lock(&"0".repeat(64));
    let (code, row, _) = shop.install(&["gilbench-tiny"]);
    assert_eq!((code, row["status"].as_str()), (Some(4), Some("ready")));
    assert_eq!(row["missing_packages"][0]["failure"], "checksum");
    assert!(shop.environments().is_empty());

    std::fs::remove_dir_all(shop.test.path("wheels")).unwrap();
    let (_, row, _) = shop.install(&["all", "--offline"]);
    let failures: Vec<&Value> =
        row["missing_packages"].as_array().unwrap().iter().map(|missing| &missing["failure"]).collect();
    assert_eq!(failures, ["no-wheel", "offline"]);

    std::fs::remove_file(shop.test.path("data/interpreters/locks/fake.txt")).unwrap();
    let (code, row, error) = shop.install(&["all"]);
    assert_eq!((code, row["missing_packages"][0]["failure"].as_str()), (Some(4), Some("no-lock")));
    assert!(error.contains("hint: `gilbench interpreters lock fake`"), "{error}");
}

#[test]
fn environments_go_with_their_lock_or_their_interpreter() {
    let Some(shop) = Shop::open() else { return };
    assert_eq!(shop.install(&["all"]).0, Some(0));
    assert_eq!(shop.run(&["gc"]).stdout, "nothing to remove\n");
    // What was interrupted.
    std::fs::create_dir(shop.test.path("home/environments/fake/half")).unwrap();
    assert!(shop.run(&["gc"]).stdout.starts_with("removed packages of fake/half\n"));
    assert_eq!(shop.environments().len(), 1);

    let lock = shop.test.path("data/interpreters/locks/fake.txt");
    let text = std::fs::read_to_string(&lock).unwrap();
    std::fs::write(&lock, format!("{text}# Another.\n")).unwrap();
    let collected = shop.run(&["gc"]).stdout;
    assert!(collected.contains("removed packages of fake/") && collected.contains("MB freed"), "{collected}");
    assert!(shop.environments().is_empty());

    assert_eq!(shop.install(&["all"]).0, Some(0));
    let removed = shop.run(&["remove", "fake"]).stdout;
    assert!(removed.starts_with("removed packages of fake/"), "{removed}");
    assert!(!shop.test.path("home/environments/fake").exists());
    assert!(!shop.executable().contains("environments"));
}
