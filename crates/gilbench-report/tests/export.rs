//! Single charts: found wherever they stand, in the colours of a scheme, and drawn.

mod fixture;

use std::collections::BTreeSet;

use fixture::{hostile_run, run};
use gilbench_report::{Chart, Scheme, Sources, charts, render};

fn all() -> Vec<Chart> {
    let (run, findings) = run();
    charts(Sources::new(&run, &findings)).expect("charts")
}

fn chart(id: &str) -> Chart {
    all().into_iter().find(|chart| chart.id == id).unwrap_or_else(|| panic!("no {id}"))
}

#[test]
fn every_drawing_of_the_site_is_a_chart_with_an_id_of_its_own() {
    let (run, findings) = run();
    let charts = charts(Sources::new(&run, &findings)).expect("charts");
    let ids: BTreeSet<&str> = charts.iter().map(|chart| chart.id.as_str()).collect();
    assert_eq!(ids.len(), charts.len());
    assert!(
        ids.contains("workloads/sum-squares/workers-0-1") && ids.contains("claims/c01-forest-0"),
        "{ids:?}"
    );
    let site = render(Sources::new(&run, &findings)).expect("renders");
    let pages = site.files.iter().filter(|(path, _)| path.extension().is_some_and(|end| end == "html"));
    let drawn: usize =
        pages.map(|(_, page)| String::from_utf8_lossy(page).matches("<svg class=\"chart\"").count()).sum();
    assert_eq!(charts.len(), drawn);
}

#[test]
fn a_chart_by_itself_has_title_legend_note_and_source_in_literal_colours() {
    let chart = chart("workloads/sum-squares/workers-0-0");
    let light = chart.svg(Scheme::Light);
    let texts: Vec<&str> =
        light.split("<text").skip(1).filter_map(|text| text.split_once('>')).map(|(_, text)| text).collect();
    let shows = |words: &str| texts.iter().any(|text| text.contains(words));
    for words in [
        "Speed-up of Sum of squares with",
        "cpython-3.13t",
        "How many times faster",
        "gilbench, suite quick, 20",
    ] {
        assert!(shows(words), "no `{words}` in {light}");
    }
    assert!(!light.contains("var(") && !light.contains("href") && !light.contains("@media"), "{light}");
    assert!(light.contains("fill=\"#ffffff\"/>") && light.contains(".colour-0{color:#0068a8}"), "{light}");
    let dark = chart.svg(Scheme::Dark);
    assert!(dark.contains("fill=\"#14171c\"/>") && dark.contains(".colour-0{color:#56a9e8}"), "{dark}");
    // What no mark of it has would only be ballast.
    assert!(!light.contains("table") && !light.contains(".threshold"), "{light}");
}

/// Width and height in pixels, as the header of a PNG says.
fn size(png: &[u8]) -> (u32, u32) {
    assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
    let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().expect("four bytes"));
    (number(16), number(20))
}

#[test]
fn a_picture_has_two_pixels_a_unit_and_the_same_bytes_each_time() {
    let chart = chart("claims/c01-forest-0");
    let svg = chart.svg(Scheme::Light);
    let light = chart.png(Scheme::Light).expect("draws");
    let (width, height) = size(&light);
    assert!(
        svg.contains(&format!("width=\"{}\" height=\"{}\"", width / 2, height / 2)),
        "{width} × {height}"
    );
    assert_eq!(light, chart.png(Scheme::Light).expect("draws"));
    assert_ne!(light, chart.png(Scheme::Dark).expect("draws"));
}

#[test]
fn every_kind_of_chart_can_be_drawn() {
    let mut kinds = BTreeSet::new();
    for chart in all() {
        let figure = chart.id.rsplit('/').next().expect("a figure");
        let kind: String = figure.chars().filter(|character| !character.is_ascii_digit()).collect();
        if kinds.insert(kind) {
            let png = chart.png(Scheme::Light).unwrap_or_else(|error| panic!("{}: {error}", chart.id));
            assert!(size(&png).0 > 600, "{}", chart.id);
        }
    }
    assert!(kinds.len() >= 4, "{kinds:?}");
}

#[test]
fn hostile_text_is_inert_in_a_chart_by_itself() {
    let (run, findings) = hostile_run();
    let charts = charts(Sources::new(&run, &findings)).expect("charts");
    let chart =
        charts.iter().find(|chart| chart.id.starts_with("workloads/sum-squares/speed-up")).expect("a chart");
    let svg = chart.svg(Scheme::Dark);
    assert!(svg.contains("&lt;script&gt;") && !svg.contains("<script"), "{svg}");
    assert!(!svg.contains('\u{202e}'), "{svg}");
    // It is read as XML here.
    chart.png(Scheme::Dark).expect("draws");
}
