//! The answer in a terminal: a sentence, the speed-up of threads on each interpreter as a chart of characters, and how
//! claims and cases came out. Plain text: colour would carry nothing that the words do not.

use gilbench_analysis::statistics::Estimate;

use crate::charts::ratio_label;
use crate::headline::{Answer, Headline, headline};
use crate::joined::Report;
use crate::numbers::count;
use crate::pages::unfinished;
use crate::pages::verdicts::counts;
use crate::text::{shortened, visible, wrapped};

/// With fewer columns a scale says nothing: the figures stand alone then.
const NARROWEST: usize = 12;

/// With more, dots only drift apart.
const WIDEST: usize = 60;

/// From this ratio of the largest value to the least on, the scale is logarithmic, as in the charts of the site.
const DECADE: f64 = 10.0;

/// Writes the summary in lines of at most `width` columns, without a line break at the end.
pub(crate) fn summary(report: &Report<'_>, width: usize) -> String {
    let headline = headline(report);
    let mut lines = wrapped(&visible(&headline.sentence), width);
    if !headline.answers.is_empty() || !headline.unanswered.is_empty() {
        lines.push(String::new());
        lines.extend(chart(&headline, width));
    }
    lines.push(String::new());
    if !report.findings.claims.is_empty() {
        let counts = counts(&report.findings.claims);
        let words: Vec<String> =
            counts.iter().map(|count| format!("{} {}", count.count, count.badge.word)).collect();
        lines.extend(wrapped(&format!("Claims: {}.", words.join(", ")), width));
    }
    let totals = &report.findings.totals;
    let cases = count(u64::from(totals.cases), "case");
    lines.extend(wrapped(&format!("{cases}: {}.", totals.states()), width));
    if let Some(sentence) = unfinished(report) {
        lines.extend(wrapped(&format!("Not complete. {}", visible(&sentence)), width));
    }
    lines.join("\n")
}

/// A row for each interpreter on one scale, and the scale below.
fn chart(headline: &Headline, width: usize) -> Vec<String> {
    let names = headline.answers.iter().map(|answer| answer.interpreter.chars().count());
    let names = names.chain(headline.unanswered.iter().map(|other| other.interpreter.chars().count()));
    let name = names.max().unwrap_or(0).min(width / 3);
    let figures: Vec<String> = headline.answers.iter().map(|answer| answer.threads.text()).collect();
    let longest =
        |texts: &mut dyn Iterator<Item = &str>| texts.map(|text| text.chars().count()).max().unwrap_or(0);
    let figure = longest(&mut figures.iter().map(String::as_str));
    let gain = longest(&mut headline.answers.iter().map(|answer| answer.gain));
    let room = width.saturating_sub(name + figure + gain + 7).min(WIDEST);
    let scale = Scale::over(&headline.answers, room).filter(|_| room >= NARROWEST);

    let work = headline.workload.as_deref().unwrap_or_default();
    let mut lines = wrapped(&format!("Speed-up of threads ({work}), with 95 % intervals:"), width);
    for (answer, text) in headline.answers.iter().zip(&figures) {
        let label = shortened(&answer.interpreter, name);
        let said = format!("{text:figure$}  {}", answer.gain);
        match &scale {
            Some(scale) => lines.push(format!(" {label:name$}  {}  {said}", scale.row(&answer.speed_up))),
            None if name + figure + gain + 5 <= width => lines.push(format!(" {label:name$}  {said}")),
            None => lines.extend([format!(" {label}"), format!("   {text}  {}", answer.gain)]),
        }
    }
    for other in &headline.unanswered {
        let label = shortened(&other.interpreter, name);
        let reason = visible(&other.reason).replace('\n', " ");
        let reason = shortened(&reason, width.saturating_sub(name + 6)).into_owned();
        lines.push(format!(" {label:name$}  — {reason}"));
    }
    if let Some(scale) = scale {
        lines.push(format!(" {:name$}  {}", "", scale.labels()).trim_end().to_owned());
    }
    lines
}

/// Columns over speed-ups.
struct Scale {
    low: f64,
    high: f64,
    logarithmic: bool,
    columns: usize,
}

impl Scale {
    /// A scale with a place for every interval, and for 1; `None` where there is nothing to show.
    fn over(answers: &[Answer], columns: usize) -> Option<Self> {
        let ends = || answers.iter().flat_map(|answer| [answer.speed_up.low, answer.speed_up.high]);
        let (low, high) = (ends().reduce(f64::min)?.min(1.0), ends().reduce(f64::max)?.max(1.0));
        let logarithmic = low > 0.0 && high / low >= DECADE;
        Some(Self { low: if logarithmic { low } else { 0.0 }, high, logarithmic, columns })
    }

    /// The column of a value, from 0.
    fn column(&self, value: f64) -> usize {
        let share = if self.logarithmic {
            (value / self.low).ln() / (self.high / self.low).ln()
        } else {
            (value - self.low) / (self.high - self.low)
        };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the columns")]
        let column = (share.clamp(0.0, 1.0) * (self.columns - 1) as f64).round() as usize;
        column
    }

    /// `      ┊  ├──●──┤  `: the interval, its point, and where threads gain nothing.
    fn row(&self, speed_up: &Estimate) -> String {
        let mut cells = vec![' '; self.columns];
        cells[self.column(1.0)] = '┊';
        let (low, point, high) =
            (self.column(speed_up.low), self.column(speed_up.point), self.column(speed_up.high));
        cells[low..=high].fill('─');
        cells[low] = '├';
        cells[high] = '┤';
        cells[point] = '●';
        cells.into_iter().collect()
    }

    /// What stands below: the ends, and 1× below its mark; an end that would touch it is left out.
    fn labels(&self) -> String {
        let mut cells = vec![' '; self.columns];
        let ends = [
            (self.column(1.0), "1×".to_owned()),
            (0, ratio_label(self.low)),
            (self.columns - 1, ratio_label(self.high)),
        ];
        for (column, label) in ends {
            let length = label.chars().count();
            let start = column.saturating_sub(length / 2).min(self.columns.saturating_sub(length));
            let around = start.saturating_sub(1)..(start + length + 1).min(self.columns);
            if cells[around].iter().all(|cell| *cell == ' ') {
                cells.splice(start..start + length, label.chars());
            }
        }
        cells.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn estimate(low: f64, point: f64, high: f64) -> Estimate {
        Estimate::new(point, low, high, 8).unwrap()
    }

    #[test]
    fn an_interval_stands_where_the_scale_says() {
        let scale = Scale { low: 0.0, high: 2.0, logarithmic: false, columns: 21 };
        assert_eq!(scale.row(&estimate(1.4, 1.6, 2.0)), "          ┊   ├─●───┤");
        assert_eq!(scale.row(&estimate(0.9, 1.0, 1.1)), "         ├●┤         ");
        assert_eq!(scale.row(&estimate(0.5, 0.5, 0.5)), "     ●    ┊          ");
        assert_eq!(scale.labels(), "0×       1×        2×");
    }

    #[test]
    fn a_decade_makes_the_scale_logarithmic() {
        let scale = Scale { low: 0.1, high: 10.0, logarithmic: true, columns: 21 };
        assert_eq!((scale.column(0.1), scale.column(1.0), scale.column(10.0)), (0, 10, 20));
        assert_eq!(scale.labels(), "0.1×     1×       10×");
    }
}
