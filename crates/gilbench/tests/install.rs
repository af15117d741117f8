//! Installing as a user meets it: from a server of the test's own, into a cache of its own. Whatever goes wrong ends
//! in a row that says so, and the next provider is tried.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use support::{Ran, Test, ran};

/// No step of these tests takes this long, on whatever machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// A data folder, a cache and a server.
struct Workshop {
    test: Test,
    address: String,
}

/// What the server does with a path.
fn answer(mut stream: TcpStream, files: &Path) {
    let mut line = String::new();
    BufReader::new(&stream).read_line(&mut line).unwrap();
    let path = line.split(' ').nth(1).unwrap_or("/").trim_start_matches('/').to_owned();
    let (kind, name) = path.split_once('/').unwrap_or(("", ""));
    let Ok(bytes) = std::fs::read(files.join(name)) else {
        let _ = stream.write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n");
        return;
    };
    let head = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", bytes.len());
    let _ = stream.write_all(head.as_bytes());
    match kind {
        "truncated" => drop(stream.write_all(&bytes[..bytes.len() / 2])),
        "endless" => {
            let _ = stream.write_all(&bytes[..1]);
            // Until the other side has gone away.
            let _ = stream.read(&mut [0; 1]);
        }
        _ => drop(stream.write_all(&bytes)),
    }
}

