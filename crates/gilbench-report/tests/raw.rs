//! Failures and raw data: nothing is left out, and what programs read is what was measured.

mod fixture;

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::Path;

use fixture::{HOSTILE, empty_run, hostile_run, large_run, run};
use gilbench_analysis::findings::{CaseState, FailureCount, Findings};
use gilbench_model::event::{Event, TimedEvent};
use gilbench_model::plan::Plan;
use gilbench_model::run_directory::Run;
use gilbench_model::sample::{Outcome, Process};
use gilbench_model::units::Nanoseconds;
use gilbench_report::{Site, Sources, render};

fn site((run, findings): &(Run, Findings)) -> Site {
    render(Sources::new(run, findings)).expect("renders")
}

fn text<'a>(site: &'a Site, path: &str) -> &'a str {
    std::str::from_utf8(&site.files[Path::new(path)]).expect("text")
}

fn unpacked(site: &Site, path: &str) -> String {
    let mut content = String::new();
    let packed = site.files[Path::new(path)].as_slice();
    flate2::read::GzDecoder::new(packed).read_to_string(&mut content).expect("gzip of text");
    content
}

/// Cells of each line, for tables in which no cell holds a line break.
fn cells(csv: &str) -> Vec<Vec<String>> {
    let line = |line: &str| {
        let (mut cells, mut quoted) = (vec![String::new()], false);
        for character in line.chars() {
            match character {
                '"' => quoted = !quoted,
                ',' if !quoted => cells.push(String::new()),
                other => cells.last_mut().expect("a cell").push(other),
            }
        }
        cells
    };
    csv.lines().map(line).collect()
}

#[test]
fn every_case_without_figures_is_listed_with_its_reason_and_what_mends_it() {
    let made = run();
    let site = site(&made);
    let page = text(&site, "failures.html");
    for (case, finding) in made.0.plan.cases.iter().zip(&made.1.cases) {
        let link = format!("cases.html#{}\"", case.id);
        assert_eq!(page.contains(&link), finding.state != CaseState::Measured, "{}", case.id);
    }
    for words in [
        "can&#39;t start new process",
        "uv python install pypy-3.11",
        "3 of 6 rounds recorded",
        "gilbench run --suite quick --case sum-squares/process-pool/cpython-3.13t/workers=4",
    ] {
        assert!(page.contains(words), "{words}");
    }
    assert!(page.contains("<h3><span class=\"status failed\">failed</span> 1 case</h3>"), "{page}");
}

#[test]
fn cases_that_failed_for_the_same_reason_are_one_group() {
    let (run, mut findings) = large_run(12);
    for (index, case) in findings.cases.iter_mut().enumerate() {
        let reason = if index < 9 { "timed out after 1 s" } else { "failed: crashed: signal 11" };
        case.state = CaseState::Failed { reason: reason.to_owned() };
    }
    let site = site(&(run, findings));
    let page = text(&site, "failures.html");
    assert_eq!(page.matches("class=\"card failure\"").count(), 2);
    assert!(page.find("9 cases").unwrap() < page.find("3 cases").unwrap(), "the larger group is first");
    assert_eq!(page.matches("gilbench run --suite quick --case ").count(), 2, "one command a group");
}

#[test]
fn processes_that_failed_in_a_measured_case_are_listed_with_their_rounds() {
    let (mut run, mut findings) = run();
    let outcome = Outcome::TimedOut { limit: Nanoseconds(1_000_000_000) };
    findings.cases[0].failures = vec![FailureCount { outcome: outcome.to_string(), count: 2 }];
    for round in [None, Some(4)] {
        let process = Process { case: 0, round, outcome: outcome.clone(), ..run.processes[0].clone() };
        run.processes.push(process);
    }
    let id = run.plan.cases[0].id.clone();
    let site = site(&(run, findings));
    let page = text(&site, "failures.html");
    let row = page.split("<h2 id=\"processes\"").nth(1).unwrap();
    let row = row.split("<tr>").find(|row| row.contains(&format!("#{id}\""))).unwrap();
    assert!(row.contains("timed out after 1") && row.contains(">pilot, round 4<"), "{row}");
    assert!(row.contains(">measured<") && row.contains("data-label=\"Processes\">2<"), "{row}");
}

