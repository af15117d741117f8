//! Packages that are tried, from a folder that stands for the index: whatever they do to the process that imports them,
//! each has a row of its own.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::process::Command;

use serde_json::Value;
use support::{Ran, Test, python, ran};

/// Makes wheels, and one source distribution, without any build tool.
const MAKE_PACKAGES: &str = r#"
import sys, tarfile, zipfile

def wheel(name, files, tag="py3-none-any", requires=()):
    info = f"{name}-1.0.dist-info"
    lines = ["Metadata-Version: 2.1", f"Name: {name}", "Version: 1.0", *(f"Requires-Dist: {each}" for each in requires)]
    files = {**files, f"{info}/METADATA": "\n".join(lines) + "\n"}
    files[f"{info}/WHEEL"] = f"Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: {tag}\n"
    files[f"{info}/RECORD"] = "".join(f"{file},,\n" for file in [*files, f"{info}/RECORD"])
    with zipfile.ZipFile(f"{sys.argv[1]}/{name}-1.0-{tag}.whl", "w") as archive:
        for file in files:
            archive.writestr(file, files[file])

wheel("gb_pure", {"gb_pure/__init__.py": "", "gb_pure/tests/__init__.py": "raise SystemExit", "_gb.py": "1 / 0"})
# No extension module, but called like one.
wheel("gb_broken", {"gb_broken/__init__.py": "from . import _speed", "gb_broken/_speed.so": "no ELF"}, "py3-none-linux_x86_64")
wheel("gb_leans", {"gb_leans.py": "import gb_broken"}, requires=["gb_broken"])
wheel("gb_aborts", {"gb_aborts.py": "import os; os.abort()"})
wheel("gb_hangs", {"gb_hangs.py": "import time; time.sleep(600)"})
wheel("gb_space", {"gb_names/one/__init__.py": "print('{}')", "gb_names/two.py": ""})
wheel("gb_foreign", {"gb_foreign.py": ""}, "cp27-cp27m-win32")
with tarfile.open(f"{sys.argv[1]}/gb_source-1.0.tar.gz", "w:gz"):
    pass
"#;

/// A data folder, and packages.
struct Shop {
    test: Test,
}

impl Shop {
    /// None where the system's Python cannot make environments, or is on another kind of machine than one wheel.
    fn open() -> Option<Self> {
        let test = Test::new();
        test.edit("interpreters/fake.yaml", "worker: python", "worker: python\npackages: wheels");
        std::fs::create_dir(test.path("wheels")).unwrap();
        let made =
            Command::new(python()).args(["-c", MAKE_PACKAGES]).arg(test.path("wheels")).status().unwrap();
        assert!(made.success());
        let venv = Command::new(python()).args(["-m", "venv"]).arg(test.path("venv")).output().unwrap();
        (venv.status.success() && cfg!(target_arch = "x86_64")).then_some(Self { test })
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gilbench"));
        self.test.isolate(&mut command);
        // pip looks nowhere else.
        command.env("PIP_NO_INDEX", "1").env("PIP_FIND_LINKS", self.test.path("wheels"));
        command.env("GILBENCH_HOME", self.test.path("home"));
        command.arg("--data").arg(self.test.data()).arg("--python").arg(self.test.path("venv/bin/python"));
        ran(&command.args(["imports", "--interpreter", "fake"]).args(arguments).output().unwrap())
    }

    /// The rows of packages, by name.
    fn rows(&self, arguments: &[&str]) -> serde_json::Map<String, Value> {
        let result = self.run(&[&["--format", "json"], arguments].concat());
        assert_eq!(result.code, Some(0), "{}", result.stderr);
        let document: Value = serde_json::from_str(&result.stdout).unwrap();
        assert_eq!(document[0]["interpreter"], "fake");
        let rows = document[0]["packages"].as_array().unwrap().iter();
        rows.map(|row| (row["name"].as_str().unwrap().to_owned(), row.clone())).collect()
    }
}

