//! Two threads that take turns, each asleep until the other one wakes it.

use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;

use gilbench_model::protocol::Request;

use crate::baseline::{Baseline, PrepareError, parameter, unsupported, widen};

/// Prepares a strategy.
pub(crate) fn prepare(request: &Request) -> Result<Baseline, PrepareError> {
    let turns = parameter(request, "turns")?;
    Ok(match request.strategy.as_str() {
        "threads" => Box::new(move || Ok(widen(threads(turns)))),
        _ => return Err(unsupported(request)),
    })
}

/// How often each of the two had its turn.
pub fn threads(turns: u64) -> [u64; 2] {
    let gates = [Gate::default(), Gate::default()];
    let play = |own: usize| {
        (0..turns)
            .map(|_| {
                gates[own].pass();
                gates[1 - own].open();
                1
            })
            .sum()
    };
    thread::scope(|scope| {
        let other = scope.spawn(|| play(1));
        gates[0].open();
        [play(0), other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))]
    })
}

/// What `threading.Lock` is to the strategy in Python: anybody may open it, one may pass.
#[derive(Default)]
struct Gate {
    open: Mutex<bool>,
    opened: Condvar,
}

impl Gate {
    fn open(&self) {
        *self.open.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.opened.notify_one();
    }

    fn pass(&self) {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let mut open = self.opened.wait_while(open, |open| !*open).unwrap_or_else(PoisonError::into_inner);
        *open = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_have_all_their_turns() {
        assert_eq!(threads(5), [5, 5]);
    }
}
