//! The pages that a site has only after an earlier run.

mod fixture;

use std::collections::BTreeSet;
use std::path::Path;

use fixture::earlier::{gathered, with_earlier};
use fixture::{HOSTILE, run};
use gilbench_analysis::compare::across;
use gilbench_analysis::earlier::Earlier;
use gilbench_analysis::findings::Findings;
use gilbench_analysis::statistics::EQUIVALENCE_BAND;
use gilbench_model::plan::{Case, sha256};
use gilbench_model::run_directory::Run;
use gilbench_model::sample::Process;
use gilbench_report::numbers::ratio;
use gilbench_report::{Site, Sources, render};

/// The case that changes where one does.
const CHANGING: &str = "sum-squares/threads/cpython-3.13t/workers=2";

fn site(run: &Run, findings: &Findings, earlier: &Earlier) -> Site {
    render(Sources { earlier: Some(earlier), ..Sources::new(run, findings) }).expect("renders")
}

fn after(count: u64, factor: &dyn Fn(&Case, u64) -> f64) -> Site {
    let (run, findings, earlier) = with_earlier(count, factor);
    site(&run, &findings, &gathered(&run, &earlier))
}

fn text<'a>(site: &'a Site, path: &str) -> &'a str {
    std::str::from_utf8(&site.files[Path::new(path)]).expect("text")
}

fn values<'a>(page: &'a str, attribute: &str) -> Vec<&'a str> {
    let start = format!(" {attribute}=\"");
    page.split(&start).skip(1).map(|part| part.split('"').next().unwrap_or_default()).collect()
}

/// The row of the comparison that is about a case.
fn row<'a>(page: &'a str, id: &str) -> &'a str {
    let begin = format!("<tr id=\"{id}\">");
    page.split(&begin).nth(1).and_then(|rest| rest.split("</tr>").next()).expect("a row")
}

#[test]
fn without_an_earlier_run_there_is_neither_page_nor_a_way_to_it() {
    let (run, findings) = run();
    let site = render(Sources::new(&run, &findings)).unwrap();
    for page in ["compare.html", "history.html"] {
        assert!(!site.files.contains_key(Path::new(page)));
        assert!(!text(&site, "index.html").contains(page));
    }
}

#[test]
fn a_comparison_has_the_numbers_of_the_command() {
    let slower = |case: &Case, ago| if case.id == CHANGING && ago == 0 { 1.2 } else { 1.0 };
    let (run, findings, earlier) = with_earlier(2, &slower);
    let site = site(&run, &findings, &gathered(&run, &earlier));
    let page = text(&site, "compare.html");
    let compared = across(&earlier[1], &[&run], None, EQUIVALENCE_BAND);
    let mut shown = 0;
    for found in &compared.rows {
        let row = row(page, &found.case);
        assert!(row.contains(&format!("{}</span>", found.verdict.as_str())), "{row}");
        if let Some(deciding) = found.deciding() {
            let figure = ratio(deciding);
            assert!(row.contains(&figure.point) && row.contains(&figure.interval), "{row}");
            shown += 1;
        }
        if let Some(reason) = &found.reason {
            assert!(row.contains(reason.split(&['\'', '`'][..]).next().unwrap()), "{row}");
        }
    }
    assert!(shown > 20, "{shown}");
    assert!(row(page, CHANGING).contains("slower") && compared.counts.slower == 1);
    assert!(row(page, CHANGING).contains("significant: yes, relevant: yes"));
    let counts = compared.counts;
    let words = format!(
        "{} faster, 1 slower, {} equivalent, {} undecided",
        counts.faster, counts.equivalent, counts.undecided
    );
    assert!(page.contains(&words), "{words}");
    // The largest change is drawn, and told apart from what is not told to have changed.
    let chart = page.split("<svg class=\"chart\"").nth(1).unwrap().split("</svg>").next().unwrap();
    assert!(chart.contains(&format!("{CHANGING}: 1.")) && !chart.contains("hollow"), "{chart}");
    assert!(page.contains("day-01") && !page.contains("secret"), "a folder's name, not where it was");
}

