//! Parts of pages and drawings, as they are: a change here should be seen by whoever makes it.

mod fixture;

use std::path::Path;

use fixture::run;
use gilbench_report::{Site, Sources, render, summary_markdown, summary_text};

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

/// The first drawing of a figure.
fn drawing(page: &str, figure: &str) -> String {
    lines(part(
        part(page, &format!("<figure class=\"charts\" id=\"{figure}\""), "</figure>"),
        "<svg class=\"chart\"",
        "</svg>",
    ))
}

#[test]
fn charts_of_rows() {
    let page = page("workloads/sleepers.html");
    for figure in ["speed-up-0", "times-0", "costs-0", "processes-0", "warm-up-0"] {
        insta::assert_snapshot!(figure, drawing(&page, figure));
    }
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
fn answer_in_a_terminal() {
    let (run, findings) = run();
    insta::assert_snapshot!(summary_text(Sources::new(&run, &findings), 80));
}

#[test]
fn answer_in_a_narrow_terminal_has_figures_and_no_scale() {
    let (run, findings) = run();
    for (width, row) in [
        (60, " cpython-3.13t  1.92× [1.88×, 1.97×]     faster\n"),
        (45, " cpython-3.13t\n   1.92× [1.88×, 1.97×]  faster\n"),
    ] {
        let text = summary_text(Sources::new(&run, &findings), width);
        assert!(text.lines().all(|line| line.chars().count() <= width), "{text}");
        assert!(text.contains(row) && !text.contains('●'), "{text}");
    }
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
