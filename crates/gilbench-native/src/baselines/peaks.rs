//! What the CPU's arithmetic can do when nothing waits for anything: many independent chains in the widest registers
//! that the machine has, which no program of this build needs to have been compiled for.

use std::hint::black_box;

use gilbench_model::protocol::Request;
use pulp::{Arch, Simd, WithSimd, bytemuck};
use rayon::prelude::*;

use crate::baseline::{Baseline, PrepareError, parameter, threads, unsupported, widen};

/// So many operations, in so many equal parts.
#[derive(Clone, Copy)]
pub struct Work {
    /// All parts together.
    pub operations: u64,
    /// One after another, or several at once.
    pub parts: u64,
    /// Does one part, of so many operations.
    pub part: fn(u64) -> u64,
}

/// Prepares a strategy.
pub(crate) fn prepare(request: &Request, part: fn(u64) -> u64) -> Result<Baseline, PrepareError> {
    let (operations, parts) = (parameter(request, "operations")?, parameter(request, "parts")?);
    let work = Work { operations, parts, part };
    Ok(match request.strategy.as_str() {
        "sequential" => Box::new(move || Ok(widen(sequential(work)))),
        "rayon" => {
            let threads = threads(request)?;
            Box::new(move || Ok(widen(threads.install(|| rayon(work)))))
        }
        _ => return Err(unsupported(request)),
    })
}

/// How many operations each part did, one part after another.
pub fn sequential(work: Work) -> Vec<u64> {
    (0..work.parts).map(|_| (work.part)(work.operations / work.parts)).collect()
}

/// The same on as many threads as the current rayon pool has.
pub fn rayon(work: Work) -> Vec<u64> {
    (0..work.parts).into_par_iter().map(|_| (work.part)(work.operations / work.parts)).collect()
}

/// Chains in flight: a fused multiply-add takes four cycles on most CPUs, and they begin two in a cycle, so that eight
/// are needed; with the two constants more than fourteen would not fit the sixteen registers of AVX2.
const CHAINS: usize = 12;

/// Operations of one step of a chain: a multiplication and an addition, or an addition and a conjunction.
const OPERATIONS: usize = 2;

/// Double-precision multiplications and additions, fused where the machine can. Says how many there were, which it
/// knows only by having done them: each step of each chain adds 1.
pub fn float(operations: u64) -> u64 {
    struct Chains(u64);
    impl WithSimd for Chains {
        type Output = u64;

        #[expect(clippy::inline_always, reason = "else it is not compiled for the wide registers")]
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) -> u64 {
            let (factor, addend) = (simd.splat_f64s(black_box(1.0)), simd.splat_f64s(black_box(1.0)));
            let mut chains = [simd.splat_f64s(0.0); CHAINS];
            for _ in 0..self.0 / (CHAINS * S::F64_LANES * OPERATIONS) as u64 {
                for chain in &mut chains {
                    *chain = simd.mul_add_e_f64s(*chain, factor, addend);
                }
            }
            let lanes: &[f64] = bytemuck::cast_slice(&chains);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and positive")]
            lanes.iter().map(|steps| *steps as u64 * OPERATIONS as u64).sum()
        }
    }
    Arch::new().dispatch(Chains(operations))
}

/// Additions and conjunctions of 64-bit numbers. Says how many there were, as above.
pub fn integer(operations: u64) -> u64 {
    struct Chains(u64);
    impl WithSimd for Chains {
        type Output = u64;

        #[expect(clippy::inline_always, reason = "else it is not compiled for the wide registers")]
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) -> u64 {
            let (addend, mask) = (simd.splat_u64s(black_box(1)), simd.splat_u64s(black_box(u64::MAX)));
            let mut chains = [simd.splat_u64s(0); CHAINS];
            for _ in 0..self.0 / (CHAINS * S::U64_LANES * OPERATIONS) as u64 {
                for chain in &mut chains {
                    *chain = simd.and_u64s(simd.add_u64s(*chain, addend), mask);
                }
            }
            let lanes: &[u64] = bytemuck::cast_slice(&chains);
            lanes.iter().map(|steps| steps * OPERATIONS as u64).sum()
        }
    }
    Arch::new().dispatch(Chains(operations))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_is_done_and_counted() {
        // A multiple of what a step does in registers of up to eight numbers.
        let least = (CHAINS * 8 * OPERATIONS) as u64;
        for part in [float, integer] {
            assert_eq!(part(least * 5), least * 5);
            let work = Work { operations: least * 6, parts: 3, part };
            assert_eq!(sequential(work), [least * 2; 3]);
            assert_eq!(rayon(work), [least * 2; 3]);
        }
    }
}
