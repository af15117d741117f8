//! What the machine can do, and what counting and switching cost it.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use gilbench_native::baselines::{
    context_switch, foreign_function, hand_over, integer_chain, lock_contention, memory_copy, peaks,
    process_starts, reference_counts, shared_state, syscalls,
};

fn arithmetic(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("arithmetic");
    group.sample_size(10);
    for (name, part) in [("float-peak", peaks::float as fn(u64) -> u64), ("integer-peak", peaks::integer)] {
        let work = peaks::Work { operations: 192_000_000, parts: 16, part };
        group.throughput(Throughput::Elements(work.operations));
        group.bench_function(format!("{name}/sequential"), |bencher| {
            bencher.iter(|| peaks::sequential(black_box(work)));
        });
        group.bench_function(format!("{name}/rayon"), |bencher| {
            bencher.iter(|| peaks::rayon(black_box(work)));
        });
    }
    let steps = 4_000_000;
    group.throughput(Throughput::Elements(steps));
    let parts = integer_chain::parts(1, steps, rayon::current_num_threads() as u64);
    group.bench_function("integer-chain/sequential", |bencher| {
        bencher.iter(|| integer_chain::xorshift(black_box(1), steps));
    });
    group.bench_function("integer-chain/rayon", |bencher| {
        bencher.iter(|| integer_chain::rayon(black_box(&parts)));
    });
    group.bench_function("foreign-function/rayon", |bencher| {
        bencher.iter(|| foreign_function::rayon(4, black_box(1000), 1000));
    });
    group.finish();
}

fn memory(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("memory-copy");
    group.sample_size(10);
    group.throughput(Throughput::Bytes(2 << 26));
    let mut blocks = memory_copy::Blocks::new(64);
    group.bench_function("sequential", |bencher| {
        bencher.iter(|| blocks.copy(1, memory_copy::sequential));
    });
    group.bench_function("rayon", |bencher| {
        bencher.iter(|| blocks.copy(1, memory_copy::rayon));
    });
    group.finish();
}

fn counting(criterion: &mut Criterion) {
    let increments = 1_600_000;
    let mut group = criterion.benchmark_group("counting");
    group.sample_size(10);
    group.throughput(Throughput::Elements(increments));
    group.bench_function("plain", |bencher| {
        bencher.iter(|| reference_counts::plain(black_box(increments)));
    });
    group.bench_function("biased", |bencher| {
        bencher.iter(|| reference_counts::biased(black_box(increments)));
    });
    for threads in [1, 2] {
        group.bench_function(format!("atomic/{threads}"), |bencher| {
            bencher.iter(|| reference_counts::atomic(black_box(increments), threads));
        });
    }
    group.bench_function("shared-state/rayon", |bencher| {
        bencher.iter(|| shared_state::rayon(black_box(increments / 4), 4));
    });
    group.bench_function("lock-contention/rayon", |bencher| {
        bencher.iter(|| lock_contention::rayon(black_box(100), increments / 100));
    });
    group.finish();
}

fn switching(criterion: &mut Criterion) {
    let switches = 2000;
    let mut group = criterion.benchmark_group("switching");
    group.sample_size(10);
    group.throughput(Throughput::Elements(switches));
    group.bench_function("pipes", |bencher| {
        bencher.iter(|| context_switch::threads(black_box(switches)));
    });
    group.bench_function("locks", |bencher| {
        bencher.iter(|| hand_over::threads(black_box(switches / 2)));
    });
    group.finish();
}

fn kernel(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("kernel");
    group.sample_size(10);
    group.throughput(Throughput::Elements(5000));
    group.bench_function("syscalls", |bencher| bencher.iter(|| syscalls::sequential(black_box(5000))));
    group.throughput(Throughput::Elements(10));
    group.bench_function("process-starts", |bencher| {
        bencher.iter(|| process_starts::sequential(black_box(10)));
    });
    group.finish();
}

criterion_group!(benches, arithmetic, memory, counting, switching, kernel);
criterion_main!(benches);
