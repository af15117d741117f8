//! Pages of workloads: what their charts hold, by meaning.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod fixture;

use std::path::Path;

use fixture::{name, run};
use gilbench_analysis::findings::{Findings, MemoryFinding, Observed, WarmUpClass};
use gilbench_model::run_directory::Run;
use gilbench_model::workload::Bound;
use gilbench_report::{Sources, render};

fn page(run: &Run, findings: &Findings, path: &str) -> String {
    let site = render(Sources::new(run, findings)).unwrap();
    String::from_utf8(site.files[Path::new(path)].clone()).unwrap()
}

/// A figure of a page; empty where the page has none.
fn figure<'a>(page: &'a str, id: &str) -> &'a str {
    let start = format!("<figure class=\"charts\" id=\"{id}\"");
    page.split(&start).nth(1).map_or("", |rest| rest.split("</figure>").next().unwrap())
}

/// Its drawings only.
fn drawings(figure: &str) -> String {
    figure.split("<svg class=\"chart\"").skip(1).map(|part| part.split("</svg>").next().unwrap()).collect()
}

/// Findings of the measured cases of a workload.
fn of<'a>(
    run: &Run,
    findings: &'a mut Findings,
    workload: &str,
) -> Vec<&'a mut gilbench_analysis::findings::CaseFinding> {
    let cases = run.plan.cases.iter().zip(&mut findings.cases);
    cases
        .filter(|(case, _)| case.is_measured() && case.workload == *workload)
        .map(|(_, finding)| finding)
        .collect()
}

#[test]
fn every_process_is_drawn_and_listed_and_a_disturbed_one_has_another_mark() {
    let (run, mut findings) = run();
    // One far beyond the scale.
    of(&run, &mut findings, "sleepers")[0].values[1].1 *= 40.0;
    let html = page(&run, &findings, "workloads/sleepers.html");
    let strip = drawings(figure(&html, "processes-0"));
    let own = of(&run, &mut findings, "sleepers");
    let all: usize = own.iter().map(|finding| finding.values.len()).sum();
    let disturbed: usize = own.iter().map(|finding| finding.disturbed_rounds.len()).sum();
    let (dots, crosses) = (strip.matches("h0").count(), strip.matches("class=\"dot cross\"").count());
    let beyond = strip.matches("class=\"dot hollow\"").count();
    assert!(disturbed > 0 && beyond == 1, "the test means something");
    assert_eq!((dots + crosses + beyond, crosses), (all, disturbed));
    assert!(strip.contains(": 198 s</title>"), "{strip}");
    assert!(strip.contains(", steal, others</title>"), "{strip}");
    let table = figure(&html, "processes-0").split("<table>").nth(1).unwrap();
    let listed = table.split("<td>").skip(1).filter(|cell| cell.contains("s</td>"));
    let values: usize =
        listed.map(|cell| cell.split(' ').filter(|word| word.parse::<f64>().is_ok()).count()).sum();
    assert_eq!(values, all, "{table}");
    assert_eq!(table.matches("(steal, others)").count() + table.matches("(steal)").count(), disturbed);
}

#[test]
fn where_nobody_looked_no_process_is_called_undisturbed() {
    let (run, mut findings) = run();
    for finding in of(&run, &mut findings, "sleepers") {
        finding.disturbed = None;
        finding.disturbed_rounds.clear();
    }
    let html = page(&run, &findings, "workloads/sleepers.html");
    let strip = figure(&html, "processes-0");
    assert!(strip.contains("What disturbed the processes of 9 cases is not known."), "{strip}");
    assert!(!drawings(strip).contains("disturbed"), "{strip}");
}

