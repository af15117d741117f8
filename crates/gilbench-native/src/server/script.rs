//! What the server answers to which item, and after how long: decided by the item's number alone, so that every run of
//! a workload meets the same delays and refusals, and its answer has one digest.

use std::time::Duration;

/// How a server answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Script {
    /// The delay of every answer.
    pub delay: Duration,
    /// The length of every answer that is not a refusal.
    pub body_bytes: usize,
    /// Delays vary: each item's is longer by a share of this.
    pub spread: Duration,
    /// Every so-manieth item takes `slow` longer; none does where it is 0.
    pub slow_every: u64,
    /// How much longer.
    pub slow: Duration,
    /// Every so-manieth item is refused with the status 503 and an empty body; none is where it is 0.
    pub error_every: u64,
}

/// What one item gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// The delay.
    pub delay: Duration,
    /// The length of the answer; `None`: refused.
    pub body_bytes: Option<usize>,
}

/// 2^64 over the golden ratio: its multiples, modulo 2^64, are spread more evenly than random numbers
/// (Knuth, The Art of Computer Programming 3, section 6.4, theorem S).
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

impl Script {
    /// What an item gets, by its number, from 0.
    pub fn part(&self, item: u64) -> Part {
        let is_one_of = |every: u64| every > 0 && item % every == every - 1;
        let share = (item.wrapping_mul(GOLDEN) >> 11) as f64 / (1_u64 << 53) as f64;
        let slow = if is_one_of(self.slow_every) { self.slow } else { Duration::ZERO };
        Part {
            delay: self.delay + self.spread.mul_f64(share) + slow,
            body_bytes: (!is_one_of(self.error_every)).then_some(self.body_bytes),
        }
    }
}

/// The number at the end of a path such as `/item/7`; 0 where there is none.
pub(super) fn item(path: &str) -> u64 {
    path.rsplit('/').next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Script = Script {
        delay: Duration::from_millis(10),
        body_bytes: 3,
        spread: Duration::ZERO,
        slow_every: 0,
        slow: Duration::from_millis(500),
        error_every: 0,
    };

    #[test]
    fn without_conditions_every_item_gets_the_same() {
        let part = Part { delay: PLAIN.delay, body_bytes: Some(3) };
        assert!((0..1000).all(|item| PLAIN.part(item) == part));
    }

    #[test]
    fn every_third_is_refused_and_every_fourth_is_slow() {
        let script = Script { slow_every: 4, error_every: 3, ..PLAIN };
        let refused: Vec<u64> = (0..12).filter(|&item| script.part(item).body_bytes.is_none()).collect();
        let slow: Vec<u64> = (0..12).filter(|&item| script.part(item).delay > PLAIN.delay).collect();
        assert_eq!((refused, slow), (vec![2, 5, 8, 11], vec![3, 7, 11]));
        assert_eq!(script.part(3).delay, Duration::from_millis(510));
    }

    #[test]
    fn a_spread_fills_its_range_evenly() {
        let script = Script { spread: Duration::from_millis(100), ..PLAIN };
        let mut tenths = [0; 10];
        for item in 0..1000 {
            let extra = script.part(item).delay.saturating_sub(PLAIN.delay);
            tenths[usize::try_from(extra.as_micros() / 10_000).expect("it is below ten")] += 1;
        }
        assert!(tenths.iter().all(|count| (98..=102).contains(count)), "{tenths:?}");
    }

    #[test]
    fn an_item_is_the_number_at_the_end_of_the_path() {
        assert_eq!([item("/item/17"), item("/item/"), item("/")], [17, 0, 0]);
    }
}
