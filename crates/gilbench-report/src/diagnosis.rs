//! The page of a diagnosis: one file that needs no other, with the lanes of the program's threads.
//!
//! Not responsible for the words: whoever diagnosed gives them.

use gilbench_analysis::timelines::Activity;
use gilbench_model::Nanoseconds;
use gilbench_model::timeline::Recording;
use minijinja::Value;
use minijinja::value::Serde;
use serde::Serialize;

use crate::charts::Figure;
use crate::charts::lanes::{self, Watched};
use crate::error::ReportErrorKind;
use crate::pages::lane_words;
use crate::templates::Templates;

/// What is on the page.
#[derive(Debug, Serialize)]
pub struct DiagnosisPage<'a> {
    /// The program, as it is started.
    pub command: String,
    /// The verdict's word.
    pub verdict: String,
    /// How sure it is, in words.
    pub sure: String,
    /// What the verdict means, in a sentence.
    pub meaning: String,
    /// What it is too.
    pub secondary: Vec<String>,
    /// What is missing, and what was not done.
    pub notes: Vec<String>,
    /// Figure, fact, source.
    pub evidence: Vec<[String; 3]>,
    /// What would help.
    pub remedies: Vec<PageRemedy>,
    /// With what it was run, how many times as fast, rounds, remarks.
    pub tried: Vec<[String; 4]>,
    /// Where, function, what threads do there, for how long.
    pub lines: Vec<[String; 4]>,
    /// What was run, wall time, CPU time, how it ended.
    pub runs: Vec<[String; 4]>,
    /// Name and value.
    pub facts: Vec<[String; 2]>,
    /// What its threads did, if that was seen.
    #[serde(skip)]
    pub recording: Option<&'a Recording>,
}

/// A remedy on the page.
#[derive(Debug, Serialize)]
pub struct PageRemedy {
    /// Its word.
    pub remedy: String,
    /// What it would bring, in words.
    pub gain: String,
    /// More about it.
    pub note: Option<String>,
    /// What shows it.
    pub command: Option<String>,
}

/// Beside the whole run, this much of its middle is drawn, if the run is much longer.
const MAGNIFIED: u64 = 100_000_000;

/// Renders the page.
///
/// A template or chart that cannot be drawn is a defect.
pub fn diagnosis_page(page: &DiagnosisPage<'_>) -> Result<String, ReportErrorKind> {
    let figures = page.recording.map(|recording| figures(page, recording)).transpose()?.unwrap_or_default();
    let values = minijinja::context! {
        page => Value::from(Serde(page)),
        figures => Value::from(Serde(&figures)),
        style => Value::from_safe_string(include_str!("../assets/style.css").to_owned()),
        script => Value::from_safe_string(include_str!("../assets/tooltips.js").to_owned()),
    };
    let bytes = Templates::new()?.fill("diagnosis.html", values)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn figures(page: &DiagnosisPage<'_>, recording: &Recording) -> Result<Vec<Figure>, ReportErrorKind> {
    let end = recording.lanes.iter().map(gilbench_model::timeline::Lane::end_ns).max().unwrap_or_default();
    let whole = Activity::during(recording, Nanoseconds(0)..end);
    if whole.threads.is_empty() {
        return Ok(Vec::new());
    }
    let note = "One lane a thread, time from left to right. To wait on a lock is to wait for a futex: the GIL, a lock, \
                a condition or a queue.";
    let mut all = vec![figure("whole", "The whole run", note, page, recording, whole)?];
    if end.0 >= 2 * MAGNIFIED {
        let start = Nanoseconds(end.0 / 2 - MAGNIFIED / 2);
        let part = Activity::during(recording, start..Nanoseconds(start.0 + MAGNIFIED));
        let note = "From the middle of the run, magnified: who runs when.";
        all.push(figure("part", "A tenth of a second of it", note, page, recording, part)?);
    }
    Ok(all)
}

fn figure(
    id: &str,
    title: &str,
    note: &str,
    page: &DiagnosisPage<'_>,
    recording: &Recording,
    activity: Activity,
) -> Result<Figure, ReportErrorKind> {
    let words = lane_words(&activity);
    let watched = [Watched { heading: page.verdict.clone(), recording, activity, words }];
    lanes::figure(&format!("lanes-{id}"), title, note, &page.command, &watched)
}
