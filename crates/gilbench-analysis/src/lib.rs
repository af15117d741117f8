//! From samples to estimates, comparisons and verdicts.
//!
//! Owns: the statistics, what is formed from a run's samples, and the predicates over it that decide claims.
//! Pure and seeded: the same run gives the same findings on every machine.
//!
//! Not responsible for: measuring, reading or writing files, or presenting anything.

#![forbid(unsafe_code)]

pub mod findings;
pub mod statistics;
