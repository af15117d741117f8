//! The pages of interpreters, conditions and scaling: what is held against what, and what is said where nothing is.

mod fixture;

use std::path::Path;

use fixture::{conditions_run, empty_run, run};
use gilbench_analysis::findings::{CaseState, Findings};
use gilbench_model::run_directory::Run;
use gilbench_report::{Site, Sources, render};

fn site((run, findings): &(Run, Findings)) -> Site {
    render(Sources::new(run, findings)).expect("renders")
}

fn page(made: &(Run, Findings), path: &str) -> String {
    String::from_utf8(site(made).files[Path::new(path)].clone()).expect("text")
}

/// From the first `start` to the next `end`, both included.
fn part<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let from = text.find(start).unwrap_or_else(|| panic!("no {start} in {text}"));
    let to = from + text[from..].find(end).unwrap_or_else(|| panic!("no {end}")) + end.len();
    &text[from..to]
}

/// One element a line, for a readable difference.
fn lines(svg: &str) -> String {
    svg.replace("><", ">\n<")
}

/// Rows of a work in the table of interpreters.
fn rows<'a>(page: &'a str, code: &str) -> Vec<&'a str> {
    let body = page.split("<tr class=\"work\">").find(|part| part.contains(code)).expect("such a work");
    body.split("</tbody>").next().expect("a first part").split("<tr>").skip(1).collect()
}

#[test]
fn the_reference_is_named_and_everybody_else_is_held_against_it() {
    let page = page(&run(), "interpreters.html");
    assert!(page.contains("runs on <b>cpython-3.12</b> now?"));
    let rows = rows(&page, ">threads workers=2<");
    assert!(
        rows[0].contains(" cpython-3.12</th>") && rows[0].contains("quiet\">reference</td>"),
        "{}",
        rows[0]
    );
    // As invented: .97 s / 1.92 over .81 s / .97, give or take noise.
    let other = rows.iter().find(|row| row.contains(" cpython-3.13t</th>")).unwrap();
    assert!(other.contains("<td class=\"number\">0.60") && other.contains("faster</td>"), "{other}");
    let overview = part(&page, "<table class=\"switches", "</table>");
    assert_eq!(overview.matches("what the others are held against").count(), 2);
    assert!(overview.contains("machine.html#interpreter-cpython-3.13t"));
}

#[test]
fn an_interpreter_without_a_time_says_why() {
    let page = page(&run(), "interpreters.html");
    let rows = rows(&page, ">threads workers=2<");
    let row = rows.iter().find(|row| row.contains(" pypy-3.11</th>")).unwrap();
    assert!(row.contains("threads workers=2: skipped: pypy-3.11: not found on PATH"), "{row}");
    let failing = rows.iter().find(|row| row.contains(" cpython-3.13t</th>")).unwrap();
    assert!(failing.contains("process-pool workers=4,omp=2: failed: exception: RuntimeError"), "{failing}");
}

#[test]
fn with_one_strategy_alone_nothing_is_the_best() {
    let (run, mut findings) = run();
    for (case, finding) in run.plan.cases.iter().zip(&mut findings.cases) {
        if case.interpreter == "cpython-3.13t" && case.id != "sum-squares/threads/cpython-3.13t/workers=2" {
            finding.state = CaseState::Pending { needed: 6 };
        }
    }
    let page = page(&(run, findings), "interpreters.html");
    let rows = rows(&page, ">threads workers=2<");
    let row = rows.iter().find(|row| row.contains(" cpython-3.13t</th>")).unwrap();
    assert!(row.contains("<td class=\"none\">—</td><td></td>"), "{row}");
}

#[test]
fn chart_of_interpreters() {
    let page = page(&run(), "interpreters.html");
    insta::assert_snapshot!(lines(part(&page, "<svg class=\"chart\"", "</svg>")));
}

#[test]
fn every_cell_of_a_grid_has_a_value_or_a_word() {
    let made = conditions_run();
    let page = page(&made, "conditions.html");
    let drawing = page.split("<p class=\"heading\">cpython-3.12 threads</p>").nth(1).unwrap();
    let drawing = part(drawing, "<svg", "</svg>");
    // Three worker counts by four numbers of library threads, on all CPUs and on one.
    assert_eq!(drawing.matches("<path class=\"area heat ").count(), 24);
    assert_eq!(drawing.matches("class=\"heat-value\"").count(), 24);
    for words in [
        ">failed</text>",
        "failed: crashed: signal 11, 8 threads on 2 effective CPUs</title>",
        ">pending</text>",
        ">skipped</text>",
        "skipped: no such CPU",
        "<path class=\"area heat missing\"",
        "<title>not in the plan</title>",
    ] {
        assert!(drawing.contains(words), "{words}: {drawing}");
    }
    // What does not fit is hatched: of all CPUs seven that are planned, of one CPU seven.
    let hatched = drawing.matches("class=\"hatch\"").count();
    let table = part(&page, "The numbers of this chart", "</table>");
    assert_eq!(hatched, table.matches(", too few</td>").count());
    let cases = made.0.plan.cases.len();
    assert_eq!(table.matches("<tr>").count(), cases + 1, "every case has a row");
    assert!(
        drawing.contains("Without a value: 3 cases.") && drawing.contains("Not in the plan: 5 combinations.")
    );
}

