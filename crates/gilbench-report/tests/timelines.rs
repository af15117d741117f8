//! The page of timelines: what it says of watched processes, and of those that could not be watched.

mod fixture;

use std::path::Path;

use fixture::{HOSTILE, empty_run, hostile_run, large_run, run};
use gilbench_analysis::findings::Findings;
use gilbench_model::Nanoseconds;
use gilbench_model::run_directory::Run;
use gilbench_model::timeline::{Lack, Spans};
use gilbench_report::{Site, Sources, render};

fn page_of((run, findings): &(Run, Findings)) -> Option<String> {
    let Site { files } = render(Sources::new(run, findings)).expect("renders");
    files.get(Path::new("timelines.html")).map(|page| String::from_utf8(page.clone()).expect("text"))
}

fn page() -> String {
    page_of(&run()).expect("a page")
}

#[test]
fn a_run_that_watches_nothing_has_no_page_of_it() {
    let run = large_run(12);
    assert_eq!(page_of(&run), None);
    let site = render(Sources::new(&run.0, &run.1)).unwrap();
    let start = String::from_utf8(site.files[Path::new("index.html")].clone()).unwrap();
    assert!(!start.contains("timelines.html"));
    let page = page_of(&empty_run()).expect("one of a case that could not be watched");
    assert!(page.contains("skipped: pypy-3.11: not found") && !page.contains("<svg class=\"chart\""));
}

#[test]
fn what_a_timeline_shows_is_said_in_words() {
    let page = page();
    for words in [
        "2 of 3 threads did the work: 0.990 CPUs busy; each of them waited for a lock 48 to 49 % of the time, for a \
         CPU 2 % of the time.",
        "2 of 3 threads did the work: 1.94 CPUs busy; each of them waited for a CPU 1 to 3 % of the time.",
    ] {
        let description =
            page.split("<desc").skip(1).any(|desc| desc.split("</desc>").next().unwrap().contains(words));
        assert!(page.contains(&format!("<dd>{words}</dd>")) && description, "{words}\n{page}");
    }
    assert!(page.contains("their times are in no other table"));
}

#[test]
fn the_same_workload_has_one_time_scale() {
    let page = page();
    let figure = page.split("id=\"timeline-0-whole\"").nth(1).unwrap().split("</figure>").next().unwrap();
    let ticks = |drawing: &str| {
        let labels = drawing.split("<text x=").skip(1);
        labels.map(|label| label.split("</text>").next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let at_the_foot = |labels: Vec<String>| {
        let parts = labels.into_iter().map(|label| {
            let x = label.split('"').nth(1).unwrap().to_owned();
            (x, label.rsplit('>').next().unwrap().to_owned())
        });
        parts.collect::<Vec<_>>()
    };
    let drawings: Vec<_> =
        figure.split("<svg class=\"chart\"").skip(1).map(|svg| at_the_foot(ticks(svg))).collect();
    assert_eq!(drawings.len(), 2, "with a GIL and without");
    assert!(!drawings[0].is_empty() && drawings[0] == drawings[1], "{drawings:?}");
}

#[test]
fn every_thread_has_its_numbers_though_not_every_one_a_lane() {
    let page = page();
    let figure = page.split("id=\"timeline-1-whole\"").nth(1).unwrap().split("</figure>").next().unwrap();
    let (drawing, table) = figure.split_once("<table>").unwrap();
    assert_eq!(drawing.matches("class=\"row-label\"").count(), 12);
    assert_eq!(table.matches("<tr>").count(), 1 + 15);
    assert!(page.contains("3 threads more in the numbers than in the drawing"));
    assert!(page.contains("3 threads more than are watched at once"));
    assert!(page.contains(Lack::WaitChannels.as_str()));
}

#[test]
fn what_could_not_be_watched_is_a_row_with_its_reason() {
    let page = page();
    let table = page.split("id=\"without\"").nth(1).unwrap().split("</table>").next().unwrap();
    for (case, reason) in [
        ("sum-squares/process-pool/cpython-3.13t/workers=4,omp=2", "can&#39;t start new process"),
        ("sum-squares/threads/pypy-3.11/workers=2", "skipped: pypy-3.11: not found on PATH"),
        ("sleepers/to-thread/cpython-3.12/workers=1", "not watched yet; pending: 3 of 6 rounds recorded"),
    ] {
        let row = table.split("<tr>").find(|row| row.contains(case)).unwrap_or_else(|| panic!("no {case}"));
        assert!(row.contains(reason), "{row}");
    }
    assert_eq!(table.matches("<tr>").count(), 1 + 3);
}

#[test]
fn what_is_not_known_is_no_number() {
    let mut run = run();
    for timeline in &mut run.0.timelines {
        if let Some(recording) = &mut timeline.recording {
            recording.lacks = vec![Lack::RunTimes];
            for lane in &mut recording.lanes {
                lane.spans = Spans::try_from("u600000".to_owned()).unwrap();
            }
        }
    }
    let page = page_of(&run).unwrap();
    assert!(page.contains("<dd>3 threads; how long they ran is not known.</dd>"), "{page}");
    assert!(!page.contains("CPUs busy"));
    assert!(page.contains("class=\"state unknown\""));
}

#[test]
fn a_recording_that_was_ended_early_says_so_and_one_without_iterations_shows_all() {
    let mut run = run();
    let [with_gil, without_gil] = [0, 1];
    run.0.timelines[with_gil].recording.as_mut().unwrap().cut_ns = Some(Nanoseconds(400_000_000));
    run.0.timelines[without_gil].iterations.clear();
    let page = page_of(&run).unwrap();
    assert!(page.contains("recorded for the first 400 ms only"));
    assert!(page.contains("No iteration ended: this is of the whole process."));
    assert!(page.contains("title=\"no iteration ended\">—"));
}

#[test]
fn a_thread_may_have_any_name() {
    let page = page_of(&hostile_run()).unwrap();
    assert!(!page.contains("<script>alert") && !page.contains('\u{202e}'));
    assert!(page.contains("&lt;script&gt;alert"), "{HOSTILE}");
    for svg in page.split("<svg").skip(1) {
        let svg = svg.split("</svg>").next().unwrap();
        assert_eq!(svg.matches("<text").count(), svg.matches("</text>").count());
    }
}