#[test]
fn interruptions_and_kills_are_told_with_their_times() {
    let sentences = |events: Vec<(u64, Event)>| {
        let (mut run, findings) = large_run(1);
        run.events = events.into_iter().map(|(at_ms, event)| TimedEvent { at_ms, event }).collect();
        let site = site(&(run, findings));
        let page = text(&site, "failures.html").to_owned();
        page.split("id=\"interruptions\"").nth(1).map(|part| part.split("</ul>").next().unwrap().to_owned())
    };
    let began = |recorded| Event::Began { cases: 1, recorded };
    assert_eq!(sentences(vec![(0, began(0)), (9000, Event::Finished)]), None);
    let resumed = sentences(vec![
        (0, began(0)),
        (60_000, Event::Interrupted),
        (65_000, began(70)),
        (90_000, Event::Finished),
    ]);
    let resumed = resumed.unwrap();
    assert!(
        resumed.contains("Interrupted 1970-01-01 00:01 UTC, resumed 5.00 s later with 70 processes"),
        "{resumed}"
    );
    let killed = sentences(vec![(0, began(0)), (3_600_000, began(7)), (3_700_000, Event::Finished)]).unwrap();
    assert!(killed.contains("it was killed") && killed.contains("1 h 00 min later"), "{killed}");
    let stopped = sentences(vec![(0, began(0)), (1000, Event::Interrupted)]).unwrap();
    assert!(stopped.contains("not resumed since"), "{stopped}");
}

#[test]
fn a_run_in_which_nothing_went_wrong_says_so() {
    let (mut run, mut findings) = large_run(5);
    run.events.clear();
    findings.totals.skipped = 0;
    let site = site(&(run, findings));
    let page = text(&site, "failures.html");
    assert!(page.contains("Nothing: no case failed or was skipped"), "{page}");
    assert!(!page.contains("<h2 id=\"cases\"") && !page.contains("id=\"interruptions\""));
    let skipped = self::site(&empty_run());
    assert!(text(&skipped, "failures.html").contains("1 case was skipped"));
}