#[test]
fn what_differs_between_two_runs_is_said() {
    let (run, findings, mut earlier) = with_earlier(1, &|_, _| 1.0);
    let environment = &mut earlier[0].environment;
    "0.0.9".clone_into(&mut environment.gilbench);
    let python = environment.interpreters.iter_mut().find(|state| state.id == "cpython-3.12");
    python.unwrap().version = Some("3.12.0".to_owned());
    environment.machine.kernel = Some("6.0.0-older".to_owned());
    let page = site(&run, &findings, &gathered(&run, &earlier));
    let page = text(&page, "compare.html");
    let section = page.split("id=\"differs\"").nth(1).unwrap().split("</section>").next().unwrap();
    let (differs, same) = section.split_once("The same in both:").unwrap();
    for words in [">0.0.9<", ">3.12.0<", ">6.0.0-older<"] {
        assert!(differs.contains(words), "{words}: {differs}");
    }
    assert!(same.contains("suite") && same.contains("seed") && !same.contains("gilbench"), "{same}");
    // Of two machines only ratios are left, and it says why.
    earlier[0].environment.machine.cpu_model = Some("another".to_owned());
    let page = site(&run, &findings, &gathered(&run, &earlier));
    let page = text(&page, "compare.html");
    assert!(page.contains("times of two machines are not compared"), "{page}");
    assert!(row(page, CHANGING).contains("time over that of its baseline"));
}

#[test]
fn a_change_in_the_middle_of_thirty_runs_is_shown_and_no_other() {
    let slower = |case: &Case, ago| if case.id == CHANGING && ago < 15 { 1.15 } else { 1.0 };
    let (run, findings, mut earlier) = with_earlier(30, &slower);
    for run in &mut earlier[..16] {
        "0.0.9".clone_into(&mut run.environment.gilbench);
    }
    let site = site(&run, &findings, &gathered(&run, &earlier));
    let page = text(&site, "history.html");
    let changes = page.split("id=\"changes\"").nth(1).unwrap().split("</section>").next().unwrap();
    assert_eq!(changes.matches("scope=\"row\"").count(), 1, "{changes}");
    assert!(
        changes.contains(CHANGING) && changes.contains("longer") && changes.contains("1.150×"),
        "{changes}"
    );
    assert!(changes.contains("gilbench: 0.0.9 → "), "{changes}");
    assert!(page.contains("1 change in 1 of"), "{page}");
    let own =
        page.split(&format!("{CHANGING} over the runs")).nth(1).unwrap().split("</svg>").next().unwrap();
    assert!(own.contains("class=\"line threshold\"") && own.contains("+15"), "{own}");
    assert_eq!(page.matches("class=\"line threshold\"").count(), 1);
}

#[test]
fn thirty_runs_without_a_change_show_none_and_few_runs_are_said_to_be_few() {
    let site = after(30, &|_, _| 1.0);
    let page = text(&site, "history.html");
    assert!(!page.contains("id=\"changes\"") && page.contains("No change was found in"), "{page}");
    // Of a machine that is slower for a while, neither: its pace is taken from the times.
    let site = after(30, &|_, ago| if ago < 15 { 1.2 } else { 1.0 });
    assert!(!text(&site, "history.html").contains("id=\"changes\""));
    let site = after(2, &|_, _| 1.0);
    assert!(text(&site, "history.html").contains("Too few runs to search for changes: 3 of 10"));
}

#[test]
fn the_last_run_out_of_line_is_said_first() {
    let site = after(20, &|case: &Case, ago| if case.id == CHANGING && ago == 0 { 1.3 } else { 1.0 });
    let page = text(&site, "history.html");
    assert!(page.contains("This run itself is out of line in 1 case."), "{page}");
    assert_eq!(page.matches("class=\"dot apart\"").count(), 1);
}

#[test]
fn a_run_of_another_machine_or_definition_is_marked_and_drawn_in_no_line() {
    let (run, findings, mut earlier) = with_earlier(3, &|_, _| 1.0);
    earlier[1].environment.machine.cpu_model = Some("Other CPU".to_owned());
    earlier[0].plan.definitions = sha256(b"before");
    let site = site(&run, &findings, &gathered(&run, &earlier));
    let page = text(&site, "history.html");
    assert!(page.contains("4 runs, 1 of them on another machine"), "{page}");
    assert!(page.contains("<b>another:</b> CPU model &quot;Other CPU&quot;"), "{page}");
    assert_eq!(page.matches(">redefined<").count(), 1);
    let dots = page.split("class=\"dots colour").nth(1).unwrap().split("/>").next().unwrap();
    assert_eq!(dots.matches("h0").count(), 3, "{dots}");
}

#[test]
fn every_line_has_its_numbers_and_no_interval_is_left_out() {
    let site = after(3, &|_, _| 1.0);
    let page = text(&site, "history.html");
    let charts = page.matches("<title id=\"series-").count();
    let table = page.split("The numbers of these charts").skip(1);
    let rows: usize = table
        .map(|part| part.split("</table>").next().unwrap().matches("<tr><th scope=\"row\">").count())
        .sum();
    assert!(charts > 20 && charts == rows, "{charts} {rows}");
    let cells = page
        .split("<td>")
        .filter(|cell| cell.starts_with(|c: char| c.is_ascii_digit()) && cell.contains(" ms ["));
    assert!(cells.clone().count() >= rows * 4);
    assert!(cells.into_iter().all(|cell| cell.split("</td>").next().unwrap().matches('[').count() == 2));
}

