//! Random numbers of known distributions, for simulations.

use std::f64::consts::TAU;

use rand::RngExt;
use rand_pcg::Pcg64;

/// Box & Muller (1958).
pub(crate) fn normal(generator: &mut Pcg64) -> f64 {
    let radius = (-2.0 * (1.0 - generator.random::<f64>()).ln()).sqrt();
    radius * (TAU * generator.random::<f64>()).cos()
}

/// Student's t with any degrees of freedom, by Bailey's polar method (Mathematics of Computation 62, 1994).
pub(crate) fn student(generator: &mut Pcg64, degrees: f64) -> f64 {
    loop {
        let [first, second] = [0; 2].map(|_| 2.0 * generator.random::<f64>() - 1.0);
        let square = first * first + second * second;
        if square > 0.0 && square <= 1.0 {
            return first * (degrees * (square.powf(-2.0 / degrees) - 1.0) / square).sqrt();
        }
    }
}
