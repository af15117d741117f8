//! The native baselines of workloads that wait: files and round trips. Those that need the workload's server are in
//! `server.rs`, and sleepers with the rest in `baselines.rs`.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use gilbench_native::baselines::{files::Files, loopback::Echo};

fn reading(criterion: &mut Criterion) {
    let files = Files::written(200, 100_000).expect("there is a folder for temporary files");
    let pool = rayon::ThreadPoolBuilder::new().build().expect("threads can be started");
    let mut group = criterion.benchmark_group("files");
    group.sample_size(10);
    group.bench_function("sequential/200x100k", |bencher| bencher.iter(|| files.sequential(black_box(1))));
    group.bench_function("rayon/200x100k", |bencher| bencher.iter(|| files.rayon(black_box(1), &pool)));
    group.finish();
}

fn round_trips(criterion: &mut Criterion) {
    let mut echo = Echo::new().expect("the loopback interface is up");
    let mut group = criterion.benchmark_group("loopback");
    group.sample_size(10);
    group.bench_function("sequential/1000", |bencher| bencher.iter(|| echo.sequential(black_box(1000))));
    group.finish();
}

criterion_group!(benches, reading, round_trips);
criterion_main!(benches);
