//! The site as a whole: every case and claim is in it, nothing in it leads outside, nothing in it is live.

mod fixture;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

use fixture::{HOSTILE, empty_run, hostile_run, large_run, run};
use gilbench_analysis::findings::{CaseFinding, CaseState};
use gilbench_analysis::statistics::Estimate;
use gilbench_model::plan::Case;
use gilbench_report::{MARKER, Site, Sources, render, summary_markdown};

fn site() -> Site {
    let (run, findings) = run();
    render(Sources::new(&run, &findings)).expect("renders")
}

fn text<'a>(site: &'a Site, path: &str) -> &'a str {
    std::str::from_utf8(&site.files[Path::new(path)]).expect("text")
}

fn pages(site: &Site) -> BTreeMap<&Path, &str> {
    let html = |path: &&PathBuf| path.extension().is_some_and(|extension| extension == "html");
    let pages = site.files.keys().filter(html);
    pages.map(|path| (path.as_path(), std::str::from_utf8(&site.files[path]).expect("text"))).collect()
}

/// Values of an attribute, unescaped.
fn attributes<'a>(page: &'a str, name: &str) -> impl Iterator<Item = String> + use<'a> {
    let start = format!(" {name}=\"");
    let parts: Vec<&str> = page.split(&start).skip(1).collect();
    parts.into_iter().map(|part| {
        let value = part.split('"').next().unwrap_or_default();
        value.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
    })
}

#[test]
fn controls_are_in_no_ranking_and_no_table_of_results() {
    let site = site();
    for (path, page) in pages(&site) {
        assert_eq!(page.contains("integer-chain"), path == Path::new("machine.html"), "{}", path.display());
        assert_eq!(page.contains(",again"), path == Path::new("method.html"), "{}", path.display());
    }
    assert!(!site.files.contains_key(Path::new("workloads/integer-chain.html")));
}

#[test]
fn an_exceeded_noise_floor_is_said_first() {
    let (run, mut findings) = run();
    let first_page = |findings: &_| {
        let site = render(Sources::new(&run, findings)).unwrap();
        text(&site, "index.html").to_owned()
    };
    let warning = "The noise floor is exceeded";
    let calm = first_page(&findings);
    assert!(calm.contains("Noise floor: ") && !calm.contains(warning));
    findings.noise_floor.as_mut().unwrap().ratio = Some(Estimate::new(1.05, 1.02, 1.08, 8).unwrap());
    let page = first_page(&findings);
    assert!(page.find(warning) < page.find("id=\"claims\"") && page.contains(warning), "{page}");
}

#[test]
fn an_interpreter_that_is_only_ready_is_not_taken_for_a_measured_one() {
    let site = site();
    let page = text(&site, "interpreters.html");
    let table = page.split("aria-label=\"State, version and GIL of each interpreter\"").nth(1).unwrap();
    let rows: Vec<&str> = table.split("<tr>").skip(2).collect();
    let words = |id: &str| {
        let place = rows.iter().position(|row| row.contains(&format!(" {id} <span"))).unwrap();
        (place, rows[place].split("<td>").nth(1).unwrap().split("</td>").next().unwrap())
    };
    assert_eq!(words("cpython-3.12"), (0, "yes, 16 of 17 cases"));
    assert_eq!(words("pypy-3.11"), (3, "no, none of 2 cases"));
    // First in the environment, ready, and not part of the run.
    assert_eq!(words("cpython-3.11"), (4, "no"));
    assert!(rows[4].contains("ready") && !rows[4].contains("<svg"));
    let machine = text(&site, "machine.html");
    let (_, section) = machine.split_once("id=\"interpreter-cpython-3.11\"").unwrap();
    assert!(section.contains("<dt>Measured in this run</dt><dd>no</dd>"));
}

#[test]
fn a_runtime_without_a_gil_is_not_said_to_have_switched_it_off() {
    let site = site();
    let row = |id: &str| {
        let page = text(&site, "interpreters.html").split(&format!(" {id} <span")).nth(1).unwrap();
        page.split("</tr>").next().unwrap()
    };
    assert!(row("native").contains("<td>none (no GIL in this runtime)</td>"));
    assert!(row("cpython-3.13t").contains("<td>optional, off</td>"));
    assert!(row("cpython-3.12").contains("<td>always on</td>"));
    let machine = text(&site, "machine.html").split("id=\"interpreter-native\"").nth(1).unwrap();
    let section = machine.split("<h3").next().unwrap();
    assert!(section.contains("<dt>GIL after imports</dt><dd>none</dd>"), "{section}");
}