impl Workshop {
    fn new() -> Self {
        let test = Test::new();
        for folder in ["files", "home", "tools"] {
            std::fs::create_dir(test.path(folder)).unwrap();
        }
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let files = test.path("files");
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let files = files.clone();
                std::thread::spawn(move || answer(stream, &files));
            }
        });
        test.hide_engines();
        Self { test, address }
    }

    /// A tarball whose `configure` and `Makefile` are what the test wants; gives its digest.
    fn tarball(&self, name: &str, version: &str, make: &str) -> String {
        let folder = self.test.path(&format!("{name}-sources"));
        std::fs::create_dir(&folder).unwrap();
        let configure = "#!/bin/sh\nfor argument; do case $argument in --prefix=*) echo \"${argument#--prefix=}\" >prefix; esac; done\n";
        std::fs::write(folder.join("configure"), configure).unwrap();
        std::fs::set_permissions(folder.join("configure"), PermissionsExt::from_mode(0o755)).unwrap();
        let facts = serde_json::json!({
            "implementation": name, "version": version, "version_text": version, "executable": null,
            "platform": null, "build": {"compiler": null, "configure": null, "pgo": null, "lto": null},
            "gil": {"built": true, "enabled_before_imports": true, "enabled_after_imports": true}, "jit": null,
            "start_method": null, "start_methods": null,
            "cpus": {"count": null, "affinity": null, "allowed": null},
            "clock": {"name": null, "resolution_ns": null}, "packages": [],
        });
        std::fs::write(folder.join("made"), format!("#!/bin/sh\necho '{facts}'\n")).unwrap();
        std::fs::set_permissions(folder.join("made"), PermissionsExt::from_mode(0o755)).unwrap();
        let install =
            "install:\n\tmkdir -p $(DESTDIR)`cat prefix`/bin\n\tcp made $(DESTDIR)`cat prefix`/bin/python3\n";
        std::fs::write(folder.join("Makefile"), format!("all:\n\t{make}\n{install}")).unwrap();
        let file = self.test.path("files").join(name);
        let mut tar = Command::new("tar");
        tar.arg("-cf").arg(&file).arg("-C").arg(self.test.path("")).arg(format!("{name}-sources"));
        assert!(tar.status().unwrap().success());
        let sum = Command::new("sha256sum").arg(&file).output().unwrap().stdout;
        String::from_utf8(sum).unwrap()[..64].to_owned()
    }

    /// A definition with these providers, in YAML.
    fn define(&self, id: &str, version: &str, providers: &str) {
        let text = format!(
            "id: {id}\nlabel: {id}\nworker: python\nidentity: {{implementation: {id}, version: \"{version}\", \
             gil_built: true}}\ninstall_hint: make {id}\nproviders:\n{providers}"
        );
        std::fs::write(self.test.data().join(format!("interpreters/{id}.yaml")), text).unwrap();
    }

    fn source(&self, path: &str, sha256: &str) -> String {
        let url = format!("{}/{path}", self.address);
        format!("  source: {{urls: [\"{url}\"], sha256: {sha256}, executable: bin/python3}}\n")
    }

    /// One that builds `made` from a tarball that is served as this kind.
    fn made(&self, id: &str, kind: &str, make: &str) {
        let sha256 = self.tarball(id, "3.1.4", make);
        self.define(id, "3.1", &self.source(&format!("{kind}/{id}"), &sha256));
    }

    fn home(&self) -> PathBuf {
        self.test.path("home")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gilbench"));
        self.test.isolate(&mut command);
        let system = std::env::var("PATH").unwrap_or_default();
        command
            .env("PATH", format!("{}:{system}", self.test.path("tools").display()))
            .env("GILBENCH_HOME", self.home())
            .env("GILBENCH_MARK", self.test.path("").to_string_lossy().trim_end_matches('/'))
            .env("NO_PROXY", "127.0.0.1")
            .arg("--data")
            .arg(self.test.data())
            .arg("interpreters")
            .args(arguments);
        command
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        ran(&self.command(arguments).output().unwrap())
    }

    fn install(&self, arguments: &[&str]) -> (Option<i32>, Value, String) {
        let mut all = vec!["install", "--format", "json"];
        all.extend(arguments);
        let result = self.run(&all);
        let rows = serde_json::from_str(&result.stdout).unwrap_or(Value::Null);
        (result.code, rows, result.stderr)
    }

    /// Installs one, which fails, and gives the failures of its providers.
    fn failures(&self, id: &str) -> Vec<(String, String)> {
        let (code, rows, error) = self.install(&[id]);
        assert_eq!(code, Some(4), "{error}");
        assert_eq!(rows[0]["status"], "skipped");
        assert!(rows[0]["hint"].is_string(), "{rows}");
        self.assert_clean(id);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let attempts = rows[0]["attempts"].as_array().unwrap().iter();
        attempts.map(|attempt| (text(&attempt["failure"]), text(&attempt["message"]))).collect()
    }

    fn entries(&self, folder: &str) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.home().join(folder)).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).collect()
    }

    /// Nothing half-ready is there.
    fn assert_clean(&self, id: &str) {
        assert!(self.entries("staging").is_empty(), "{:?}", self.entries("staging"));
        let left = self.entries(&format!("interpreters/{id}"));
        assert!(left.is_empty(), "{left:?}");
    }

    fn listed(&self, id: &str) -> Value {
        let result = self.run(&["list", "--format", "json"]);
        assert_eq!(result.code, Some(0), "{}", result.stderr);
        let rows: Vec<Value> = serde_json::from_str(&result.stdout).unwrap();
        rows.into_iter().find(|row| row["id"] == id).unwrap()
    }

    /// Starts an installation that does not end by itself, and waits until it builds.
    fn building(&self, id: &str) -> Child {
        let started = self.test.path("started");
        let mut command = self.command(&["install", id]);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().unwrap();
        wait_until("the build begins", || started.exists());
        std::fs::remove_file(started).unwrap();
        child
    }

    /// What `make` does to be noticed and to take for ever.
    fn endless(&self) -> String {
        format!("touch {}; sleep 600", self.test.path("started").display())
    }

    /// A tool that stands before the system's.
    fn tool(&self, name: &str, script: &str) {
        let path = self.test.path("tools").join(name);
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
    }
}

fn wait_until(what: &str, holds: impl Fn() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < PATIENCE, "{what}: not within a minute");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn pid(child: &Child) -> Pid {
    Pid::from_child(child)
}

#[test]
fn what_was_built_is_ready_listed_and_not_built_again() {
    let workshop = Workshop::new();
    workshop.made("good", "whole", "true");
    let (code, rows, error) = workshop.install(&["good"]);
    assert_eq!(code, Some(0), "{error}");
    assert_eq!(rows[0]["status"], "ready");
    assert_eq!(rows[0]["provider"], "source");
    assert_eq!(rows[0]["version"], "3.1.4");
    assert!(rows[0]["bytes"].as_u64().unwrap() > 0);
    assert!(rows[0]["executable"].as_str().unwrap().ends_with("/bin/python3"));
    assert!(workshop.entries("staging").is_empty());

    let listed = workshop.listed("good");
    assert_eq!(listed["status"], "ready");
    assert_eq!(listed["provider"], "source");
    assert_eq!(listed["executable"], rows[0]["executable"]);

    let again = workshop.run(&["install", "good"]);
    assert_eq!(again.code, Some(0));
    assert_eq!(again.stderr, "", "nothing is fetched or built");
}

