//! What an estimate costs: a report forms thousands of them, and a run forms one after each look at a case.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use gilbench_analysis::statistics::{Bootstrap, median_interval, paired_ratio};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;
use rayon::prelude::*;

fn seconds(count: usize, seed: u64) -> Vec<f64> {
    let mut generator = Pcg64::seed_from_u64(seed);
    (0..count).map(|_| 0.2 + 0.01 * generator.random::<f64>()).collect()
}

fn ratios(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("paired_ratio");
    for count in [8, 30, 60] {
        let (numerators, denominators) = (seconds(count, 1), seconds(count, 2));
        group.bench_function(BenchmarkId::from_parameter(count), |bencher| {
            bencher.iter(|| paired_ratio(black_box(&numerators), black_box(&denominators)));
        });
    }
    group.finish();
}

fn medians(criterion: &mut Criterion) {
    let values = seconds(60, 1);
    criterion.bench_function("median_interval/60", |bencher| {
        bencher.iter(|| median_interval(black_box(&values)));
    });
}

fn bootstraps(criterion: &mut Criterion) {
    let values = seconds(30, 1);
    let mean =
        |rounds: &[usize]| rounds.iter().map(|&round| values[round]).sum::<f64>() / rounds.len() as f64;
    criterion.bench_function("bootstrap/30", |bencher| {
        bencher.iter(|| Bootstrap::new(black_box(1)).interval(values.len(), mean));
    });
}

/// The bootstrap of a whole run: 10,000 resamples of each of 100 cases with 30 processes, on all CPUs. To take less
/// than a second on two.
fn run_of_bootstraps(criterion: &mut Criterion) {
    let cases: Vec<Vec<f64>> = (0..100).map(|case| seconds(30, case)).collect();
    let interval = |values: &Vec<f64>| {
        let mean =
            |rounds: &[usize]| rounds.iter().map(|&round| values[round]).sum::<f64>() / rounds.len() as f64;
        Bootstrap::new(1).interval(values.len(), mean)
    };
    criterion.bench_function("bootstrap/100 cases of 30", |bencher| {
        bencher.iter(|| black_box(&cases).par_iter().map(interval).collect::<Vec<_>>());
    });
}

criterion_group!(benches, ratios, medians, bootstraps);
criterion_group! {
    name = runs;
    config = Criterion::default().sample_size(10);
    targets = run_of_bootstraps
}
criterion_main!(benches, runs);
