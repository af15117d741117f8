//! Tables of cases: every case has a row, every gap its reason, every row its command, and no row says anything twice.

mod fixture;

use std::collections::BTreeSet;
use std::path::Path;

use fixture::{HOSTILE, hostile_run, large_run, run};
use gilbench_analysis::findings::{CaseState, FailureCount};
use gilbench_report::{Site, Sources, render};

fn site() -> Site {
    let (run, findings) = run();
    render(Sources::new(&run, &findings)).expect("renders")
}

fn text<'a>(site: &'a Site, path: &str) -> &'a str {
    std::str::from_utf8(&site.files[Path::new(path)]).expect("text")
}

/// Ids of any elements.
fn ids_of_any(page: &str) -> BTreeSet<String> {
    page.split(" id=\"").skip(1).map(|part| part.split('"').next().expect("a value").to_owned()).collect()
}

/// The markup of the row of a case, of which the id begins so.
fn row<'a>(page: &'a str, id: &str) -> &'a str {
    let from = page.find(&format!("<tr id=\"{id}")).unwrap_or_else(|| panic!("no row of {id}"));
    page[from..].split("</tr>").next().expect("a row")
}

/// Values of the ids of rows, as they are written.
fn ids(page: &str) -> Vec<String> {
    page.split("<tr id=\"").skip(1).map(|part| part.split('"').next().expect("a value").to_owned()).collect()
}

#[test]
fn every_stop_is_explained_with_the_width_that_was_reached() {
    let (run, mut findings) = run();
    let cell = |findings: &_, id: &str| {
        let site = render(Sources::new(&run, findings)).unwrap();
        let page = text(&site, "workloads/sum-squares.html").to_owned();
        let row = &page[page.find(&format!("<tr id=\"{id}\"")).unwrap()..];
        let row = &row[..row.find("</tr>").unwrap()];
        let cell = &row[row.rfind("<td").unwrap()..];
        cell[cell.find('>').unwrap() + 1..].to_owned()
    };
    let baseline = run.plan.cases[0].id.clone();
    assert_eq!(
        cell(&findings, &baseline),
        "most rounds: time ±3.12 %, target ±2 %; 3 rounds more for cases compared with it"
    );
    assert_eq!(
        cell(&findings, "sum-squares/threads/cpython-3.12/workers=2"),
        "precise enough: ratio ±1.84 %"
    );
    // As of a run that an older gilbench recorded.
    findings.cases[0].reached = None;
    findings.cases[0].later_rounds = 0;
    assert_eq!(cell(&findings, &baseline), "most rounds: time ±1.38 %, target ±2 %");
    findings.cases[0].steady = None;
    assert_eq!(cell(&findings, &baseline), "most rounds: no interval, target ±2 %");
}

#[test]
fn every_case_has_a_row_even_one_that_was_not_measured() {
    let (run, findings) = run();
    let site = render(Sources::new(&run, &findings)).unwrap();
    let page = text(&site, "cases.html");
    let ids: BTreeSet<String> = ids(page).into_iter().collect();
    let (asked_for, controls): (Vec<_>, Vec<_>) = run.plan.cases.iter().partition(|case| case.is_measured());
    for case in &asked_for {
        assert!(ids.contains(&case.id), "{}", case.id);
    }
    assert_eq!(page.matches("<tr id=").count(), asked_for.len());
    // What no suite asks for has its row elsewhere.
    let elsewhere: BTreeSet<String> =
        ["machine.html", "method.html"].into_iter().flat_map(|page| ids_of_any(text(&site, page))).collect();
    assert!(
        !controls.is_empty() && controls.iter().all(|case| elsewhere.contains(&case.id)),
        "{elsewhere:?}"
    );
    for words in [
        "can&#39;t start new process",
        "not found on PATH",
        "uv python install pypy-3.11",
        "3 of 6 rounds recorded",
        "oversubscribed",
        "drifting machine",
    ] {
        assert!(page.contains(words), "{words}");
    }
}

