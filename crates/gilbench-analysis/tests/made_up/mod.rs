//! Made-up series of iterations whose class is known.

#[path = "../draws/mod.rs"]
mod draws;

use draws::{normal, student};
use gilbench_analysis::warm_up::{Class, classify};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

/// How the logarithms of the times of a steady process scatter; each with a scale of one.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Noise {
    Normal,
    LogNormal,
    /// Three of ten iterations are five deviations slower.
    Bimodal,
    /// One of ten iterations is 10 to 30 deviations slower.
    Spikes,
    /// Student's t with 1.5 degrees of freedom.
    HeavyTailed,
    /// Each iteration keeps so much of the noise of the one before: AR(1).
    Lasting(f64),
    /// Both that lasts, with .5, and spikes.
    LastingWithSpikes,
}

pub(crate) const NOISES: [Noise; 9] = [
    Noise::Normal,
    Noise::LogNormal,
    Noise::Bimodal,
    Noise::Spikes,
    Noise::HeavyTailed,
    Noise::Lasting(0.5),
    Noise::LastingWithSpikes,
    Noise::Lasting(0.8),
    Noise::Lasting(0.95),
];

/// Times of a steady process around one.
pub(crate) fn steady(noise: Noise, deviation: f64, count: usize, generator: &mut Pcg64) -> Vec<f64> {
    /// Nothing takes more than e to this times as long: the heaviest tails would leave the range of `exp`.
    const FARTHEST: f64 = 20.0;
    let keeps = match noise {
        Noise::Lasting(keeps) => keeps,
        Noise::LastingWithSpikes => 0.5,
        _ => 0.0,
    };
    let mut lasting = normal(generator);
    let draw = |_| {
        let plain = normal(generator);
        lasting = keeps * lasting + (1.0 - keeps * keeps).sqrt() * plain;
        let spike = 10.0 + 20.0 * generator.random::<f64>();
        let chance = generator.random::<f64>();
        let logarithm = match noise {
            Noise::LogNormal => plain.exp() - 1.0,
            Noise::Bimodal if chance < 0.3 => plain + 5.0,
            Noise::Spikes | Noise::LastingWithSpikes if chance < 0.1 => lasting + spike,
            Noise::HeavyTailed => student(generator, 1.5),
            _ => lasting,
        };
        (deviation * logarithm).clamp(-FARTHEST, FARTHEST).exp()
    };
    (0..count).map(draw).collect()
}

/// Shares of the classes flat, warm-up, slow-down and no steady state among so many series, the first iterations of
/// which take `factors` times as long.
pub(crate) fn shares(
    (noise, deviation): (Noise, f64),
    count: usize,
    factors: &[f64],
    trials: u32,
) -> [f64; 4] {
    let mut generator = Pcg64::seed_from_u64(20_261_123);
    let mut counts = [0_u32; 4];
    for _ in 0..trials {
        let mut times = steady(noise, deviation, count, &mut generator);
        for (time, factor) in times.iter_mut().zip(factors) {
            *time *= factor;
        }
        let class = classify(&times).expect("positive times, and enough").class;
        let place = [Class::Flat, Class::WarmUp, Class::SlowDown, Class::NoSteadyState];
        counts[place.iter().position(|known| *known == class).expect("one of four")] += 1;
    }
    counts.map(|count| f64::from(count) / f64::from(trials))
}