#[test]
fn each_package_has_a_row_whatever_it_does() {
    let Some(shop) = Shop::open() else { return };
    let names = [
        "gb_pure",
        "gb_broken",
        "gb_leans",
        "gb_aborts",
        "gb_hangs",
        "gb_space",
        "gb_foreign",
        "gb_source",
        "gb-none",
    ];
    let rows = shop.rows(&[&["--timeout", "5s"], &names[..]].concat());
    let outcomes: Vec<(&str, &str)> =
        rows.iter().map(|(name, row)| (name.as_str(), row["outcome"].as_str().unwrap())).collect();
    let mut expected = vec![
        ("gb-pure", "imports"),
        ("gb-broken", "import-failed"),
        ("gb-leans", "import-failed"),
        ("gb-aborts", "crashed"),
        ("gb-hangs", "timed-out"),
        ("gb-space", "imports"),
        ("gb-foreign", "no-wheel"),
        ("gb-source", "only-source"),
        ("gb-none", "not-found"),
    ];
    expected.sort_unstable();
    assert_eq!(outcomes, expected);
    let message = |name: &str| rows[name]["message"].as_str().unwrap().to_owned();
    assert!(
        message("gb-broken").starts_with("importing gb_broken: ImportError: "),
        "{}",
        message("gb-broken")
    );
    assert_eq!(message("gb-aborts"), "importing gb_aborts: it aborted (SIGABRT)");
    assert_eq!(message("gb-hangs"), "importing gb_hangs did not end within 5 s");
    assert_eq!(message("gb-source"), "1.0, its newest, has a source distribution and no wheel");

    // What is private or a test is nobody's to import; below a namespace, what is in it.
    let modules = |name: &str| -> Vec<String> {
        let modules = rows[name]["modules"].as_array().unwrap().iter();
        modules.map(|module| module["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(modules("gb-pure"), ["gb_pure"]);
    assert_eq!(modules("gb-space"), ["gb_names.one", "gb_names.two"]);
    assert_eq!((&rows["gb-pure"]["code"], &rows["gb-pure"]["extensions"]), (&"pure".into(), &0.into()));
    assert_eq!(
        (&rows["gb-broken"]["code"], &rows["gb-broken"]["extensions"]),
        (&"compiled".into(), &1.into())
    );
    assert_eq!(rows["gb-pure"]["wheel"]["kind"], "pure");
    assert_eq!(rows["gb-pure"]["wheel"]["file"], "gb_pure-1.0-py3-none-any.whl");
}

#[test]
fn a_requirement_file_is_read_and_its_digests_count() {
    let Some(shop) = Shop::open() else { return };
    let file = shop.test.path("requirements.txt");
    let wrong = "0".repeat(64);
    let text = format!(
        "# What we need.\n-r more.txt\ngb_pure==1.0 \\\n  --hash=sha256:{wrong}\ngb_leans; python_version < '3'\n"
    );
    std::fs::write(&file, text).unwrap();
    std::fs::write(shop.test.path("more.txt"), "gb_space>=1\n").unwrap();
    let rows = shop.rows(&["-r", "requirements.txt"]);
    let outcome = |name: &str| rows[name]["outcome"].as_str().unwrap();
    assert_eq!((outcome("gb-space"), outcome("gb-leans")), ("imports", "left-out"));
    assert_eq!(outcome("gb-pure"), "install-failed");
    assert!(rows["gb-pure"]["message"].as_str().unwrap().contains("another digest"), "{}", rows["gb-pure"]);

    let result = shop.run(&["-r", "requirements.txt", "--fail-on", "any"]);
    assert_eq!(result.code, Some(1));
    insta::assert_snapshot!(result.stdout, @r"
    1 of 2 packages installs and imports on fake, which has a GIL; gb-pure cannot be
    installed; gb-leans is not meant for it.

     package   version  wheel         code  answer
     gb-space  1.0      py3-none-any  pure  imports
     gb-pure   —        —             —     install failed
     gb-leans  —        —             —     not meant for it

    gb-pure: `gb_pure-1.0-py3-none-any.whl` has another digest than was asked for
    ");
}

#[test]
fn a_mistake_is_told_before_anything_is_tried() {
    let test = Test::new();
    std::fs::write(test.path("wrong.txt"), "numpy\n-e .\n").unwrap();
    std::fs::write(test.path("empty.txt"), "# nothing\n").unwrap();
    let cases: [(&[&str], &str); 7] = [
        (&["imports"], "required arguments were not provided"),
        (&["imports", "-r", "gone.txt"], "error: failed to load `gone.txt`: No such file or directory"),
        (
            &["imports", "-r", "wrong.txt"],
            "error: failed to load `wrong.txt`: line 2: `-e .` is not understood",
        ),
        (&["imports", "-r", "empty.txt"], "error: the requirement files name no package"),
        (&["imports", "./folder"], "error: `./folder` is a path: name a package, or a wheel"),
        (&["imports", "x", "--interpreter", "fakes"], "hint: did you mean `fake`? known are absent, fake"),
        (&["imports", "x", "--interpreter", "fake"], "error: `fake` takes no packages"),
    ];
    for (arguments, said) in cases {
        let result = test.run(arguments);
        assert_eq!(result.code, Some(2), "{arguments:?}: {}", result.stderr);
        assert!(result.stderr.contains(said), "{arguments:?}: {}", result.stderr);
    }
}

#[test]
fn without_a_free_threaded_interpreter_the_command_that_gets_one_is_named() {
    let test = Test::new();
    let (with, without) = ("gil_built: true}", "gil_built: false}\npackages: wheels");
    test.edit("interpreters/absent.yaml", with, without);
    let result = test.run(&["imports", "numpy"]);
    assert_eq!(result.code, Some(4));
    // On a busy machine, Python may take long enough to be named; and it is not what is looked for.
    let lines = result
        .stderr
        .lines()
        .filter(|line| !line.starts_with("still asking") && !line.starts_with("warning"));
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"), @r"
    error: no free-threaded interpreter is on this machine
      absent: not found on this machine
    hint: `make absent`
    ");
}
