//! The native baselines, one benchmark each.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use gilbench_native::baselines::{sleepers, sum_squares};

fn sums(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("sum-squares");
    group.sample_size(10);
    for n in [10_000, 1_000_000] {
        group.bench_function(format!("sequential/{n}"), |bencher| {
            bencher.iter(|| sum_squares::sequential(black_box(n), 4));
        });
        group.bench_function(format!("rayon/{n}"), |bencher| {
            bencher.iter(|| sum_squares::rayon(black_box(n), 4));
        });
    }
    group.finish();
}

fn waits(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime of one thread can be built");
    let mut group = criterion.benchmark_group("sleepers");
    group.sample_size(10);
    group.bench_function("tokio/1000x1ms", |bencher| {
        bencher.iter(|| runtime.block_on(sleepers::tokio(black_box(1000), Duration::from_millis(1))));
    });
    group.finish();
}

criterion_group!(benches, sums, waits);
criterion_main!(benches);
