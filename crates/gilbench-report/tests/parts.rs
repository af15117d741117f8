//! Parts of pages and drawings, as they are: a change here should be seen by whoever makes it.

mod fixture;

use std::path::Path;

use fixture::run;
use gilbench_report::{Site, Sources, render, summary_markdown};

fn page(path: &str) -> String {
    let (run, findings) = run();
    let Site { files } = render(Sources::new(&run, &findings)).expect("renders");
    String::from_utf8(files[Path::new(path)].clone()).expect("text")
}

/// From the first `start` to the next `end`, both included.
fn part<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let from = text.find(start).unwrap_or_else(|| panic!("no {start}"));
    let to = from + text[from..].find(end).unwrap_or_else(|| panic!("no {end}")) + end.len();
    &text[from..to]
}

/// One element a line, for a readable difference.
fn lines(svg: &str) -> String {
    svg.replace("><", ">\n<")
}

#[test]
fn row_of_a_measured_case() {
    let page = page("cases.html");
    insta::assert_snapshot!(lines(part(
        &page,
        "<tr id=\"sum-squares/threads/cpython-3.12/workers=4\"",
        "</tr>"
    )));
}

#[test]
fn row_of_a_failed_case() {
    let page = page("cases.html");
    insta::assert_snapshot!(lines(part(
        &page,
        "<tr id=\"sum-squares/process-pool/cpython-3.13t/workers=4",
        "</tr>"
    )));
}

#[test]
fn claim_card() {
    let page = page("claims.html");
    insta::assert_snapshot!(lines(part(&page, "<article class=\"card inconclusive\"", "</article>")));
}

#[test]
fn speed_up_chart() {
    let page = page("workloads/sum-squares.html");
    insta::assert_snapshot!(lines(part(&page, "<svg class=\"chart\"", "</svg>")));
}

#[test]
fn timeline_chart() {
    let page = page("timelines.html");
    let figure = &page[page.find("id=\"timeline-0-part\"").expect("the magnified figure")..];
    insta::assert_snapshot!(lines(part(figure, "<svg class=\"chart\"", "</svg>")));
}

#[test]
fn summary() {
    let (run, findings) = run();
    insta::assert_snapshot!(summary_markdown(Sources::new(&run, &findings)));
}

#[test]
fn no_brace_of_the_style_sheet_is_left_over() {
    // A browser that meets one too many leaves out the rule that follows, without a word.
    let sheet = include_str!("../assets/style.css");
    let depth = sheet.chars().try_fold(0_u32, |depth, character| match character {
        '{' => Some(depth + 1),
        '}' => depth.checked_sub(1),
        _ => Some(depth),
    });
    assert_eq!(depth, Some(0));
}