#[test]
fn data_can_be_read_back() {
    let (run, findings) = run();
    let site = render(Sources::new(&run, &findings)).unwrap();
    // As text: a parser may lose the last bit of a number.
    let text_of_findings = unpacked(&site, "data/findings.json.gz");
    assert!(text_of_findings == serde_json::to_string(&findings).unwrap());
    let read: Findings = serde_json::from_str(&text_of_findings).unwrap();
    assert_eq!((read.cases.len(), read.totals), (findings.cases.len(), findings.totals));
    let plan: Plan = serde_json::from_str(&unpacked(&site, "data/plan.json.gz")).unwrap();
    assert_eq!(plan, run.plan);
    let environment: gilbench_model::environment::Environment =
        serde_json::from_str(text(&site, "data/environment.json")).unwrap();
    assert_eq!(environment, run.environment);
    let events: Vec<TimedEvent> =
        text(&site, "data/events.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(events, run.events);
}

#[test]
fn cases_as_csv_have_every_case_and_unrounded_figures() {
    let (run, findings) = run();
    let site = site(&(run.clone(), findings.clone()));
    let lines = cells(text(&site, "data/cases.csv"));
    let column = |name: &str| lines[0].iter().position(|own| own == name).unwrap_or_else(|| panic!("{name}"));
    assert!(lines.iter().all(|line| line.len() == lines[0].len()));
    let ids: BTreeSet<&str> = lines[1..].iter().map(|line| line[0].as_str()).collect();
    assert_eq!(ids, run.plan.cases.iter().map(|case| case.id.as_str()).collect());
    for (case, finding) in run.plan.cases.iter().zip(&findings.cases) {
        let line = lines.iter().find(|line| line[0] == case.id).unwrap();
        let number = |name: &str| line[column(name)].parse::<f64>().ok();
        assert_eq!(number("steady_s"), finding.steady.map(|steady| steady.point), "{}", case.id);
        assert_eq!(number("steady_s_high"), finding.steady.map(|steady| steady.high), "{}", case.id);
        assert_eq!(number("speed_up_low"), finding.speed_up.map(|speed_up| speed_up.low), "{}", case.id);
    }
}

#[test]
fn processes_as_csv_have_every_process_also_those_that_failed() {
    let (mut run, findings) = run();
    let failed = Outcome::Unsupported { reason: "=cmd|' /C calc'!A0".to_owned() };
    run.processes.push(Process { round: None, outcome: failed, ..run.processes[0].clone() });
    let processes = run.processes.len();
    let site = site(&(run, findings));
    let lines = cells(&unpacked(&site, "data/processes.csv.gz"));
    assert_eq!(lines.len(), 1 + processes);
    assert!(lines.iter().all(|line| line.len() == lines[0].len()), "{lines:?}");
    let last = lines.last().unwrap();
    assert_eq!(last[1], "", "a pilot has no round");
    assert_eq!(last[3..5], ["unsupported", "'=cmd|' /C calc'!A0"]);
}

#[test]
fn hostile_text_is_inert_in_csv() {
    let (mut run, mut findings) = hostile_run();
    for (finding, text) in findings.cases.iter_mut().zip(["=1+1", "@x", "+1-1", HOSTILE].iter().cycle()) {
        finding.state = CaseState::Failed { reason: (*text).to_owned() };
    }
    run.plan.cases[0].id = "=HYPERLINK(\"http\")".to_owned();
    let site = site(&(run, findings));
    let csv = text(&site, "data/cases.csv");
    assert!(csv.contains("\n\"'=HYPERLINK(\"\"http\"\")\","));
    assert!(!csv.contains('\u{202e}'), "text can be reordered");
    for line in cells(csv) {
        for cell in &line {
            let number = cell.parse::<f64>().is_ok();
            assert!(number || !cell.starts_with(['=', '+', '-', '@']), "{cell}");
        }
    }
}

#[test]
fn the_page_of_data_names_every_file_and_its_size() {
    let site = site(&run());
    let page = text(&site, "data.html");
    let mut files = 0;
    for path in site.files.keys().filter(|path| path.starts_with("data/")) {
        let row = page.split("<tr>").find(|row| row.contains(&format!("href=\"{}\"", path.display())));
        let row = row.unwrap_or_else(|| panic!("{} is not on the page", path.display()));
        assert!(row.contains("B</td>") && !row.contains(">0 B<"), "{row}");
        files += 1;
    }
    assert_eq!(page.matches(" download>").count(), files);
}

#[test]
fn a_standard_run_of_made_up_cases_has_small_data() {
    let site = site(&large_run(500));
    let data = site.files.iter().filter(|(path, _)| path.starts_with("data"));
    let bytes: usize = data.map(|(_, content)| content.len()).sum();
    assert!(bytes < 700_000, "{bytes} bytes");
}

#[test]
fn what_is_behind_a_link_in_the_folder_of_a_site_stays_as_it_is() {
    let place = tempfile::tempdir().unwrap();
    let (folder, elsewhere) = (place.path().join("site"), place.path().join("elsewhere"));
    let (run, findings) = run();
    let site = render(Sources::new(&run, &findings)).unwrap();
    site.write(&folder).unwrap();
    std::fs::create_dir(&elsewhere).unwrap();
    for name in ["old.html", "precious"] {
        std::fs::write(elsewhere.join(name), name).unwrap();
    }
    // A page and a folder of the site lead elsewhere now, and its list names what is there.
    std::fs::remove_file(folder.join("cases.html")).unwrap();
    std::os::unix::fs::symlink(elsewhere.join("precious"), folder.join("cases.html")).unwrap();
    std::os::unix::fs::symlink(&elsewhere, folder.join("link")).unwrap();
    let marker = folder.join(".gilbench-site");
    let listed = std::fs::read_to_string(&marker).unwrap() + "link/old.html\n";
    std::fs::write(&marker, listed).unwrap();
    site.write(&folder).unwrap();
    for name in ["old.html", "precious"] {
        assert_eq!(std::fs::read_to_string(elsewhere.join(name)).unwrap(), name);
    }
    assert!(folder.join("cases.html").symlink_metadata().unwrap().is_file());
}