#[test]
fn heatmap_with_its_frontier() {
    let page = page(&conditions_run(), "conditions.html");
    let drawing = page.split("<p class=\"heading\">cpython-3.12 threads</p>").nth(1).unwrap();
    insta::assert_snapshot!(lines(part(drawing, "<svg", "</svg>")));
}

#[test]
fn a_run_without_conditions_has_no_page_of_them() {
    let site = site(&empty_run());
    assert!(!site.files.contains_key(Path::new("conditions.html")));
    let start = String::from_utf8(site.files[Path::new("index.html")].clone()).unwrap();
    assert!(!start.contains("conditions.html") && start.contains("scaling.html"));
}

#[test]
fn laws_stand_in_one_table_with_their_goodness_and_in_charts_where_they_were_fitted() {
    let page = page(&run(), "scaling.html");
    let table = part(&page, "<table class=\"laws stacking\">", "</table>");
    let rows: Vec<&str> = table.split("<tr>").skip(2).collect();
    assert_eq!(rows.len(), run().1.scaling.len());
    assert!(rows[0].contains("needs 3 worker counts, and 2 can be used"), "{}", rows[0]);
    assert!(
        rows[0].contains("<td data-label=\"Workers\">1, 2 <span class=\"quiet\">without 4</span></td>"),
        "{}",
        rows[0]
    );
    let waiting = rows.iter().find(|row| row.contains("<b>fits</b>")).unwrap();
    for words in
        ["serial fraction", "contention σ", "R² ", "<b>10 workers</b>", "those may still be up to 1.04×"]
    {
        assert!(waiting.contains(words), "{words}: {waiting}");
    }
    // The one that fits and the one that fits badly.
    let laws = part(&page, "id=\"laws-0\"", "</figure>");
    assert_eq!(laws.matches("<svg class=\"chart\"").count(), 2);
    assert_eq!(laws.matches("Amdahl&#39;s law as fitted").count(), 1, "a bad fit is not drawn");
}

#[test]
fn chart_of_a_law() {
    let page = page(&run(), "scaling.html");
    insta::assert_snapshot!(lines(part(
        part(&page, "id=\"laws-0\"", "</figure>"),
        "<svg class=\"chart\"",
        "</svg>"
    )));
}

#[test]
fn a_crossover_is_drawn_with_its_interval_and_the_threshold() {
    let mut made = run();
    let index = |strategy: &str, size: &str, made: &(Run, Findings)| {
        let case = |case: &gilbench_model::plan::Case| {
            case.strategy == *strategy && case.interpreter == "cpython-3.13t" && case.conditions.workers == 2
                || case.strategy == *strategy && strategy == "sequential" && case.interpreter == *size
        };
        made.0.plan.cases.iter().position(case).and_then(|index| u32::try_from(index).ok())
    };
    // Two sizes: one in which it does not pay, and a longer one in which it does.
    let pairs = [
        (index("threads-lock", "", &made), index("sequential", "native", &made)),
        (index("thread-pool", "", &made), index("sequential", "cpython-3.13t", &made)),
    ];
    for crossover in &mut made.1.crossovers {
        for (size, (case, sequential)) in crossover.sizes.iter_mut().zip(pairs) {
            (size.case, size.sequential) = (case.unwrap(), sequential);
        }
    }
    let page = page(&made, "scaling.html");
    let figure = part(&page, "id=\"crossovers-0\"", "</figure>");
    // One of the four has no answer, and so no chart.
    let drawings: Vec<&str> = figure.split("<svg class=\"chart\"").skip(1).collect();
    assert_eq!(drawings.len(), 3);
    assert!(drawings[0].contains("Pays from a task of 22.3 ms [20.1 ms, 24.1 ms]"), "{}", drawings[0]);
    assert!(drawings.iter().all(|drawing| drawing.contains("class=\"line threshold\"")));
    assert!(page.contains("needs 2 sizes, and 1 can be used"));
    insta::assert_snapshot!(lines(part(figure, "<svg class=\"chart\"", "</svg>")));
}

#[test]
fn where_nothing_scales_the_page_says_what_would_show_it() {
    let mut nothing = empty_run();
    nothing.1.crossovers.clear();
    let page = page(&nothing, "scaling.html");
    assert!(page.contains("No strategy of this run was measured with several numbers of workers"));
    assert!(page.contains("No strategy of this run was measured in several sizes"));
    assert_eq!(page.matches("<code>gilbench run --suite scaling</code>").count(), 2);
    let (run, mut findings) = run();
    findings.scaling.retain(|finding| finding.workload == "sum-squares");
    let unfitted = self::page(&(run, findings), "scaling.html");
    assert!(unfitted.contains("No law could be fitted: a curve needs three numbers of workers"));
    assert!(!unfitted.contains("id=\"laws-0\""));
}
