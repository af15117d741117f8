//! The page of the method: what this run made of the rules.

mod fixture;

use std::path::Path;

use fixture::run;
use gilbench_analysis::findings::Findings;
use gilbench_analysis::statistics::Estimate;
use gilbench_model::event::StopReason;
use gilbench_model::run_directory::Run;
use gilbench_report::{Sources, render};

/// The section of the page with this id.
fn section(run: &Run, findings: &Findings, id: &str) -> String {
    let site = render(Sources::new(run, findings)).expect("renders");
    let page = std::str::from_utf8(&site.files[Path::new("method.html")]).expect("text");
    let section = page.split(&format!("<h2 id=\"{id}\">")).nth(1).unwrap_or_else(|| panic!("no {id}"));
    section.split("</section>").next().expect("an end").to_owned()
}

#[test]
fn every_rule_that_ends_cases_is_there_with_its_count() {
    let (run, mut findings) = run();
    for finding in &mut findings.cases {
        finding.stopped = Some(StopReason::Precise);
    }
    findings.cases[0].stopped = Some(StopReason::CaseTime);
    let stops = section(&run, &findings, "stops");
    let row =
        |word: &str, count: usize| format!("<th scope=\"row\">{word}</th><td class=\"number\">{count}</td>");
    let all = findings.cases.len();
    for (word, count) in [("precise enough", all - 1), ("time limit", 1), ("most rounds", 0), ("too slow", 0)]
    {
        assert!(stops.contains(&row(word, count)), "{word}: {stops}");
    }
    assert!(stops.contains("at most 2 %"), "the target of the profile: {stops}");
}

#[test]
fn the_noise_floor_names_the_case_that_is_there_twice() {
    let (run, mut findings) = run();
    let noise = section(&run, &findings, "noise");
    let id = &run.plan.cases[findings.noise_floor.as_ref().unwrap().case as usize].id;
    assert!(noise.contains(&format!("<a href=\"cases.html#{id}\">")) && noise.contains(",again"), "{noise}");
    assert!(noise.contains("Noise floor: ") && !noise.contains("class=\"notice\""));
    findings.noise_floor.as_mut().unwrap().ratio = Some(Estimate::new(1.05, 1.02, 1.08, 8).unwrap());
    assert!(section(&run, &findings, "noise").contains("<p class=\"notice\">The noise floor is exceeded"));
    findings.noise_floor = None;
    assert!(section(&run, &findings, "noise").contains("its noise floor is not known"));
}

#[test]
fn what_decides_nothing_is_counted() {
    let (run, mut findings) = run();
    for finding in &mut findings.cases {
        finding.crowded = false;
    }
    let crowded = |findings: &Findings| {
        let table = section(&run, findings, "nothing");
        table.split("crowded</th><td class=\"number\">").nth(1).unwrap().split('<').next().unwrap().to_owned()
    };
    assert_eq!(crowded(&findings), "0");
    findings.cases[0].crowded = true;
    assert_eq!(crowded(&findings), "1");
}

#[test]
fn a_second_opinion_stands_beside_ours_and_says_whether_they_agree() {
    let (run, mut findings) = run();
    for finding in &mut findings.cases {
        finding.second_opinion = None;
    }
    let none = section(&run, &findings, "opinion");
    assert!(!none.contains("<table"), "{none}");
    let estimate = |low: f64, high: f64| Estimate::new(f64::midpoint(low, high), low, high, 8).ok();
    for (case, theirs) in [(0, estimate(1.0, 1.2)), (1, estimate(1.3, 1.4))] {
        findings.cases[case].whole = estimate(1.1, 1.25);
        findings.cases[case].second_opinion = theirs;
    }
    findings.cases[2].whole = None;
    findings.cases[2].second_opinion = estimate(1.0, 1.2);
    let table = section(&run, &findings, "opinion");
    assert!(table.contains("The two intervals meet for 1 of 3"), "{table}");
    let answers: Vec<&str> = table.split("</td></tr>").map(|row| row.rsplit('>').next().unwrap()).collect();
    assert_eq!(answers[..3], ["yes", "no", "—"]);
}

#[test]
fn labels_of_disturbances_are_all_there_or_nobody_looked() {
    let (run, mut findings) = run();
    let disturbed = section(&run, &findings, "disturbed");
    for label in ["steal", "others", "queued", "throttled", "memory", "disk", "frequency"] {
        assert!(disturbed.contains(&format!("<th scope=\"row\">{label}</th>")), "{label}");
    }
    findings.disturbed = None;
    assert!(section(&run, &findings, "disturbed").contains("did not look"));
}