#[test]
fn each_broken_download_is_told_and_the_next_provider_is_tried() {
    let workshop = Workshop::new();
    let sha256 = workshop.tarball("tarball", "3.1.4", "true");
    let wrong = "0".repeat(64);
    for (id, path, sha256, failure, message) in [
        ("checksum", "whole/tarball", &wrong, "checksum", format!("has SHA-256 {sha256}, expected {wrong}")),
        ("truncated", "truncated/tarball", &sha256, "truncated", "ended after".to_owned()),
        ("absent-file", "whole/none", &sha256, "unreachable", "answers with status 404".to_owned()),
    ] {
        workshop.tool("uv", "echo 'error: no such thing' >&2; exit 1");
        let uv = "  uv: {request: made}\n";
        workshop.define(id, "3.1", &(workshop.source(path, sha256) + uv));
        let failures = workshop.failures(id);
        assert_eq!(failures[0].0, failure, "{failures:?}");
        assert!(failures[0].1.contains(&message), "{failures:?}");
        assert_eq!(failures[1].1, "`uv python install` failed: no such thing");
    }
    assert!(workshop.entries("downloads").is_empty(), "what is not right is not kept");
}

#[test]
fn a_build_that_fails_tells_its_first_error_and_keeps_its_log() {
    let workshop = Workshop::new();
    workshop.made("faulty-build", "whole", "echo 'a.c:1:2: error: no such type'; echo gave up; exit 1");
    let failures = workshop.failures("faulty-build");
    assert_eq!(failures[0].0, "build");
    let log = workshop.home().join("logs/faulty-build-source.log");
    let expected = format!("compiling failed: a.c:1:2: error: no such type; see `{}`", log.display());
    assert_eq!(failures[0].1, expected);
    assert!(std::fs::read_to_string(log).unwrap().contains("gave up"));
}

#[test]
fn another_interpreter_than_the_definitions_is_taken_away_again() {
    let workshop = Workshop::new();
    let sha256 = workshop.tarball("other", "3.2.0", "true");
    workshop.define("other", "3.1", &workshop.source("whole/other", &sha256));
    let failures = workshop.failures("other");
    assert_eq!(failures[0].0, "wrong-interpreter");
    assert!(failures[0].1.contains("3.2.0"), "{failures:?}");
    assert_eq!(workshop.listed("other")["status"], "missing");
}

#[test]
fn without_its_tool_a_provider_says_what_is_missing() {
    let workshop = Workshop::new();
    workshop.define("tools", "3.1", "  uv: {request: made}\n");
    let result = ran(&workshop
        .command(&["install", "tools", "--format", "json"])
        .env("PATH", workshop.test.path("tools"))
        .output()
        .unwrap());
    let rows: Value = serde_json::from_str(&result.stdout).unwrap();
    assert_eq!(rows[0]["attempts"][0]["failure"], "no-tool");
    assert_eq!(rows[0]["reason"], "uv: `uv` is not on the PATH");
}

#[test]
fn what_uv_installs_is_found_by_asking_whatever_its_folders_are_called() {
    let workshop = Workshop::new();
    workshop.tarball("by-uv", "3.1.4", "true");
    let made = workshop.test.path("by-uv-sources").join("made");
    let script = "while [ $# -gt 1 ]; do [ \"$1\" = --install-dir ] && folder=$2; shift; done\n\
         mkdir -p \"$folder/odd-name/bin\" && cp MADE \"$folder/odd-name/bin/python3\"";
    workshop.tool("uv", &script.replace("MADE", &made.to_string_lossy()));
    workshop.define("by-uv", "3.1", "  uv: {request: made}\n");
    let (code, rows, error) = workshop.install(&["by-uv"]);
    assert_eq!(code, Some(0), "{error}");
    assert_eq!(rows[0]["provider"], "uv");
    assert!(rows[0]["executable"].as_str().unwrap().ends_with("odd-name/bin/python3"));
}

