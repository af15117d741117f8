//! The native baselines of the workloads that compute in the interpreter and in its libraries.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use gilbench_native::baselines::{dicts, fib, hashing, json, objects, regex, sort_key, text_replace, zlib};

/// As the workloads have them by default, a tenth or so of the work each.
fn computing(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("computing");
    group.sample_size(10);
    group.bench_function("fib/20", |bencher| bencher.iter(|| fib::sequential(black_box(20), 8)));
    group.bench_function("objects/100x30", |bencher| {
        bencher.iter(|| objects::sequential(black_box(100), 30, 8));
    });
    group.bench_function("dicts/5x1600", |bencher| bencher.iter(|| dicts::sequential(black_box(5), 1600, 8)));
    group.bench_function("sort-key/3000", |bencher| {
        bencher.iter(|| sort_key::sequential(black_box(3000), 8));
    });
    group.bench_function("json/400", |bencher| bencher.iter(|| json::sequential(black_box(400), 1, 8)));
    let patterns = regex::Patterns::new().expect("the patterns are well-formed");
    group.bench_function("regex/1000", |bencher| {
        bencher.iter(|| regex::sequential(&patterns, black_box(1000), 1, 8));
    });
    group.bench_function("text-replace/2000", |bencher| {
        bencher.iter(|| text_replace::sequential(black_box(2000), 1, 8));
    });
    group.finish();
}

/// As many bytes in buffers of several lengths.
fn libraries(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("libraries");
    group.sample_size(10);
    for length in [1 << 10, 16 << 10, 256 << 10] {
        let (data, buffers) = (hashing::buffer(length), (256 << 10) / length as u64);
        group.bench_function(format!("hashing/{length}"), |bencher| {
            bencher.iter(|| hashing::sequential(&data, black_box(buffers), 8));
        });
        let data = zlib::buffer(length);
        group.bench_function(format!("zlib/{length}"), |bencher| {
            bencher.iter(|| zlib::sequential(&data, black_box(buffers), 8));
        });
    }
    group.finish();
}

criterion_group!(benches, computing, libraries);
criterion_main!(benches);
