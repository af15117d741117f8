//! The native ceilings of workloads that hand data to processes.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use gilbench_native::baselines::{payload, pipeline, shared_array};

fn chunks(criterion: &mut Criterion) {
    let data = payload::data(4, 250_000);
    let mut group = criterion.benchmark_group("payload");
    group.sample_size(10);
    group.bench_function("sequential", |bencher| {
        bencher.iter(|| payload::sequential(black_box(&data), 1));
    });
    group.bench_function("rayon", |bencher| bencher.iter(|| payload::rayon(black_box(&data), 1)));
    group.finish();
}

fn shared(criterion: &mut Criterion) {
    let numbers: Vec<u64> = (0..4_000_000).collect();
    let mut group = criterion.benchmark_group("shared-array");
    group.sample_size(10);
    group.bench_function("sequential", |bencher| {
        bencher.iter(|| shared_array::add_up(&numbers, black_box(1)));
    });
    group.finish();
}

fn bodies(criterion: &mut Criterion) {
    let bodies = vec![vec![b'x'; 65536]; 10];
    let mut group = criterion.benchmark_group("pipeline");
    group.sample_size(10);
    group.bench_function("process/rayon", |bencher| {
        bencher.iter(|| pipeline::process_all(black_box(&bodies), 10));
    });
    group.finish();
}

criterion_group!(benches, chunks, shared, bodies);
criterion_main!(benches);