#[test]
fn java_archives_and_a_jdk_make_an_interpreter_that_needs_both() {
    let workshop = Workshop::new();
    workshop.tarball("on-java", "3.1.4", "true");
    let file = "org/made/made-all/1.0/made-all-1.0.jar";
    let served = workshop.test.path("files").join(file);
    std::fs::create_dir_all(served.parent().unwrap()).unwrap();
    std::fs::rename(workshop.test.path("files").join("on-java"), &served).unwrap();
    let sum = Command::new("sha256sum").arg(&served).output().unwrap().stdout;
    let sha256 = String::from_utf8(sum).unwrap()[..64].to_owned();
    // Newer than any that the machine may have.
    let jdk = workshop.test.path("jdk");
    std::fs::create_dir_all(jdk.join("bin")).unwrap();
    std::fs::write(jdk.join("release"), "IMPLEMENTOR=\"made\"\nJAVA_VERSION=\"901.0.1\"\n").unwrap();
    std::fs::copy(workshop.test.path("on-java-sources").join("made"), jdk.join("bin/java")).unwrap();
    let maven = format!(
        "  maven:\n    java: 900\n    artifacts:\n      - {{id: org.made:made-all:1.0, sha256: {sha256}, \
         folders: [lib, more]}}\n    executable: bin/made\n    script: |\n      #!/bin/sh\n      \
         test -f {{home}}/lib/made-all-1.0.jar && exec {{java}} -jar {{home}}/lib/made-all-1.0.jar\n"
    );
    workshop.define("on-java", "3.1", &maven);
    assert_eq!(workshop.failures("on-java")[0].0, "no-tool");

    let mut command = workshop.command(&["install", "on-java"]);
    command.env("JAVA_HOME", &jdk).env("GILBENCH_MAVEN", format!("{}/whole", workshop.address));
    let result = ran(&command.output().unwrap());
    assert_eq!(result.code, Some(0), "{}{}", result.stdout, result.stderr);
    assert_eq!(workshop.listed("on-java")["provider"], "maven");
    std::fs::remove_dir_all(&jdk).unwrap();
    let listed = workshop.listed("on-java");
    assert_eq!(listed["status"], "broken");
    assert_eq!(listed["hint"], "gilbench interpreters install on-java");
}

#[test]
fn a_full_disk_is_told_and_leaves_nothing() {
    let workshop = Workshop::new();
    workshop.made("big", "whole", "true");
    // A limit on the size of files (here 4 KiB) stops a write as a full disk does, without the right to mount one.
    let program = workshop.command(&["install", "big", "--format", "json"]);
    let mut command = Command::new("/bin/sh");
    command.args(["-c", "trap '' XFSZ; ulimit -f 8; exec \"$@\"", "sh"]).arg(program.get_program());
    command.args(program.get_args()).env_clear().current_dir(workshop.test.path(""));
    command.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let result = ran(&command.output().unwrap());
    let rows: Value = serde_json::from_str(&result.stdout).unwrap_or(Value::Null);
    assert_eq!(rows[0]["attempts"][0]["failure"], "disk-full", "{}{}", result.stdout, result.stderr);
    workshop.assert_clean("big");
}

#[test]
fn one_that_is_killed_in_the_middle_is_not_listed_and_not_in_the_way() {
    let workshop = Workshop::new();
    workshop.made("killed", "whole", &workshop.endless());
    let mut child = workshop.building("killed");
    kill_process(pid(&child), Signal::KILL).unwrap();
    child.wait().unwrap();
    workshop.test.assert_no_process_left();
    assert!(!workshop.entries("staging").is_empty(), "it had no chance to clean up");
    assert_eq!(workshop.listed("killed")["status"], "missing");

    // The same id, now with a build that ends.
    std::fs::remove_dir_all(workshop.test.path("killed-sources")).unwrap();
    workshop.made("killed", "whole", "true");
    let (code, _, error) = workshop.install(&["killed"]);
    assert_eq!(code, Some(0), "{error}");
    assert!(workshop.entries("staging").is_empty());
}