#[test]
fn a_curve_is_shown_with_its_goodness_and_a_bad_one_without_parameters() {
    let site = site();
    let page = text(&site, "workloads/sleepers.html");
    let table = &page[page.find("aria-label=\"Fitted curves and knees\"").unwrap()..];
    let rows: Vec<&str> = table.split("<tr>").skip(2).take(2).collect();
    assert!(rows[0].contains("<b>10 workers</b>") && rows[0].contains("up to 1.04× as fast"), "{}", rows[0]);
    assert!(rows[0].contains("<b>fits</b>") && rows[0].contains("R² "), "{}", rows[0]);
    assert!(rows[0].contains("<b>undecided whether it fits</b>"), "{}", rows[0]);
    assert!(rows[0].contains("a forecast beyond 100 workers"), "{}", rows[0]);
    for name in ["serial fraction", "contention σ", "coherency κ", "workers at its fastest"] {
        assert!(rows[0].contains(&format!("<li>{name} <span class=\"figure\">")), "{name}: {}", rows[0]);
    }
    assert!(rows[1].contains("<b>bad fit</b>") && rows[1].contains("that of the curve"), "{}", rows[1]);
    assert!(rows[1].contains("<b>not known</b>") && rows[1].contains("too few rounds of all"), "{}", rows[1]);
    assert!(!rows[1].contains("serial fraction"), "{}", rows[1]);
    assert!(page.contains("the sequential case"));
    let panel = page.split("A hundred sleepers with thread-pool</title>").nth(1).unwrap();
    assert!(panel.split("</svg>").next().unwrap().contains("Amdahl&#39;s law as fitted"), "{panel}");
}

#[test]
fn worker_counts_beyond_the_cpus_are_rows_and_the_reason_for_no_fit() {
    let site = site();
    let page = text(&site, "workloads/sum-squares.html");
    assert!(page.contains("no: oversubscribed"));
    assert!(page.contains("needs 3 worker counts, and 2 can be used"));
    assert!(page.contains("take no part in curves and knees"));
    let other = text(&site, "workloads/sleepers.html");
    assert!(!other.contains("take no part in curves and knees"), "waiting is not limited by CPUs");
}

#[test]
fn a_task_size_is_never_given_beyond_those_measured() {
    let site = site();
    let page = text(&site, "workloads/sum-squares.html");
    let table = &page[page.find("aria-label=\"Task sizes from which a strategy pays\"").unwrap()..];
    let rows: Vec<&str> = table.split("<tr>").skip(2).take(4).collect();
    assert!(rows[0].contains(">22.3 ms <span class=\"interval\">[20.1 ms, 24.1 ms]"), "{}", rows[0]);
    assert!(rows[1].contains(">20.3 ms <span class=\"interval\">[10.1 ms, above 200 ms]"), "{}", rows[1]);
    assert!(rows[2].contains("pays at every size measured, from 5.00 ms on (8 rounds)"), "{}", rows[2]);
    assert!(rows[3].contains("needs 2 sizes, and 1 can be used"), "{}", rows[3]);
}

#[test]
fn a_workload_with_one_strategy_has_no_fastest() {
    let (run, findings) = large_run(1);
    let site = render(Sources::new(&run, &findings)).unwrap();
    assert!(!text(&site, "workloads/sum-squares.html").contains("What was fastest"));
    let several = self::site();
    assert_eq!(text(&several, "workloads/sum-squares.html").matches("What was fastest").count(), 1);
}

#[test]
fn every_verdict_has_a_word_beside_its_colour() {
    let site = site();
    let page = text(&site, "claims.html");
    for (symbol, word) in [
        ("✓", "confirmed"),
        ("✗", "refuted"),
        ("◐", "partly"),
        ("?", "inconclusive"),
        ("–", "untestable"),
        ("“”", "opinion"),
    ] {
        let badge =
            format!("<span class=\"badge {word}\"><span aria-hidden=\"true\">{symbol}</span> {word}</span>");
        assert!(page.contains(&badge), "{word}");
    }
}

