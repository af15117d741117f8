//! The start page: the answer, and what to use for which kind of work.

mod fixture;

use std::path::Path;

use fixture::{HOSTILE, name, run};
use gilbench_analysis::findings::Findings;
use gilbench_analysis::statistics::Estimate;
use gilbench_model::kind_of_work::{Example, KindOfWork};
use gilbench_model::run_directory::Run;
use gilbench_report::{Sources, render, summary_markdown};

fn kind(title: &str, shown_by: &[&str]) -> KindOfWork {
    KindOfWork {
        name: name("a-kind"),
        title: title.to_owned(),
        summary: format!("{title} is told by this."),
        shown_by: shown_by
            .iter()
            .map(|workload| Example { workload: name(workload), size: name("default") })
            .collect(),
        when_not: format!("Not {title} on Sundays."),
        claims: vec![name("c01"), name("c99")],
    }
}

fn start(run: &Run, findings: &Findings, kinds: &[KindOfWork]) -> String {
    let site = render(Sources { kinds, ..Sources::new(run, findings) }).expect("renders");
    String::from_utf8(site.files[Path::new("index.html")].clone()).expect("text")
}

/// The part of the page from an element on, to its end.
fn part<'a>(page: &'a str, from: &str, to: &str) -> &'a str {
    let start = page.find(from).unwrap_or_else(|| panic!("no {from}"));
    &page[start..start + page[start..].find(to).unwrap_or_else(|| panic!("no {to}"))]
}

#[test]
fn each_kind_of_work_has_its_fastest_way_on_each_interpreter() {
    let (run, findings) = run();
    let page = start(&run, &findings, &[kind("Computing", &["sum-squares"]), kind("Waiting", &["sleepers"])]);
    let matrix = part(&page, "<table class=\"matrix\"", "</table>");
    assert_eq!(matrix.matches("<tbody").count(), 2);
    let computing = part(matrix, "Computing</a>", "</tbody>");
    let way = part(computing, "data-label=\"cpython-3.12\"", "</td>");
    assert!(way.contains("process-pool workers=2,start=fork") && way.contains("1.84×"), "{way}");
    assert!(
        way.contains(">of ") && part(matrix, "Computing</a>", "</tr>").contains("class=\"helps\""),
        "{way}"
    );
    assert!(computing.contains("the time of native code"), "{computing}");
    assert!(computing.contains("Not Computing on Sundays."));
    // A claim that the run does not know leads nowhere.
    assert!(computing.contains("claims.html#c01") && !computing.contains("c99"));
    assert!(part(matrix, "Waiting</a>", "</tbody>").contains("thread-pool workers=100"));
}

#[test]
fn an_interpreter_is_judged_by_the_first_example_that_says_something_there() {
    let (run, findings) = run();
    let page = start(&run, &findings, &[kind("Either", &["nothing", "sleepers", "sum-squares"])]);
    let row = part(&page, "Either</a>", "</tbody>");
    assert!(row.contains("Shown by sleepers.") && !row.contains("; by "), "{row}");

    let (mut run, findings) = fixture::run();
    for case in &mut run.plan.cases {
        if case.workload == "sleepers" && case.interpreter == "cpython-3.13t" {
            case.oversubscribed = true;
        }
    }
    let page = start(&run, &findings, &[kind("Either", &["sleepers", "sum-squares"])]);
    let row = part(&page, "Either</a>", "</tbody>");
    let other = part(row, "data-label=\"cpython-3.13t\"", "</td>");
    assert!(row.contains("Shown by sleepers.") && other.contains("; by sum-squares"), "{row}");
}

#[test]
fn a_way_that_rounds_do_not_tell_from_one_after_another_is_no_help() {
    let (run, mut findings) = run();
    for (case, finding) in run.plan.cases.iter().zip(&mut findings.cases) {
        if case.workload == "sum-squares" && case.interpreter == "cpython-3.12" {
            finding.values = (0..8).map(|round| (round, 1.0 + f64::from(round % 3) * 0.01)).collect();
        }
    }
    let page = start(&run, &findings, &[kind("Computing", &["sum-squares"])]);
    let row = part(&page, "Computing</a>", "</tr>");
    let cell = part(row, "<td", "</td>");
    assert!(cell.contains("nothing is told to be faster") && !cell.contains("helps"), "{cell}");
}

#[test]
fn without_kinds_of_work_or_cases_of_them_there_is_no_matrix() {
    let (run, findings) = run();
    for kinds in [vec![], vec![kind("Nothing", &["nothing"])]] {
        assert!(!start(&run, &findings, &kinds).contains("matrix"));
    }
}

#[test]
fn the_text_of_a_kind_is_inert() {
    let (run, findings) = run();
    let page = start(&run, &findings, &[kind(HOSTILE, &["sum-squares"])]);
    assert!(!page.contains("<script>alert") && page.contains("&lt;script&gt;alert"));
    assert!(!page.contains('\u{202e}'));
}

#[test]
fn the_answer_is_drawn_with_every_interpreter_that_has_one() {
    let (run, findings) = run();
    let page = start(&run, &findings, &[]);
    let threads = part(&page, "<p class=\"heading\">Threads</p>", "</svg>");
    assert!(threads.contains("cpython-3.12: ") || threads.contains("cpython-3.12 threads workers=2: 0.970×"));
    assert!(threads.contains("cpython-3.13t threads workers=2: 1.92×"), "{threads}");
}

#[test]
fn a_gain_of_less_than_a_tenth_is_no_parallelism_and_a_wide_interval_is_undecided() {
    let (run, mut findings) = run();
    let case = run
        .plan
        .cases
        .iter()
        .position(|case| case.id == "sum-squares/threads/cpython-3.12/workers=2")
        .expect("a case");
    for (interval, words) in [
        ((1.02, 0.99, 1.05), "no faster, or by less than a tenth, on cpython-3.12 (1.02×"),
        ((1.05, 0.9, 1.2), "Undecided on cpython-3.12 (1.05×"),
        ((1.06, 1.04, 1.08), "faster on cpython-3.12 (1.06×"),
    ] {
        findings.cases[case].speed_up = Some(Estimate::new(interval.0, interval.1, interval.2, 8).unwrap());
        let page = start(&run, &findings, &[]);
        let answer = part(&page, "<p class=\"answer\">", "</p>");
        assert!(answer.contains(words), "{answer}");
    }
}

#[test]
fn what_is_no_race_has_no_fastest_way() {
    let (mut run, findings) = run();
    let kinds = [kind("Computing", &["sum-squares"])];
    run.plan.workloads.get_mut("sum-squares").expect("a workload").race = false;
    let site = render(Sources { kinds: &kinds, ..Sources::new(&run, &findings) }).expect("renders");
    let page = |path: &str| std::str::from_utf8(&site.files[Path::new(path)]).expect("text");
    assert!(!page("index.html").contains("matrix"));
    assert!(!page("workloads/sum-squares.html").contains("Fastest strategy"));
    assert!(!summary_markdown(Sources::new(&run, &findings)).contains("| sum-squares (default)"));
}