#[test]
fn a_figure_that_is_not_known_is_a_word_with_a_meaning() {
    let site = site();
    for path in ["cases.html", "workloads/sum-squares.html", "workloads/sleepers.html"] {
        let page = text(&site, path);
        let words: BTreeSet<&str> =
            page.split("<td class=none>").skip(1).map(|part| part.split('<').next().unwrap()).collect();
        assert!(!words.is_empty());
        for word in words {
            assert!(page.contains(&format!("<dt>{word}</dt><dd>")), "{path}: {word} is explained nowhere");
        }
        let tags = page.split("<span class=\"tag\">").skip(1).map(|part| part.split('<').next().unwrap());
        for tag in tags {
            assert!(page.contains(&format!("<dt>{tag}</dt><dd>")), "{path}: {tag} is explained nowhere");
        }
    }
    // A case that was not tried has not failed to end, and one that waits has a sequential twin but no ideal.
    let sleepers = text(&site, "workloads/sleepers.html");
    assert!(row(sleepers, "sleepers/to-thread/cpython-3.12").contains("not ended"));
    let skipped = row(text(&site, "workloads/sum-squares.html"), "sum-squares/threads/pypy-3.11");
    assert!(skipped.contains("not begun") && !skipped.contains("not ended"), "{skipped}");
    let baseline = row(sleepers, "sleepers/sequential/cpython-3.12");
    assert!(baseline.contains("<td class=none>baseline"), "{baseline}");
}

#[test]
fn a_case_without_any_figure_says_why_in_their_place() {
    let page = site();
    let page = text(&page, "cases.html");
    let failed = row(page, "sum-squares/process-pool/cpython-3.13t/workers=4");
    assert!(failed.contains("<td class=words colspan=5><span class=\"status failed\">failed</span>"));
    assert!(!failed.contains('—') && failed.ends_with("<td>0"), "{failed}");
    let columns = page.split("<thead>").nth(1).unwrap().split("</thead>").next().unwrap();
    assert_eq!(
        columns.matches("<th ").count(),
        7,
        "case, state, the five, of which four and the state are one cell"
    );
    assert_eq!(row(page, "sum-squares/sequential/cpython-3.12").matches("<td").count(), 6);
}

#[test]
fn a_column_that_no_case_has_is_named_instead() {
    let (run, mut findings) = run();
    let page = |findings: &_| {
        text(&render(Sources::new(&run, findings)).unwrap(), "workloads/sleepers.html").to_owned()
    };
    let columns =
        |page: &str| page.split("class=\"cases rows\"").nth(1).unwrap().matches(">by hyperfine</th>").count();
    assert_eq!(columns(&page(&findings)), 1);
    for case in &mut findings.cases {
        case.second_opinion = None;
    }
    let without = page(&findings);
    assert_eq!(columns(&without), 0);
    let sentence = without.split("Not shown, since no case here has it: ").nth(1).unwrap();
    assert!(
        sentence.starts_with("by hyperfine (") || sentence.contains(", by hyperfine ("),
        "{}",
        &sentence[..200]
    );
}

#[test]
fn every_row_has_the_command_that_measures_it_again() {
    let (mut run, findings) = run();
    run.plan.cases[1].id.push_str(",it's $HOME");
    let inside = &mut run.plan.cases[2];
    inside.interpreter = "cpython-3.12-container".parse().unwrap();
    let site = render(Sources::new(&run, &findings)).unwrap();
    let page = text(&site, "cases.html");
    let command = |part: &str| {
        let row = page.split("<tr id=").find(|row| row.contains(part)).unwrap();
        row.split("<code>").nth(1).unwrap().split("</code>").next().unwrap()
    };
    let plain = &run.plan.cases[0].id;
    assert_eq!(command(plain), format!("gilbench run --suite quick --case {plain}"));
    let quoted = command(",it_s");
    assert!(quoted.starts_with("gilbench run --suite quick --case &#39;sum-squares/"), "{quoted}");
    assert!(quoted.ends_with(",it&#39;\\&#39;&#39;s $HOME&#39;"), "{quoted}");
    assert!(command("cpython-3.12-container").ends_with(" --containers"));
    for page in ["cases.html", "workloads/sum-squares.html"] {
        let page = text(&site, page);
        assert_eq!(ids(page).len(), page.matches("<code>gilbench run --suite quick --case ").count());
    }
}

#[test]
fn memory_has_an_interval_or_says_that_it_is_of_the_pilot() {
    let site = site();
    let page = text(&site, "cases.html");
    let followed = |by: &str| page.matches(&format!(" MiB<small>{by}")).count();
    let (estimated, sampled) = (followed("["), followed("pilot only, sampled"));
    assert!(estimated > 0 && sampled > 0);
    let measured = page.matches("<td>measured").count() + page.matches("\"status measured\"").count();
    assert_eq!(estimated + sampled, measured);
}