#[test]
fn the_answer_names_interpreters_with_figures_and_intervals() {
    let site = site();
    let page = text(&site, "index.html");
    assert!(
        page.contains(
            "Threads made CPU-bound Python code (sum-squares) faster on cpython-3.13t (1.92× [1.88×, 1.97×]); \
             no faster, or by less than a tenth, on cpython-3.12 (0.970× [0.951×, 0.995×])."
        ),
        "{}",
        page.lines().find(|line| line.contains("class=\"answer\"")).unwrap()
    );
    assert!(page.contains("Pending, with too few rounds so far: 1 case."));
}

#[test]
fn the_answer_names_its_size_and_is_no_more_credulous_than_the_claims() {
    let answer = |with_gil: &str, without_gil: &str, claimed: bool| {
        let (mut run, mut findings) = run();
        for case in run.plan.cases.iter_mut().filter(|case| case.workload == "sum-squares") {
            let size = if case.interpreter == "cpython-3.12" { with_gil } else { without_gil };
            case.conditions.size = size.parse().unwrap();
        }
        if !claimed {
            findings.claims.clear();
        }
        let site = render(Sources::new(&run, &findings)).unwrap();
        let page = text(&site, "index.html");
        page.split("class=\"answer\">").nth(1).unwrap().split("</p>").next().unwrap().to_owned()
    };
    let (slower, faster) = ("cpython-3.12 (0.970× [0.951×, 0.995×])", "cpython-3.13t (1.92× [1.88×, 1.97×])");
    let none = " No claim is decided by cases of this size.";
    let instead =
        " The fastest way on cpython-3.12 was process-pool workers=2,start=fork (1.84× [1.80×, 1.89×]).";
    let hardly = format!("no faster, or by less than a tenth, on {slower}.{instead}");
    let small =
        format!("Threads made CPU-bound Python code (sum-squares, size small) faster on {faster}; {hardly}");
    assert_eq!(answer("small", "small", true), small);
    assert_eq!(answer("small", "small", false), format!("{small}{none}"));
    // Of sizes that answer on as many interpreters: the default one, or else that which takes longest one after another.
    assert_eq!(
        answer("default", "small", false),
        format!("Threads made CPU-bound Python code (sum-squares, size default) {hardly}")
    );
    assert_eq!(
        answer("small", "brief", false),
        format!("Threads made CPU-bound Python code (sum-squares, size brief) faster on {faster}.{none}")
    );
}

#[test]
fn the_answer_is_of_the_size_that_says_it_of_most_interpreters() {
    let (mut run, findings) = run();
    for case in run.plan.cases.iter_mut().filter(|case| case.workload == "sum-squares") {
        if case.interpreter == "cpython-3.13t" || case.strategy == "thread-pool" {
            case.conditions.size = "brief".parse().unwrap();
        }
    }
    let site = render(Sources::new(&run, &findings)).unwrap();
    let page = text(&site, "index.html");
    let answer = page.split("class=\"answer\">").nth(1).unwrap().split("</p>").next().unwrap();
    assert!(answer.contains("(sum-squares, size brief) faster on cpython-3.13t"), "{answer}");
    assert!(answer.contains("no faster, or by less than a tenth, on cpython-3.12"), "{answer}");
}