#[test]
fn a_row_has_the_cold_and_the_steady_time() {
    let (run, mut findings) = run();
    let html = page(&run, &findings, "workloads/sleepers.html");
    let rows = |html: &str| {
        let drawn = drawings(figure(html, "times-0"));
        drawn.split("<g class=\"mark\"><title>").skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    let drawn = rows(&html);
    let measured =
        of(&run, &mut findings, "sleepers").iter().filter(|finding| finding.steady.is_some()).count();
    assert_eq!(drawn.len(), measured);
    for row in &drawn {
        let title = row.split("</title>").next().unwrap();
        let parts: Vec<&str> = title.split("; ").collect();
        assert_eq!(parts.len(), 3, "{title}");
        for (part, kind) in parts.iter().zip(["steady", "first", "whole"]) {
            assert!(part.starts_with(kind) && part.contains(" [") && part.ends_with(']'), "{part}");
        }
        for mark in ["<circle", "l5 5.8-5 5.8-5-5.8z", "h8v8h-8z"] {
            assert!(row.contains(mark), "{mark}: {row}");
        }
    }
    // Of one iteration, the first is the steady one.
    for finding in of(&run, &mut findings, "sleepers") {
        finding.first = finding.steady;
    }
    let html = page(&run, &findings, "workloads/sleepers.html");
    assert!(rows(&html).iter().all(|row| !row.contains("first") && !row.contains("l5 5.8")));
    assert!(figure(&html, "times-0").contains("one iteration a process"));
}

#[test]
fn memory_that_was_only_sampled_is_hollow_and_said_so() {
    let (run, mut findings) = run();
    let costs = |findings: &Findings| {
        let html = page(&run, findings, "workloads/sleepers.html");
        figure(&html, "costs-0").to_owned()
    };
    for finding in of(&run, &mut findings, "sleepers") {
        if let Some(MemoryFinding::SampledPss { bytes }) = finding.memory {
            finding.memory = Some(MemoryFinding::SampledPss { bytes: bytes + 1 });
        }
    }
    let sampled = of(&run, &mut findings, "sleepers")
        .iter()
        .filter(|finding| matches!(finding.memory, Some(MemoryFinding::SampledPss { .. })))
        .count();
    let some = costs(&findings);
    assert!(sampled > 0);
    assert_eq!(some.matches("class=\"hollow\"").count(), sampled);
    assert_eq!(some.matches("sampled in the pilot only</title>").count(), sampled);
    assert!(some.contains("Hollow: sampled in the pilot only"));
    for finding in of(&run, &mut findings, "sleepers") {
        finding.memory = None;
    }
    let none = costs(&findings);
    assert!(none.contains("Memory: no control group kept its peak") && !none.contains("Peak MiB"), "{none}");
    for finding in of(&run, &mut findings, "sleepers") {
        (finding.tree_cpu, finding.cpu_per_wall) = (None, None);
    }
    let html = page(&run, &findings, "workloads/sleepers.html");
    assert!(figure(&html, "costs-0").is_empty());
    assert!(html.contains("CPU time and memory: no process tree was observed."));
}

#[test]
fn cpus_busy_stand_against_the_effective_cpus() {
    let (run, findings) = run();
    let html = page(&run, &findings, "workloads/sum-squares.html");
    let drawn = drawings(figure(&html, "costs-0"));
    assert!(drawn.contains("<title>2 effective CPUs</title>") && drawn.contains("of 2 CPUs busy"), "{drawn}");
}

#[test]
fn warm_up_is_drawn_of_a_few_processes_by_a_rule_that_is_said() {
    let (run, mut findings) = run();
    let html = page(&run, &findings, "workloads/sum-squares.html");
    let warm_up = figure(&html, "warm-up-0").to_owned();
    let own = of(&run, &mut findings, "sum-squares");
    let changing: Vec<_> = own
        .iter()
        .filter(|finding| finding.warm_ups.iter().any(|found| found.class != WarmUpClass::Flat))
        .collect();
    let drawn: usize = changing.iter().map(|finding| finding.warm_ups.len().min(3)).sum();
    let all: usize = changing.iter().map(|finding| finding.warm_ups.len()).sum();
    assert_eq!(warm_up.matches("class=\"line trace").count(), drawn);
    assert!(
        warm_up.contains(&format!("Drawn are {drawn} of {all} processes that made ten iterations")),
        "{warm_up}"
    );
    // Of a case whose processes differ, each class is there.
    assert!(warm_up.contains("slow-down, steady from iteration 7") && warm_up.contains(": no steady state<"));
    assert!(warm_up.contains("line trace unsteady\""), "no steady state is told by more than words");
    assert!(
        warm_up.contains("class=\"tick\"") && warm_up.contains("class=\"dots\""),
        "changes and beginnings"
    );
    assert!(warm_up.contains("flat in every process"));

    for finding in of(&run, &mut findings, "sum-squares") {
        finding.warm_ups.clear();
    }
    let html = page(&run, &findings, "workloads/sum-squares.html");
    assert!(figure(&html, "warm-up-0").is_empty());
    assert!(html.contains("Warm-up: no process made the ten iterations"));
}

#[test]
fn behaviour_has_observations_and_no_charts() {
    let (mut run, mut findings) = run();
    run.plan.workloads.get_mut(&name("sleepers")).unwrap().bound = Bound::Behaviour;
    let seen = |text: &str, least, most| Observed { name: name(text), least, most, processes: 3 };
    let mut own = of(&run, &mut findings, "sleepers");
    own[0].observed = vec![seen("switches", 3, 17), seen("warned", 1, 1)];
    own[1].observed = vec![seen("warned", 0, 0)];
    let html = page(&run, &findings, "workloads/sleepers.html");
    assert!(!html.contains("<svg class=\"chart\"") && !html.contains("class=\"answer\""));
    let table =
        html.split("<table class=\"cases observed\">").nth(1).unwrap().split("</table>").next().unwrap();
    assert!(
        table.contains(">switches</th>") && table.contains("<td>3 to 17</td><td>1</td><td>3</td>"),
        "{table}"
    );
    assert!(table.contains("<td>—</td><td>0</td><td>3</td>"), "not observed is not 0: {table}");
    assert!(html.contains("Observed nothing"), "the others are named");
    let index = page(&run, &findings, "workloads.html");
    let group = index.split("id=\"behaviour\"").nth(1).unwrap();
    assert!(group.contains("A hundred sleepers") && !group.contains("Highest speed-up"), "{group}");
}

#[test]
fn the_index_has_each_workload_with_its_best_and_pages_lead_to_their_neighbours() {
    let (run, findings) = run();
    let index = page(&run, &findings, "workloads.html");
    for (link, title) in [("sum-squares", "Sum of squares"), ("sleepers", "A hundred sleepers")] {
        assert!(index.contains(&format!("<a href=\"workloads/{link}.html\">{title}</a>")), "{title}");
    }
    assert!(index.contains("100× <span class=\"interval\">[92×, 110×]"), "{index}");
    assert!(
        index.contains("on cpython-3.13t</span>") && !index.contains("on native</span>"),
        "no baseline wins: {index}"
    );
    assert!(!index.contains("integer-chain"), "a control is no workload of the suite");
    let first = page(&run, &findings, "workloads/sum-squares.html");
    assert!(first.contains("rel=\"next\" href=\"sleepers.html\"") && !first.contains("rel=\"prev\""));
    let last = page(&run, &findings, "workloads/sleepers.html");
    assert!(last.contains("rel=\"prev\" href=\"sum-squares.html\"") && !last.contains("rel=\"next\""));
}

#[test]
fn the_finding_stands_before_the_charts_and_names_who_gains_nothing() {
    let (run, mut findings) = run();
    let html = page(&run, &findings, "workloads/sum-squares.html");
    let lead = html.split("<p class=\"answer\">").nth(1).unwrap().split("</p>").next().unwrap();
    assert!(lead.starts_with("The highest speed-up over one after another is 1.9"), "{lead}");
    assert!(html.find("class=\"answer\"") < html.find("<svg class=\"chart\""));
    for finding in of(&run, &mut findings, "sum-squares") {
        finding.speed_up = finding.speed_up.map(|found| found.scale(1.0 / 3.0));
    }
    let html = page(&run, &findings, "workloads/sum-squares.html");
    assert!(html.contains("Nothing measured is told to be faster on cpython-3.12, cpython-3.13t."), "{html}");
}

#[test]
fn a_hollow_speed_up_decides_nothing_and_only_then_is_hollow_explained() {
    let (mut run, findings) = run();
    let gains = |run: &Run| figure(&page(run, &findings, "workloads/sleepers.html"), "speed-up-0").to_owned();
    assert!(!gains(&run).contains("hollow") && !gains(&run).contains("Hollow"));
    for case in run.plan.cases.iter_mut().filter(|case| case.strategy == "asyncio") {
        case.oversubscribed = true;
    }
    let doubted = gains(&run);
    assert!(doubted.contains("hollow\"") && doubted.contains("Hollow: decides nothing"), "{doubted}");
}

#[test]
fn the_native_ceiling_stands_in_every_panel_though_it_is_one_point() {
    let (run, mut findings) = run();
    let native = |index: usize| run.plan.cases[index].interpreter == "native";
    for (index, finding) in findings.cases.iter_mut().enumerate() {
        if native(index) && run.plan.cases[index].conditions.workers != 2 {
            finding.speed_up = None;
        }
    }
    let html = page(&run, &findings, "workloads/sum-squares.html");
    let panels = figure(&html, "workers-0").matches("<svg class=\"chart\"").count();
    assert!(panels > 1);
    let drawn = drawings(figure(&html, "workers-0"));
    assert_eq!(drawn.matches(" ceiling colour-native").count(), panels, "{drawn}");
    assert!(figure(&html, "workers-0").contains("Grey is the native baseline"));
    assert!(figure(&html, "speed-up-0").contains(">native</text>"), "and in its own row");
}
