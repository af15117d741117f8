//! `gilbench report`: the answer in the terminal, charts as files, and a site on loopback.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use support::Test;

/// A measured run, which is enough for figures.
fn measured(test: &Test) -> PathBuf {
    test.edit("workloads/suites/plain.yaml", "{least: 8, most: 8}", "{least: 6, most: 6}");
    test.edit("workloads/suites/plain.yaml", "workers: [1], size: [slow]", "workers: [1]");
    let run = test.path("run");
    let result = test.run(&["run", "--suite", "plain", "--out", run.to_str().unwrap()]);
    assert_eq!(result.code, Some(0), "{}", result.stderr);
    run
}

#[test]
fn the_answer_comes_first_and_the_path_of_the_site_last() {
    let test = Test::new();
    let (run, site) = (measured(&test), test.path("site"));
    let result = test.run(&["report", run.to_str().unwrap(), "--out", site.to_str().unwrap()]);
    assert_eq!(result.code, Some(0), "{}", result.stderr);
    assert!(result.stdout.contains("\nClaims: "), "{}", result.stdout);
    assert!(result.stdout.contains("3 cases: 3 measured, 0 failed"), "{}", result.stdout);
    assert_eq!(result.stdout.lines().last(), site.join("index.html").to_str());
    assert!(result.stdout.lines().all(|line| line.chars().count() <= 80 || line.contains("/index.html")));
    assert!(!result.stdout.contains('\u{1b}'), "no colour where nobody looks");
    assert!(
        result.stderr.starts_with("Noise floor: ") || result.stderr.starts_with("The noise floor"),
        "{}",
        result.stderr
    );
}

#[test]
fn charts_are_listed_and_written_in_both_schemes() {
    let test = Test::new();
    let run = measured(&test);
    let run = run.to_str().unwrap();
    let listed = test.run(&["report", run, "--list-charts"]);
    assert_eq!(listed.code, Some(0), "{}", listed.stderr);
    let ids: Vec<&str> =
        listed.stdout.lines().skip(1).filter_map(|line| line.split_whitespace().next()).collect();
    assert!(ids.contains(&"workloads/faulty/times-0-0"), "{}", listed.stdout);
    assert!(!test.data().join("target").exists(), "no site was asked for");

    let folder = test.path("charts");
    let arguments =
        ["report", run, "--png", folder.to_str().unwrap(), "--chart", "workloads/faulty/times-0-0"];
    let written = test.run(&arguments);
    assert_eq!(written.code, Some(0), "{}", written.stderr);
    let paths: Vec<PathBuf> = ["light", "dark"]
        .map(|scheme| folder.join(format!("workloads/faulty/times-0-0-{scheme}.png")))
        .to_vec();
    assert_eq!(written.stdout.lines().map(PathBuf::from).collect::<Vec<_>>(), paths);
    let pictures: Vec<Vec<u8>> = paths.iter().map(|path| std::fs::read(path).unwrap()).collect();
    assert!(pictures.iter().all(|bytes| bytes.starts_with(b"\x89PNG")));
    assert_ne!(pictures[0], pictures[1]);

    let both = [
        "report",
        run,
        "--png",
        folder.to_str().unwrap(),
        "--svg",
        folder.to_str().unwrap(),
        "--chart",
        "*/times-*",
    ];
    let both = test.run(&both);
    assert!(both.stdout.lines().any(|path| path.ends_with("times-0-0-dark.svg")), "{}", both.stderr);

    let unknown = test.run(&[
        "report",
        run,
        "--svg",
        folder.to_str().unwrap(),
        "--chart",
        "workloads/faulty/times-0-1",
    ]);
    assert_eq!(unknown.code, Some(2));
    let told = "error: no chart `workloads/faulty/times-0-1`\nhint: did you mean `workloads/faulty/times-0-0`? `gilbench report --list-charts` shows all ";
    assert!(unknown.stderr.contains(told), "{}", unknown.stderr);
    let nothing = test.run(&["report", run, "--chart", "*"]);
    assert_eq!(nothing.code, Some(2), "{}", nothing.stderr);
}

/// A site that is served until it goes out of scope.
struct Served {
    child: Child,
    stdout: BufReader<ChildStdout>,
    port: u16,
}