#[test]
fn a_measured_case_that_lost_rounds_says_so_beside_its_name() {
    let (run, mut findings) = run();
    findings.cases[0].failures = vec![FailureCount { outcome: "timed out after 1 s".to_owned(), count: 2 }];
    let site = render(Sources::new(&run, &findings)).unwrap();
    let row = row(text(&site, "cases.html"), &run.plan.cases[0].id);
    assert!(row.contains(">lost rounds<") && row.contains("2 processes: timed out after 1 s"), "{row}");
}

#[test]
fn efficiencies_above_one_are_explained_where_they_are_shown() {
    let site = site();
    let pages = ["cases.html", "workloads/sleepers.html", "workloads/sum-squares.html"];
    let explained = pages.map(|path| text(&site, path).matches("not cut off at 1").count());
    assert_eq!(explained, [0, 1, 0]);
}

#[test]
fn rows_behind_the_first_ones_are_there_without_a_script_and_no_elements_with_one() {
    let (run, findings) = large_run(1000);
    let site = render(Sources::new(&run, &findings)).unwrap();
    for path in ["cases.html", "workloads/sum-squares.html"] {
        let page = text(&site, path);
        let (first, rest) = page.split_once("<noscript>").unwrap();
        let (rest, after) = rest.split_once("</noscript>").unwrap();
        assert_eq!([first, rest, after].map(|part| ids(part).len()), [200, 800, 0], "{path}");
        assert_eq!(ids(page).into_iter().collect::<BTreeSet<_>>().len(), 1000, "{path}: each once");
        // A whole table, with the same columns.
        let head = |part: &str| {
            let table = part.split("class=\"cases rows\"").nth(1).unwrap();
            table.split("</thead>").next().unwrap().to_owned()
        };
        assert_eq!(head(first), head(rest), "{path}");
        assert!(rest.contains("The other 800 of 1000"));
    }
    assert!(!text(&self::site(), "cases.html").contains("<noscript>"), "a short table is one");
}

#[test]
fn a_row_is_small() {
    let (run, findings) = large_run(1000);
    let site = render(Sources::new(&run, &findings)).unwrap();
    let bytes = text(&site, "cases.html").len();
    assert!(bytes < 600_000, "{} bytes a row", bytes / 1000);
}

#[test]
fn marks_of_rows_are_drawn_once_a_page() {
    let site = site();
    for path in ["cases.html", "workloads/sum-squares.html"] {
        let page = text(&site, path);
        let used: BTreeSet<&str> =
            page.split("<use href=#").skip(1).map(|part| part.split(' ').next().unwrap()).collect();
        assert!(used.len() > 3, "{path}: {used:?}");
        for mark in used {
            assert_eq!(page.matches(&format!("<symbol id=\"{mark}\"")).count(), 1, "{path}: {mark}");
        }
    }
}

#[test]
fn a_hostile_row_cannot_leave_the_noscript_element() {
    let (mut run, mut findings) = hostile_run();
    // So many that the hostile ones are behind the first.
    let (others, figures) = large_run(300);
    run.plan.cases.splice(0..0, others.plan.cases);
    findings.cases.splice(0..0, figures.cases);
    for (finding, index) in findings.cases.iter_mut().zip(0..) {
        finding.case = index;
    }
    findings.scaling.clear();
    findings.crossovers.clear();
    for case in &mut findings.cases {
        case.failures = vec![FailureCount { outcome: format!("</noscript>{HOSTILE}"), count: 1 }];
        case.ceiling = None;
    }
    let site = render(Sources::new(&run, &findings)).unwrap();
    let page = text(&site, "cases.html");
    assert_eq!([page.matches("<noscript>").count(), page.matches("</noscript>").count()], [1, 1]);
    assert!(page.contains("&lt;/noscript&gt;&lt;script&gt;"));
}

#[test]
fn a_control_without_a_figure_leads_to_its_row() {
    let (run, mut findings) = run();
    for (case, finding) in run.plan.cases.iter().zip(&mut findings.cases) {
        if !case.is_measured() {
            finding.state = CaseState::TooFew { needed: 6 };
        }
    }
    let site = render(Sources::new(&run, &findings)).unwrap();
    let failures = text(&site, "failures.html");
    for case in run.plan.cases.iter().filter(|case| !case.is_measured()) {
        let page = ["machine.html", "method.html"]
            .into_iter()
            .find(|page| failures.contains(&format!("{page}#{}\"", case.id)));
        assert!(ids_of_any(text(&site, page.expect("a link"))).contains(&case.id), "{}", case.id);
    }
}