#[test]
fn an_interpreter_without_an_answer_says_why() {
    let row = |change: &dyn Fn(&mut Case, &mut CaseFinding)| {
        let (mut run, mut findings) = run();
        for (case, finding) in run.plan.cases.iter_mut().zip(&mut findings.cases) {
            let threads = case.strategy == "threads" || case.strategy == "thread-pool";
            if case.workload == "sum-squares" && case.interpreter == "cpython-3.12" && threads {
                change(case, finding);
                finding.speed_up = None;
            }
        }
        let site = render(Sources::new(&run, &findings)).unwrap();
        let table = text(&site, "index.html").split("<caption>CPU-bound work").nth(1).unwrap();
        let rows = table.split("</table>").next().unwrap();
        let row = rows.split("<th scope=\"row\">cpython-3.12</th>").nth(1).unwrap();
        row.split("</tr>").next().unwrap().to_owned()
    };
    let elsewhere = row(&|case, _| case.conditions.size = "other".parse().unwrap());
    assert!(elsewhere.contains(">no case with several threads in size default<"), "{elsewhere}");
    let crashed = CaseState::Failed { reason: "failed: crashed: signal 11".to_owned() };
    let failed = row(&|_, finding| finding.state = crashed.clone());
    assert!(failed.contains(": failed: crashed: signal 11<"), "{failed}");
    let crowded = row(&|_, finding| finding.crowded = true);
    assert!(crowded.contains(": crowded: other programs or machines left it too few CPUs<"), "{crowded}");
    let alone = row(&|_, _| {});
    assert!(alone.contains(": no sequential case to compare with in enough rounds<"), "{alone}");

    let (run, mut findings) = run();
    for finding in &mut findings.cases {
        finding.crowded = true;
    }
    let site = render(Sources::new(&run, &findings)).unwrap();
    let page = text(&site, "index.html");
    assert!(page.contains("This run does not say whether threads run CPU-bound code in parallel"));
    assert_eq!(page.matches(": crowded: other programs or machines left it too few CPUs<").count(), 2);
}

#[test]
fn rounds_that_pair_tell_cases_apart_whose_intervals_overlap() {
    let (run, mut findings) = run();
    let case = |strategy: &str| {
        let id = format!("sum-squares/{strategy}/cpython-3.13t/workers=2");
        run.plan.cases.iter().position(|case| case.id == id).unwrap()
    };
    // The machine slows down from round to round.
    let drift =
        |factor: f64| (0..8).map(|round| (round, f64::from(round + 1) * factor * 1e-3)).collect::<Vec<_>>();
    let mut ties = |factor: f64| {
        findings.cases[case("threads")].values = drift(1.0);
        findings.cases[case("thread-pool")].values = drift(factor);
        let summary = summary_markdown(Sources::new(&run, &findings));
        let row = summary.lines().find(|line| line.contains("(default) | cpython-3.13t |")).unwrap();
        row.split(" | ").nth(5).unwrap().to_owned()
    };
    assert_eq!(ties(1.0001), "—", "slower in every round");
    assert_eq!(ties(1.0), "thread-pool workers=2");
}

#[test]
fn a_difference_that_is_one_of_many_does_not_tell_cases_apart() {
    let (run, mut findings) = run();
    let case = |strategy: &str| {
        let id = format!("sum-squares/{strategy}/cpython-3.13t/workers=2");
        run.plan.cases.iter().position(|case| case.id == id).unwrap()
    };
    // In six rounds no p-value is below .031, which does not survive beside a case that does not differ at all.
    let rounds =
        |factor: fn(u32) -> f64| (0..6).map(|round| (round, 0.5 * factor(round))).collect::<Vec<_>>();
    findings.cases[case("threads")].values = rounds(|_| 1.0);
    findings.cases[case("thread-pool")].values = rounds(|round| 1.01 + f64::from(round) / 1e4);
    findings.cases[case("threads-lock")].values =
        rounds(|round| if round % 2 == 0 { 1.01 } else { 1.0 / 1.01 });
    let ranked = ["threads", "thread-pool", "threads-lock"].map(case);
    for (index, finding) in findings.cases.iter_mut().enumerate() {
        finding.crowded = !ranked.contains(&index);
    }
    let mut ties = |third_is_ranked: bool| {
        findings.cases[case("threads-lock")].crowded = !third_is_ranked;
        let summary = summary_markdown(Sources::new(&run, &findings));
        let row = summary.lines().find(|line| line.contains("(default) | cpython-3.13t |")).unwrap();
        row.split(" | ").nth(5).unwrap().to_owned()
    };
    assert_eq!(ties(false), "—");
    assert_eq!(ties(true), "thread-pool workers=2, threads-lock workers=2");
}

#[test]
fn no_ratio_stands_without_its_interval() {
    for (path, page) in pages(&site()) {
        // Ticks of an axis are a scale, and titles of marks repeat the whole id.
        for part in page.split("class=\"figure\">").skip(1) {
            let figure = part.split("</span></span>").next().unwrap();
            let exact = figure.ends_with("class=\"interval\">in every process");
            assert!(exact || figure.contains("class=\"interval\">["), "{}: {figure}", path.display());
        }
    }
}

