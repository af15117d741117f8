//! Balls in a box: structures with methods, without an allocation for each new point.

use std::hint::black_box;

use gilbench_model::protocol::Request;
use rayon::prelude::*;

use crate::baseline::{Baseline, PrepareError, parameter, threads, unsupported, widen};

/// Prepares a strategy.
pub(crate) fn prepare(request: &Request) -> Result<Baseline, PrepareError> {
    let tasks = parameter(request, "tasks")?;
    let (balls, steps) = (parameter(request, "balls")?, parameter(request, "steps")?);
    Ok(match request.strategy.as_str() {
        "sequential" => Box::new(move || Ok(widen(sequential(balls, steps, tasks)))),
        "rayon" => {
            let threads = threads(request)?;
            Box::new(move || Ok(widen(threads.install(|| rayon(balls, steps, tasks)))))
        }
        _ => return Err(unsupported(request)),
    })
}

/// The box's width and height.
const WIDTH: i64 = 1000;

/// Where something is, or how fast it goes.
#[derive(Clone, Copy)]
struct Point {
    x: i64,
    y: i64,
}

impl Point {
    fn plus(self, other: Self) -> Self {
        Self { x: self.x + other.x, y: self.y + other.y }
    }
}

struct Ball {
    position: Point,
    speed: Point,
}

impl Ball {
    /// Goes on by one step, and turns round where that has led out of the box.
    fn step(&mut self) {
        self.position = self.position.plus(self.speed);
        if !(0..WIDTH).contains(&self.position.x) {
            self.speed.x = -self.speed.x;
        }
        if !(0..WIDTH).contains(&self.position.y) {
            self.speed.y = -self.speed.y;
        }
    }
}

/// Lets them fly through a box without friction; the sum of where they are in the end.
pub fn play(balls: u64, steps: u64, seed: u64) -> u64 {
    let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let mut all: Vec<Ball> = (0..balls)
        .map(|k| Ball {
            position: Point { x: whole(k), y: whole(k + seed) },
            speed: Point { x: whole(k % 7 + 1), y: whole(k % 11 + 1) },
        })
        .collect();
    for _ in 0..steps {
        // Each step of all balls is made before the next, as in the other languages.
        for ball in black_box(&mut all) {
            ball.step();
        }
    }
    let places = all.iter().map(|ball| ball.position.x + WIDTH * ball.position.y);
    places.sum::<i64>().try_into().unwrap_or_default()
}

/// All tasks, one after another.
pub fn sequential(balls: u64, steps: u64, tasks: u64) -> Vec<u64> {
    (0..tasks).map(|seed| play(balls, steps, seed)).collect()
}

/// All tasks, on as many threads as the current rayon pool has.
pub fn rayon(balls: u64, steps: u64, tasks: u64) -> Vec<u64> {
    (0..tasks).into_par_iter().map(|seed| play(balls, steps, seed)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn balls_turn_round_where_they_leave_the_box() {
        // One ball, from (0, 0) by (1, 1): it leaves the box in step 1000 and is back in with the next.
        assert_eq!(play(1, 999, 0), 999 + 999 * 1000);
        assert_eq!(play(1, 1000, 0), 1000 + 1000 * 1000);
        assert_eq!(play(1, 1001, 0), 999 + 999 * 1000);
        assert_eq!(sequential(10, 50, 3), rayon(10, 50, 3));
    }
}
