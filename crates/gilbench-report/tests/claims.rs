//! The cards of claims: what each says of its verdict, and the lists that lead to them.

mod fixture;

use std::path::Path;

use fixture::{HOSTILE, run};
use gilbench_analysis::findings::Findings;
use gilbench_model::run_directory::Run;
use gilbench_report::{Sources, render};

fn page(run: &Run, findings: &Findings) -> String {
    let mut site = render(Sources::new(run, findings)).expect("renders");
    String::from_utf8(site.files.remove(Path::new("claims.html")).expect("a page")).expect("text")
}

fn card<'a>(page: &'a str, id: &str) -> &'a str {
    let own =
        page.split("<article ").find(|card| card.contains(&format!(" id=\"{id}\" "))).expect("its card");
    own.split("</article>").next().expect("an end")
}

#[test]
fn every_claim_is_in_a_list_of_its_verdict_and_in_those_of_its_fixes() {
    let (run, findings) = run();
    let page = page(&run, &findings);
    let lists = page.split("id=\"lists\"").nth(1).unwrap().split("</section>").next().unwrap();
    for claim in &findings.claims {
        let start = format!("<div id=\"verdict-{}\">", claim.verdict.as_str());
        let list = lists.split(&start).nth(1).unwrap().split("</div>").next().unwrap();
        assert!(list.contains(&format!("href=\"#{}\"", claim.id)), "{}", claim.id);
    }
    let of_fix = lists.split("<div id=\"fix-1\">").nth(1).unwrap().split("</div>").next().unwrap();
    assert!(of_fix.contains("Use processes") && of_fix.contains("href=\"#c01\""), "{of_fix}");
    assert_eq!(of_fix.matches("<a ").count(), 1, "no other claim speaks of it");
    assert!(!lists.contains("fix-2"), "a fix that no claim speaks of has no list");
    assert!(card(&page, "c01").contains("data-fixes=\"fix-1\""));
    assert!(card(&page, "c03").contains("data-fixes=\"\""));
}

#[test]
fn numbers_of_verdicts_lead_to_their_claims_from_both_pages() {
    let (run, findings) = run();
    let site = render(Sources::new(&run, &findings)).unwrap();
    for path in ["index.html", "claims.html"] {
        let page = std::str::from_utf8(&site.files[Path::new(path)]).unwrap();
        assert!(page.contains("<a href=\"claims.html?verdict=refuted#verdict-refuted\"><b>1</b>"), "{path}");
    }
}

#[test]
fn a_card_says_why_and_which_test_decided_on_each_interpreter() {
    let (run, findings) = run();
    let page = page(&run, &findings);
    let partly = card(&page, "c01");
    assert!(
        partly.contains("<b>cpython-3.13t</b> <span class=\"verdict refuted\">refuted</span>"),
        "{partly}"
    );
    assert!(partly.contains(
        "1.92× <span class=\"interval\">[1.88×, 1.97×]</span></span> <span class=\"quiet\">test 1<"
    ));
    assert!(partly.contains("<b>pypy-3.11</b> <span class=\"verdict untestable\">untestable</span></li>"));
    let agreed = card(&page, "c03");
    assert!(
        agreed.contains("<strong>Why confirmed:</strong> holds on cpython-3.12, the only interpreter"),
        "{agreed}"
    );
    let undecided = card(&page, "c05");
    assert!(
        undecided.contains("<span class=\"why\">the interval [1.02, 1.24] is on both sides of 1.1</span>")
    );
}

#[test]
fn every_comparison_stands_once_with_its_chances_and_what_it_would_have_found() {
    let (run, findings) = run();
    let page = page(&run, &findings);
    for claim in &findings.claims {
        let made: usize = claim.interpreters.iter().map(|found| found.comparisons.len()).sum();
        let table = card(&page, claim.id.as_str());
        assert_eq!(table.matches("<tr><th><a href=\"cases.html#").count(), made, "{}", claim.id);
    }
    let undecided = card(&page, "c05");
    let row = undecided.split("<tr><th><a ").nth(1).unwrap().split("</tr>").next().unwrap();
    for words in [
        "sum-squares/sequential/cpython-3.12/workers=1\">sequential workers=1,cold</a>",
        "<td>1.13× [1.02×, 1.24×]",
        "<td>0.313<td>0.341<td>15 %",
        "<td>inconclusive",
    ] {
        assert!(row.contains(words), "{words}: {row}");
    }
    let heading = "Speed-up of sum-squares threads workers=2 over sequential workers=1 cold. \
                   At most 1.1 confirms, at least 1.2 refutes.";
    assert!(undecided.contains(heading), "{undecided}");
}

#[test]
fn tests_of_one_scale_share_a_drawing_and_others_do_not() {
    let (run, mut findings) = run();
    let drawings =
        |findings: &Findings| card(&page(&run, findings), "c01").matches("<svg class=\"chart\"").count();
    assert_eq!(drawings(&findings), 2, "a speed-up, and CPU seconds per second");
    let second = &mut findings.claims[0].interpreters[1].comparisons[0];
    second.test = 1;
    assert_eq!(drawings(&findings), 2);
    let second = &mut findings.claims[0].interpreters[1].comparisons[0];
    second.refuted = None;
    assert_eq!(drawings(&findings), 3, "other thresholds");
}

#[test]
fn a_comparison_that_decides_nothing_is_drawn_hollow() {
    let (run, findings) = run();
    let page = page(&run, &findings);
    assert!(card(&page, "c05").contains("<g class=\"mark colour-0 hollow\">"));
    assert!(!card(&page, "c04").contains("hollow"));
}

#[test]
fn a_count_is_exact_and_only_in_the_table() {
    let (run, findings) = run();
    let page = page(&run, &findings);
    let card = card(&page, "c06");
    // The first of its comparisons, a speed-up, has no number.
    assert!(
        card.contains(
            "4 <span class=\"interval\">in every process</span></span> <span class=\"quiet\">test 2<"
        )
    );
    assert!(
        card.contains("Test 2: observation of") && card.contains("<td>4 in every process<td>—<td>—<td>—")
    );
    assert!(!card.contains("<svg"), "{card}");
}

#[test]
fn what_can_be_measured_again_says_how() {
    let (run, findings) = run();
    let page = page(&run, &findings);
    let command =
        |id: &str| format!("<code class=\"command\">gilbench run --suite quick --claim {id}</code>");
    assert!(card(&page, "c05").contains(&format!("Measure it again: {}", command("c05"))));
    assert!(card(&page, "c90").contains(&format!("Measure what bears on it: {}", command("c90"))));
    assert!(!card(&page, "c11").contains("class=\"command\""), "the suite has no case of it");
    assert!(
        card(&page, "c40").contains("What would decide it: <code>gilbench run --suite standard</code> on an")
    );
}

#[test]
fn backticks_in_foreign_text_make_no_markup_but_code() {
    let (run, mut findings) = run();
    findings.claims[0].statement = format!("`{HOSTILE}` and `one");
    let page = page(&run, &findings);
    let heading = card(&page, "c01").split("<h2 ").nth(1).unwrap().split("</h2>").next().unwrap();
    assert!(heading.contains("<code>&lt;script&gt;") && heading.ends_with("</code> and `one"), "{heading}");
    assert!(!page.contains("<script>"));
}