#[test]
fn nothing_leads_outside() {
    for (run, findings) in [run(), empty_run()] {
        let site = render(Sources::new(&run, &findings)).unwrap();
        for (path, content) in site.files.iter().filter(|(path, _)| path.extension() != Some("gz".as_ref())) {
            // What begins with `#` is in the page itself.
            let content = String::from_utf8(content.clone()).unwrap().replace("url(#", "");
            for outside in ["http:", "https:", "src=\"//", "href=\"//", "@import", "url("] {
                assert!(!content.contains(outside), "{}: {outside}", path.display());
            }
        }
    }
}

#[test]
fn every_link_and_anchor_resolves() {
    for (run, findings) in [run(), hostile_run(), empty_run()] {
        let site = render(Sources::new(&run, &findings)).unwrap();
        let pages = pages(&site);
        let ids: BTreeMap<&Path, Vec<String>> =
            pages.iter().map(|(path, page)| (*path, attributes(page, "id").collect())).collect();
        for (path, page) in &pages {
            let own: BTreeSet<&String> = ids[path].iter().collect();
            assert_eq!(own.len(), ids[path].len(), "{}: an id occurs twice", path.display());
            for target in attributes(page, "href").chain(attributes(page, "src")) {
                if target == "data:," {
                    continue;
                }
                let (file, fragment) = target.split_once('#').unwrap_or((&target, ""));
                // What a script makes of it is no part of the file's name.
                let file = file.split('?').next().unwrap_or_default();
                let file = if file.is_empty() { path.to_path_buf() } else { resolve(path, file) };
                assert!(site.files.contains_key(&file), "{}: {target}", path.display());
                if !fragment.is_empty() {
                    assert!(
                        ids[file.as_path()].iter().any(|id| id == fragment),
                        "{}: {target}",
                        path.display()
                    );
                }
            }
            for labels in attributes(page, "aria-labelledby") {
                for id in labels.split(' ') {
                    assert!(own.contains(&id.to_owned()), "{}: aria-labelledby {id}", path.display());
                }
            }
        }
    }
}

/// A relative link from a page.
fn resolve(page: &Path, link: &str) -> PathBuf {
    let mut path = page.parent().unwrap_or(Path::new("")).to_path_buf();
    for component in Path::new(link).components() {
        match component {
            Component::ParentDir => assert!(path.pop(), "{link} leaves the site"),
            Component::Normal(name) => path.push(name),
            other => panic!("{link}: {other:?}"),
        }
    }
    path
}

/// Names of elements and attributes, as `a` and `a href`.
fn markup_of(page: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for tag in page.split('<').skip(1).filter(|tag| !tag.starts_with(['/', '!'])) {
        // Values are taken out first: what is left holds names only.
        let tag: String = tag.split('"').step_by(2).collect();
        let inside = tag.split('>').next().unwrap_or_default();
        let mut words = inside.split_ascii_whitespace();
        let element = words.next().unwrap_or_default().trim_end_matches('/');
        names.insert(element.to_owned());
        let attributes = words.map(|word| word.split('=').next().unwrap_or_default());
        names.extend(attributes.map(|attribute| format!("{element} {attribute}")));
    }
    names
}

#[test]
fn hostile_text_adds_no_element_and_no_attribute() {
    let markup = |(run, findings): &_| {
        let site = render(Sources::new(run, findings)).unwrap();
        pages(&site).values().flat_map(|page| markup_of(page)).collect::<BTreeSet<String>>()
    };
    let mut calm = markup(&run());
    // What long text is folded away in.
    calm.extend(["details class", "div class", "code", "code class"].map(str::to_owned));
    let hostile = markup(&hostile_run());
    let added: Vec<&String> = hostile.difference(&calm).collect();
    assert!(added.is_empty(), "{added:?}");
    assert!(
        markup_of("<p class=\"a>b\"><img src=x onerror=y>").contains("img onerror"),
        "the test means something"
    );
}

fn unpacked(content: &[u8]) -> String {
    let mut text = String::new();
    flate2::read::GzDecoder::new(content).read_to_string(&mut text).expect("gzip");
    text
}

