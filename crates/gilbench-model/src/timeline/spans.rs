//! What a thread did, as text: one word for each span, `r2003 r1200l803 s20000`.
//!
//! A word holds a letter and whole microseconds for each state that the thread was in meanwhile. Which of them came
//! first within a span is not known: a span is no shorter than the time between two samples, and only times that are
//! known as a whole are told.

use std::fmt::{self, Write as _};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a thread does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// It is on a CPU.
    Running,
    /// It could run, and waits for a CPU.
    Queued,
    /// It waits for a futex: a lock, a condition, a semaphore or a queue.
    Lock,
    /// It waits for something else: for a time to pass, for data to come, for a child to end.
    Sleeping,
    /// It waits, and what for was not seen; or it was not seen what it did.
    Unknown,
}

impl State {
    /// All, in the order of [`Parts`].
    pub const ALL: [Self; 5] = [Self::Running, Self::Queued, Self::Lock, Self::Sleeping, Self::Unknown];

    /// Its letter in a word.
    fn letter(self) -> char {
        match self {
            Self::Running => 'r',
            Self::Queued => 'q',
            Self::Lock => 'l',
            Self::Sleeping => 's',
            Self::Unknown => 'u',
        }
    }
}

/// A time in each state, in the order of [`State::ALL`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parts(pub [u64; 5]);

impl Parts {
    /// The time in a state.
    pub fn of(&self, state: State) -> u64 {
        self.0[state as usize]
    }

    /// Adds to the time in a state.
    pub fn add(&mut self, state: State, time: u64) {
        self.0[state as usize] += time;
    }

    /// The time in all states.
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }
}

/// A time of one thread that has no finer parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span(
    /// Microseconds in each state.
    pub Parts,
);

impl Span {
    /// Its length in microseconds.
    pub fn micros(&self) -> u64 {
        self.0.total()
    }
}

/// The spans of a thread, one after another.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Spans(pub Vec<Span>);

/// A word that is no span.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{word}` is no span, expected letters of `rqlsu` in this order, each with its microseconds, such as `r1200l803`"
)]
pub struct SpansError {
    /// The word.
    pub word: String,
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for state in State::ALL.into_iter().filter(|state| self.0.of(*state) > 0) {
            write!(f, "{}{}", state.letter(), self.0.of(state))?;
        }
        Ok(())
    }
}

impl FromStr for Span {
    type Err = SpansError;

    fn from_str(word: &str) -> Result<Self, SpansError> {
        let wrong = || SpansError { word: word.chars().take(40).collect() };
        let mut parts = Parts::default();
        let mut rest = word;
        for state in State::ALL {
            let Some(behind) = rest.strip_prefix(state.letter()) else { continue };
            let digits = behind.bytes().take_while(u8::is_ascii_digit).count();
            let micros: u32 = behind[..digits].parse().map_err(|_| wrong())?;
            if micros == 0 {
                return Err(wrong());
            }
            parts.add(state, u64::from(micros));
            rest = &behind[digits..];
        }
        if rest.is_empty() && parts.total() > 0 { Ok(Self(parts)) } else { Err(wrong()) }
    }
}

impl TryFrom<String> for Spans {
    type Error = SpansError;

    fn try_from(text: String) -> Result<Self, SpansError> {
        text.split_ascii_whitespace().map(str::parse).collect::<Result<_, _>>().map(Self)
    }
}

impl From<Spans> for String {
    fn from(spans: Spans) -> Self {
        let mut text = Self::new();
        for span in spans.0.iter().filter(|span| span.micros() > 0) {
            let space = if text.is_empty() { "" } else { " " };
            // Writing to a string cannot fail.
            let _ = write!(text, "{space}{span}");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_come_back_as_they_were() {
        let spans = Spans(vec![
            Span(Parts([2003, 0, 0, 0, 0])),
            Span(Parts([1200, 0, 803, 0, 0])),
            Span(Parts([1, 2, 3, 4, 5])),
            Span(Parts([0, 0, 0, 20_000_000, 0])),
        ]);
        let text = String::from(spans.clone());
        assert_eq!(text, "r2003 r1200l803 r1q2l3s4u5 s20000000");
        assert_eq!(Spans::try_from(text), Ok(spans));
        assert_eq!(Spans::try_from(String::new()), Ok(Spans::default()));
    }

    #[test]
    fn what_is_no_span_is_refused_by_its_word() {
        for word in ["r", "r0", "x12", "12", "l5r3", "r-5", "r5.5", "r5 é", "r99999999999", "r1r2"] {
            let error = Spans::try_from(format!("s7 {word}")).unwrap_err();
            assert!(word.ends_with(error.word.as_str()), "{error}");
        }
    }
}
