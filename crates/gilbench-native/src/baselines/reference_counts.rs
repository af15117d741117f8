//! Counting references: in memory that one thread has for itself, atomically, and as PEP 703 does it.

use std::hint::black_box;
use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::thread;

use gilbench_model::protocol::Request;

use crate::baseline::{Baseline, PrepareError, parameter, unsupported, widen};

/// Prepares a strategy.
pub(crate) fn prepare(request: &Request) -> Result<Baseline, PrepareError> {
    let increments = parameter(request, "increments")?;
    let workers = u64::from(request.workers);
    Ok(match request.strategy.as_str() {
        "sequential" => Box::new(move || Ok(widen([plain(increments)]))),
        "atomic" => Box::new(move || Ok(widen([atomic(increments, 1)]))),
        "atomic-contended" => Box::new(move || Ok(widen([atomic(increments, workers)]))),
        "biased" => Box::new(move || Ok(widen([biased(increments)]))),
        _ => return Err(unsupported(request)),
    })
}

/// Objects whose references are counted in turn: one alone would show how long the CPU takes to read what it has just
/// written, and an interpreter does not go back to one object all the time.
const OBJECTS: usize = 16;

/// Increments as they are under a GIL: read, add, write. The atomics are read and written relaxed, which compiles to
/// the same instructions as for an ordinary number in memory, and to no others; `black_box`, because LLVM would add all
/// up at once in memory that nobody else can see.
pub fn plain(increments: u64) -> u64 {
    let counts: [AtomicU64; OBJECTS] = Default::default();
    for _ in 0..increments / OBJECTS as u64 {
        for count in black_box(&counts) {
            count.store(count.load(Relaxed) + 1, Relaxed);
        }
    }
    counts.iter().map(|count| count.load(Relaxed)).sum()
}

/// Increments that no other thread can come between, by so many threads on the same objects.
pub fn atomic(increments: u64, threads: u64) -> u64 {
    let counts: [AtomicU64; OBJECTS] = Default::default();
    let rounds = increments / OBJECTS as u64;
    // Of this many rounds, an equal part each; the first ones take what is left over.
    let count_some = |worker: u64| {
        for _ in 0..rounds / threads + u64::from(worker < rounds % threads) {
            for count in black_box(&counts) {
                count.fetch_add(1, Relaxed);
            }
        }
    };
    let count_some = &count_some;
    thread::scope(|scope| {
        for worker in 1..threads {
            scope.spawn(move || count_some(worker));
        }
        count_some(0);
    });
    counts.iter().map(|count| count.load(Relaxed)).sum()
}

/// An object of the free-threaded build, as far as its references go (PEP 703, "Biased Reference Counting").
#[derive(Default)]
struct Biased {
    owner: AtomicUsize,
    local: AtomicU32,
    shared: AtomicU64,
}

impl Biased {
    /// `Py_INCREF`: nothing for an immortal object, an ordinary increment for the owner, an atomic one for others.
    fn increment(&self, thread: usize) {
        let count = self.local.load(Relaxed).wrapping_add(1);
        if count == 0 {
            return;
        }
        if self.owner.load(Relaxed) == thread {
            self.local.store(count, Relaxed);
        } else {
            self.shared.fetch_add(1, Relaxed);
        }
    }
}

/// Increments by the thread that owns the objects.
pub fn biased(increments: u64) -> u64 {
    thread_local!(static OWN: u8 = const { 0 });
    let thread = OWN.with(|own| std::ptr::from_ref(own).addr());
    let objects: [Biased; OBJECTS] = Default::default();
    for object in &objects {
        object.owner.store(thread, Relaxed);
    }
    for _ in 0..increments / OBJECTS as u64 {
        for object in black_box(&objects) {
            object.increment(thread);
        }
    }
    objects.iter().map(|object| u64::from(object.local.load(Relaxed)) + object.shared.load(Relaxed)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_increment_is_lost() {
        assert_eq!(plain(1600), 1600);
        assert_eq!(biased(1600), 1600);
        for threads in 1..5 {
            assert_eq!(atomic(1600, threads), 1600, "{threads} threads");
        }
    }

    #[test]
    fn another_thread_counts_apart_and_an_immortal_object_not_at_all() {
        let object = Biased::default();
        object.increment(1);
        assert_eq!((object.local.load(Relaxed), object.shared.load(Relaxed)), (0, 1));
        object.local.store(u32::MAX, Relaxed);
        object.increment(0);
        assert_eq!((object.local.load(Relaxed), object.shared.load(Relaxed)), (u32::MAX, 1));
    }
}