#[test]
fn two_at_once_do_not_disturb_each_other_and_ctrl_c_stops_in_order() {
    let workshop = Workshop::new();
    workshop.made("slow", "whole", &workshop.endless());
    let mut child = workshop.building("slow");

    let (code, rows, _) = workshop.install(&["slow"]);
    assert_eq!(code, Some(4));
    assert_eq!(rows[0]["attempts"][0]["failure"], "locked");
    let collected = workshop.run(&["gc"]);
    assert_eq!(collected.code, Some(0));
    assert!(collected.stderr.contains("another gilbench is at work on `slow`"), "{}", collected.stderr);
    assert!(!workshop.entries("staging").is_empty(), "what is being made stays");

    kill_process(pid(&child), Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    workshop.test.assert_no_process_left();
    workshop.assert_clean("slow");
}

#[test]
fn a_dead_proxy_is_named_without_what_it_is_told_in_secret() {
    let workshop = Workshop::new();
    workshop.made("behind", "whole", "true");
    // A port that was free a moment ago: nobody listens there any more.
    let dead = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let install = |proxied: bool| {
        let mut command = workshop.command(&["install", "behind"]);
        command.env("HTTP_PROXY", format!("http://somebody:secret@{dead}"));
        command.env("NO_PROXY", if proxied { "elsewhere" } else { "elsewhere, 127.0.0.1" });
        ran(&command.output().unwrap())
    };
    let refused = install(true);
    assert_eq!(refused.code, Some(4), "{}", refused.stderr);
    let through = format!("` through the proxy `{dead}`: ");
    assert!(refused.stderr.contains(&through), "{}", refused.stderr);
    assert!(!refused.stderr.contains("secret"), "{}", refused.stderr);
    let direct = install(false);
    assert_eq!(direct.code, Some(0), "{}", direct.stderr);
}

#[test]
fn a_download_can_be_interrupted() {
    let workshop = Workshop::new();
    workshop.made("stuck", "endless", "true");
    let mut command = workshop.command(&["install", "stuck"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let begun = || {
        let parts = workshop.entries("staging/stuck.0/scratch");
        parts.iter().any(|path| path.metadata().is_ok_and(|metadata| metadata.len() > 0))
    };
    wait_until("the download begins", begun);
    kill_process(pid(&child), Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    workshop.assert_clean("stuck");
}

#[test]
fn offline_uses_what_was_fetched_before_and_says_what_was_not() {
    let workshop = Workshop::new();
    workshop.made("kept", "whole", "true");
    let (code, rows, _) = workshop.install(&["kept", "--offline"]);
    assert_eq!(code, Some(4));
    assert_eq!(rows[0]["attempts"][0]["failure"], "offline");
    assert_eq!(rows[0]["hint"], "gilbench interpreters install kept");

    assert_eq!(workshop.install(&["kept"]).0, Some(0));
    let removed = workshop.run(&["remove", "kept"]);
    assert_eq!(removed.code, Some(0), "{}", removed.stderr);
    assert!(removed.stdout.contains("removed kept/source-"), "{}", removed.stdout);
    assert_eq!(workshop.listed("kept")["status"], "missing");
    std::fs::remove_file(workshop.test.path("files").join("kept")).unwrap();
    let (code, _, error) = workshop.install(&["kept", "--offline"]);
    assert_eq!(code, Some(0), "{error}");
}

#[test]
fn what_no_definition_asks_for_any_more_is_collected() {
    let workshop = Workshop::new();
    workshop.made("stays", "whole", "true");
    workshop.made("changes", "whole", "true");
    workshop.made("goes", "whole", "true");
    let (code, _, error) = workshop.install(&["stays", "changes", "goes"]);
    assert_eq!(code, Some(0), "{error}");
    workshop.test.edit("interpreters/changes.yaml", "executable:", "configure: [--other], executable:");
    std::fs::remove_file(workshop.test.data().join("interpreters/goes.yaml")).unwrap();
    assert_eq!(workshop.listed("changes")["status"], "missing", "another key is another interpreter");

    let collected = workshop.run(&["gc"]);
    assert_eq!(collected.code, Some(0), "{}", collected.stderr);
    for gone in ["removed changes/source-", "removed goes/source-", "removed download ", "MB freed"] {
        assert!(collected.stdout.contains(gone), "{}", collected.stdout);
    }
    assert_eq!(workshop.entries("downloads").len(), 2);
    assert_eq!(workshop.listed("stays")["status"], "ready");
    assert_eq!(workshop.run(&["gc"]).stdout, "nothing to remove\n");
}

#[test]
fn all_skips_what_cannot_be_had_and_a_name_that_does_not_exist_is_a_mistake() {
    let workshop = Workshop::new();
    workshop.made("good", "whole", "true");
    workshop.define("bad", "9", &workshop.source("whole/none", &"0".repeat(64)));
    let (code, rows, error) = workshop.install(&["--all"]);
    assert_eq!(code, Some(0), "{error}");
    let status = |row: &Value| (row["id"].as_str().unwrap().to_owned(), row["status"].clone());
    let rows: Vec<_> = rows.as_array().unwrap().iter().map(status).collect();
    assert_eq!(rows, [("bad".to_owned(), "skipped".into()), ("good".to_owned(), "ready".into())]);
    assert_eq!(workshop.run(&["install", "goood"]).code, Some(2));
    assert_eq!(workshop.run(&["install"]).code, Some(2));
}