/// The cells of a CSV file, unquoted.
fn cells(content: &str) -> Vec<String> {
    let (mut found, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    for character in content.chars() {
        match character {
            '"' => quoted = !quoted,
            ',' | '\n' if !quoted => found.push(std::mem::take(&mut cell)),
            other => cell.push(other),
        }
    }
    found
}

#[test]
fn hostile_text_is_inert_in_files_for_programs() {
    let (run, findings) = hostile_run();
    let site = render(Sources::new(&run, &findings)).unwrap();
    for (path, content) in &site.files {
        let shown = path.display();
        let packed = path.extension().is_some_and(|extension| extension == "gz");
        let content = if packed { unpacked(content) } else { String::from_utf8(content.clone()).unwrap() };
        let path = if packed { path.with_extension("") } else { path.clone() };
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("json") => assert!(serde_json::from_str::<serde_json::Value>(&content).is_ok(), "{shown}"),
            Some("js") => assert!(!content.contains("</script") && !content.contains("pwned=1<"), "{shown}"),
            Some("csv") => {
                for cell in cells(&content) {
                    let formula = cell.starts_with(['=', '@', '\t', '\r'])
                        || cell.starts_with(['+', '-']) && cell.parse::<f64>().is_err();
                    assert!(!formula, "{shown}: {cell:.60}");
                }
                assert!(!content.contains('\u{202e}'), "{shown}");
            }
            _ => {}
        }
    }
    let read: gilbench_model::plan::Plan =
        serde_json::from_str(&unpacked(&site.files[Path::new("data/plan.json.gz")])).unwrap();
    assert_eq!(read, run.plan, "data is as it was");
}

#[test]
fn hostile_text_is_inert() {
    let (run, findings) = hostile_run();
    let site = render(Sources::new(&run, &findings)).unwrap();
    for (path, page) in pages(&site) {
        let path = path.display();
        assert!(!page.contains("<script>"), "{path}: live script");
        assert_eq!(page.matches("<script").count(), 1, "{path}: only our own script");
        assert!(!page.contains('\u{202e}'), "{path}: text can be reordered");
        assert!(!page.contains("alert('x')"), "{path}: an apostrophe is not escaped");
        assert!(!page.contains("62674"), "{path}: text was read as a template");
        // Attributes hold no raw quote or bracket: each tag ends where it should.
        for tag in page.split('<').skip(1) {
            assert!(tag.contains('>'), "{path}: {tag}");
        }
    }
    assert!(
        text(&site, "index.html")
            .contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &quot;quoted&quot;")
    );
    // In drawings too: titles of workloads stand in them.
    let svg = text(&site, "workloads/sum-squares.html").split("<svg class=\"chart\"").nth(1).unwrap();
    assert!(svg.contains("&lt;script&gt;") && svg.contains("\\u{202e}"));
}

#[test]
fn hostile_text_is_inert_in_the_summary() {
    let (run, findings) = hostile_run();
    let summary = summary_markdown(Sources::new(&run, &findings));
    assert!(summary.contains("&lt;script&gt;") && !summary.contains("<script"));
    assert!(!summary.contains('\u{202e}'));
    // Without what a backslash takes its meaning from.
    let mut characters = summary.chars();
    let mut unescaped = String::new();
    while let Some(character) = characters.next() {
        if character == '\\' {
            characters.next();
        } else {
            unescaped.push(character);
        }
    }
    for live in
        ["](", "![", "://", "www.", "@", "**x**", "\n# heading", "\n```", "\u{200b}", "\u{0}", "\u{1b}"]
    {
        assert!(!unescaped.contains(live), "{live:?}");
    }
    let columns = |line: &str| line.replace("\\|", "").matches('|').count();
    for line in summary.lines().filter(|line| line.starts_with("| c")) {
        assert_eq!(columns(line), 4, "{line}");
    }
    assert!(HOSTILE.contains('|'), "the test means something");
}