impl Served {
    fn begin(test: &Test) -> Self {
        let run = measured(test);
        let mut command = test.command();
        command.args(["report", run.to_str().unwrap(), "--serve"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let port = loop {
            let mut line = String::new();
            assert_ne!(stdout.read_line(&mut line).unwrap(), 0, "no address");
            if let Some(address) = line.trim().strip_prefix("http://127.0.0.1:") {
                break address.trim_end_matches('/').parse().unwrap();
            }
        };
        Self { child, stdout, port }
    }

    /// Sends a request, and gives status, head and body.
    fn ask(&self, method: &str, path: &str, host: &str) -> (u16, String, String) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let host = if host.is_empty() { String::new() } else { format!("Host: {host}\r\n") };
        write!(stream, "{method} {path} HTTP/1.1\r\n{host}Connection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split_whitespace().nth(1).unwrap().parse().unwrap();
        (status, head.to_lowercase(), body.to_owned())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_site_is_served_to_this_machine_until_it_is_stopped() {
    let test = Test::new();
    let mut served = Served::begin(&test);
    let local = format!("127.0.0.1:{}", served.port);
    let (status, head, body) = served.ask("GET", "/", &local);
    assert_eq!(status, 200);
    assert!(
        head.contains("content-type: text/html; charset=utf-8") && head.contains("cache-control: no-store"),
        "{head}"
    );
    assert!(head.contains("x-content-type-options: nosniff"), "{head}");
    assert!(body.contains("Does this Python code run in parallel?"), "{body}");
    for (path, kind) in [
        ("/index.html", "text/html"),
        ("/assets/style.css?version=1", "text/css"),
        ("/assets/report.js", "text/javascript"),
        ("/data/environment.json", "application/json"),
        ("/workloads/faulty.html", "text/html"),
        ("/workloads/%66aulty.html", "text/html"),
    ] {
        let (status, head, body) = served.ask("GET", path, "localhost");
        assert!(
            status == 200 && head.contains(&format!("content-type: {kind}")) && !body.is_empty(),
            "{path}: {head}"
        );
    }
    let (status, head, body) = served.ask("HEAD", "/index.html", "[::1]");
    assert!(status == 200 && body.is_empty() && !head.contains("content-length: 0"), "{head}");

    // No file but those of the site, and no list of them.
    std::fs::write(test.data().join("target/gilbench/site/stranger.html"), "x").unwrap();
    for path in [
        "/workloads",
        "/workloads/",
        "/stranger.html",
        "/.gilbench-site",
        "/../plan.json",
        "/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "//etc/passwd",
        "/index.html%00",
    ] {
        let (status, head, body) = served.ask("GET", path, &local);
        assert!(status == 404 && head.contains("text/html"), "{path}: {status}");
        assert!(body.contains("No such page"), "{path}: {body}");
    }
    let (status, head, _) = served.ask("POST", "/", &local);
    assert!(status == 405 && head.contains("allow: get, head"), "{status}: {head}");
    // The name that another site's owner had lead here.
    for host in [
        "evil.example",
        &format!("evil.example:{}", served.port),
        "localhost.evil.example",
        "127.0.0.1.evil",
        "",
    ] {
        let (status, _, body) = served.ask("GET", "/", host);
        assert!(status == 421 && !body.contains("parallel"), "{host}: {status}");
    }

    kill_process(Pid::from_child(&served.child), Signal::INT).unwrap();
    assert_eq!(served.child.wait().unwrap().code(), Some(0));
    let mut rest = String::new();
    served.stdout.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "", "the address is the last line");
    assert!(TcpStream::connect(("127.0.0.1", served.port)).is_err());
}

#[test]
fn a_port_that_is_taken_is_said() {
    let test = Test::new();
    let served = Served::begin(&test);
    let run = test.path("run");
    let result = test.run(&["report", run.to_str().unwrap(), "--serve", "--port", &served.port.to_string()]);
    assert_eq!(result.code, Some(1));
    let lines: Vec<&str> = result.stderr.lines().skip_while(|line| !line.starts_with("error")).collect();
    insta::assert_snapshot!(lines.join("\n").replace(&served.port.to_string(), "PORT"), @r"
    error: cannot serve on 127.0.0.1, port PORT
      Address already in use (os error 98)
    hint: leave `--port` out: a free one is taken then
    ");
    let result = test.run(&["report", run.to_str().unwrap(), "--port", "8000"]);
    assert_eq!(result.code, Some(2), "a port without a server");
}
