//! Threads that only compute, beside a Python statement: what this machine gives as many threads of native code.
//!
//! They share nothing and touch no memory, so what they gain is what the CPUs can give; see [`BlockRequest`].

use std::hint::black_box;
use std::io::{self, Read, Write};
use std::sync::Barrier;
use std::time::{Duration, Instant};

use gilbench_model::timeit::{BlockAnswer, BlockRequest, BlockTimes};

use crate::usage;

/// Steps of a turn: some microseconds, many times what the clock and the loop around it cost.
const STEPS: u64 = 1 << 12;

/// Answers one request.
pub fn run(mut input: impl Read, mut output: impl Write) -> io::Result<()> {
    let mut text = String::new();
    input.read_to_string(&mut text)?;
    let request: BlockRequest = serde_json::from_str(&text)?;
    let times = request.turns.map_or_else(|| fill(&request), |turns| timed(&request, turns));
    serde_json::to_writer(&mut output, &BlockAnswer::Done(times))?;
    writeln!(output)
}

/// Finds the turns that keep one thread busy for as long as is asked for.
fn fill(request: &BlockRequest) -> BlockTimes {
    let target = Duration::from_nanos(request.target_ns);
    let (mut turns, mut spent) = (1, Duration::ZERO);
    loop {
        let took = block(1, turns);
        spent += took;
        if took >= target / 2 {
            let fitting = u128::from(turns) * target.as_nanos() / took.as_nanos().max(1);
            let turns = u64::try_from(fitting).unwrap_or(u64::MAX).max(1);
            let (wall_ns, spent_ns) = (request.target_ns, nanoseconds(spent));
            return BlockTimes { turns, wall_ns, spent_ns, cpu_ns: None, queued_ns: None, gil: Some(false) };
        }
        turns *= 2;
    }
}

fn timed(request: &BlockRequest, turns: u64) -> BlockTimes {
    let rehearsed = block(1, request.rehearsal);
    let before = usage::now();
    let took = block(request.threads, turns);
    let used = usage::since(before);
    BlockTimes {
        turns,
        wall_ns: nanoseconds(took),
        spent_ns: nanoseconds(rehearsed + took),
        cpu_ns: used.user_ns.zip(used.system_ns).map(|(user, system)| user.0 + system.0),
        // A statement's own thread tells better whether it had a CPU.
        queued_ns: None,
        gil: Some(false),
    }
}

/// At least one: nothing is done in no time.
fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX).max(1)
}

/// So many turns in each of so many threads: from when the last is ready to when the last has ended.
fn block(threads: u32, turns: u64) -> Duration {
    let barrier = Barrier::new(threads as usize);
    let work = || {
        barrier.wait();
        let begun = Instant::now();
        for _ in 0..turns {
            black_box(turn(black_box(STEPS)));
        }
        (begun, Instant::now())
    };
    let times: Vec<(Instant, Instant)> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        threads.into_iter().filter_map(|thread| thread.join().ok()).collect()
    });
    let begun = times.iter().map(|(begun, _)| *begun).min();
    let ended = times.iter().map(|(_, ended)| *ended).max();
    begun.zip(ended).map_or(Duration::ZERO, |(begun, ended)| ended - begun)
}

/// Marsaglia's xorshift: each step needs the one before, so nothing can be left out or done at once.
fn turn(steps: u64) -> u64 {
    (0..steps).fold(0x9e37_79b9_7f4a_7c15, |mut state, _| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^ (state << 17)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(threads: u32, turns: Option<u64>) -> BlockTimes {
        let request = BlockRequest {
            setup: String::new(),
            statement: String::new(),
            threads,
            turns,
            rehearsal: 1,
            target_ns: 1_000_000,
        };
        let mut output = Vec::new();
        run(&serde_json::to_vec(&request).unwrap()[..], &mut output).unwrap();
        match serde_json::from_slice(&output).unwrap() {
            BlockAnswer::Done(times) => times,
            BlockAnswer::Failed(failure) => panic!("{failure:?}"),
        }
    }

    #[test]
    fn a_block_has_the_turns_that_are_asked_for() {
        let times = answer(3, Some(7));
        assert_eq!((times.turns, times.gil), (7, Some(false)));
        assert!(times.wall_ns > 0 && times.spent_ns >= times.wall_ns, "{times:?}");
    }

    #[test]
    fn turns_are_found_that_fill_the_time() {
        let times = answer(1, None);
        assert!(times.turns >= 1 && times.cpu_ns.is_none(), "{times:?}");
    }
}