#[test]
fn many_cases_have_rows_and_the_most_changed_of_them_charts() {
    let (mut run, findings) = fixture::large_run(300);
    let (made, _, _) = with_earlier(0, &|_, _| 1.0);
    run.environment = made.environment;
    let process = &made.processes[0];
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some nanoseconds")]
    let rounds = |scale: f64| {
        let mut processes = Vec::new();
        for (case, round) in (0..300).flat_map(|case| (0..8).map(move |round| (case, round))) {
            let mut process = Process { case, round: Some(round), ..process.clone() };
            let wall = (1e8 * if case == 299 { scale } else { 1.0 }) as u64 + u64::from(round % 3) * 10_000;
            process.iterations[0].wall_ns.0 = wall;
            processes.push(process);
        }
        processes
    };
    // They are their own calibration.
    run.plan.cases[0].role = gilbench_model::plan::Role::Calibration;
    let findings = Findings { noise_floor: None, ..findings };
    let mut older = run.clone();
    older.environment.planned_ms -= 1;
    older.processes = rounds(1.5);
    run.processes = rounds(1.0);
    let site = site(&run, &findings, &gathered(&run, &[older]));
    let page = text(&site, "history.html");
    assert_eq!(page.matches("<title id=\"series-").count(), 120);
    assert!(page.contains("120 of 299 cases have a chart"));
    let last = &run.plan.cases[299].id;
    assert!(page.contains(&format!("{last} over the runs")), "what moved most is drawn");
    assert_eq!(page.matches("cases.html#").count(), 299, "and the others have rows");
}

#[test]
fn what_an_earlier_run_holds_is_inert() {
    let (mut run, findings, mut earlier) = with_earlier(12, &|case: &Case, ago| {
        if case.id == CHANGING && ago < 6 { 1.3 } else { 1.0 }
    });
    for summary in run.plan.workloads.values_mut() {
        HOSTILE.clone_into(&mut summary.title);
    }
    for older in &mut earlier {
        older.directory = format!("runs/{}", HOSTILE.replace('/', "")).into();
        HOSTILE.clone_into(&mut older.environment.gilbench);
        older.environment.machine.kernel = Some(format!("{HOSTILE} {}", "very long ".repeat(1000)));
        older.environment.interpreters[0].version = Some(HOSTILE.to_owned());
    }
    earlier[0].environment.machine.cpu_model = Some(HOSTILE.to_owned());
    let site = site(&run, &findings, &gathered(&run, &earlier));
    for path in ["compare.html", "history.html"] {
        let page = text(&site, path);
        assert_eq!(page.matches("<script").count(), 1, "{path}: only our own script");
        assert!(
            !page.contains('\u{202e}') && !page.contains("alert('x')") && !page.contains("62674"),
            "{path}"
        );
        assert!(page.contains("&lt;script&gt;"), "{path}");
    }
}

#[test]
fn ids_occur_once_and_every_link_leads_somewhere() {
    let site = after(12, &|case: &Case, ago| if case.id == CHANGING && ago < 6 { 1.3 } else { 1.0 });
    for path in ["compare.html", "history.html"] {
        let page = text(&site, path);
        let ids = values(page, "id");
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{path}");
        for target in values(page, "href").into_iter().filter(|target| *target != "data:,") {
            let (file, fragment) = target.split_once('#').unwrap_or((target, ""));
            let file = file.split('?').next().filter(|file| !file.is_empty()).unwrap_or(path);
            assert!(site.files.contains_key(Path::new(file)), "{path}: {target}");
            assert!(
                fragment.is_empty() || values(text(&site, file), "id").contains(&fragment),
                "{path}: {target}"
            );
        }
        for labels in values(page, "aria-labelledby") {
            assert!(labels.split(' ').all(|label| ids.contains(&label)), "{path}: {labels}");
        }
    }
}

#[test]
fn chart_of_a_case_over_the_runs() {
    let site = after(12, &|case: &Case, ago| if case.id == CHANGING && ago < 6 { 1.3 } else { 1.0 });
    let page = text(&site, "history.html");
    let from = page.find(&format!("{CHANGING} over the runs")).unwrap();
    let from = page[..from].rfind("<svg").unwrap();
    let chart = &page[from..from + page[from..].find("</svg>").unwrap() + 6];
    insta::assert_snapshot!(chart.replace("><", ">\n<"));
}