#[test]
fn a_hostile_version_names_no_file_to_remove() {
    let (mut run, findings) = run();
    run.environment.gilbench = "0.1.0\nCNAME\n\u{0}".to_owned();
    let site = render(Sources::new(&run, &findings)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    site.write(folder.path()).unwrap();
    std::fs::write(folder.path().join("CNAME"), "example.org").unwrap();
    site.write(folder.path()).unwrap();
    assert!(folder.path().join("CNAME").exists(), "only files of the site are ever removed");
}

#[test]
fn a_run_without_any_time_still_has_all_its_pages() {
    let (run, findings) = empty_run();
    let site = render(Sources::new(&run, &findings)).unwrap();
    assert!(text(&site, "index.html").contains("This run does not say"));
    assert!(text(&site, "method.html").contains("<dt>Rounds asked for</dt><dd>8 to 22</dd>"));
    assert!(text(&site, "workloads/sum-squares.html").contains("No case of this size has been measured"));
    assert!(text(&site, "claims.html").contains("<h1>Claims</h1>"));
}

#[test]
fn findings_of_another_run_are_refused() {
    let (run, _) = run();
    let (_, findings) = large_run(3);
    let error = render(Sources::new(&run, &findings)).unwrap_err();
    assert_eq!(
        std::error::Error::source(&error).unwrap().to_string(),
        format!("the findings are of 3 cases, the plan has {}", run.plan.cases.len())
    );
    assert!(summary_markdown(Sources::new(&run, &findings)).starts_with("No summary"));
}

#[test]
fn rendering_twice_gives_the_same_bytes() {
    assert_eq!(site(), site());
}

#[test]
fn a_foreign_folder_is_left_alone_and_an_older_site_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("site");
    std::fs::create_dir(&path).unwrap();
    std::fs::write(path.join("thesis.txt"), "years of work").unwrap();
    let site = site();
    let error = site.write(&path).unwrap_err();
    assert!(std::error::Error::source(&error).unwrap().to_string().contains("left as it is"));
    assert_eq!(std::fs::read_dir(&path).unwrap().count(), 1, "nothing was added");

    std::fs::remove_file(path.join("thesis.txt")).unwrap();
    site.write(&path).unwrap();
    assert!(path.join(MARKER).is_file() && path.join("workloads/sleepers.html").is_file());

    let (run, findings) = empty_run();
    render(Sources::new(&run, &findings)).unwrap().write(&path).unwrap();
    assert!(!path.join("workloads/sleepers.html").exists(), "no page of the older site stays");
    assert!(path.join("index.html").is_file());
}

#[test]
fn a_site_can_be_written_where_nothing_is() {
    let folder = tempfile::tempdir().unwrap();
    site().write(&folder.path().join("a/b")).unwrap();
    assert!(folder.path().join("a/b/index.html").is_file());
}

#[test]
fn what_somebody_else_put_beside_the_site_stays() {
    let (run, findings) = run();
    let site = render(Sources::new(&run, &findings)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    site.write(folder.path()).unwrap();
    std::fs::create_dir(folder.path().join(".git")).unwrap();
    std::fs::write(folder.path().join(".git/HEAD"), "ref").unwrap();
    std::fs::write(folder.path().join("CNAME"), "example.org").unwrap();
    // A later site has fewer pages: the older one's go, and nothing else.
    let mut smaller = site.clone();
    let gone = PathBuf::from("claims.html");
    smaller.files.remove(&gone);
    smaller.write(folder.path()).unwrap();
    assert!(!folder.path().join(&gone).exists());
    assert!(folder.path().join(".git/HEAD").exists() && folder.path().join("CNAME").exists());
    assert!(folder.path().join("index.html").exists());
    // A marker that is not ours makes no site.
    let foreign = tempfile::tempdir().unwrap();
    std::fs::write(foreign.path().join(MARKER), "x").unwrap();
    std::fs::write(foreign.path().join("thesis.txt"), "x").unwrap();
    assert!(site.write(foreign.path()).is_err());
    assert!(foreign.path().join("thesis.txt").exists());
}

#[test]
fn limits_of_the_machine_are_figures_in_units_of_what_is_done() {
    let (run, findings) = run();
    let page = text(&render(Sources::new(&run, &findings)).expect("renders"), "machine.html").to_owned();
    let limits = page.split("id=\"limits\"").nth(1).expect("a section").split("</section>").next().unwrap();
    assert!(limits.contains("Integer chain") && limits.contains("5.08 ns"), "{limits}");
    assert!(limits.contains("per step"), "{limits}");

    let (run, mut findings) = fixture::run();
    findings.cases.iter_mut().for_each(|case| case.limit = None);
    let page = text(&render(Sources::new(&run, &findings)).expect("renders"), "machine.html").to_owned();
    assert!(!page.contains("id=\"limits\""), "a table of nothing");
}
