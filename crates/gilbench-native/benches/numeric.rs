//! The native baselines of the workloads about NumPy, SciPy and pandas, one benchmark each.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use gilbench_native::baselines::{numpy_exp, numpy_sort, pandas_files, scipy_fft};

fn exponentials(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("numpy-exp");
    group.sample_size(10);
    let numbers = numpy_exp::numbers(100_000);
    group.bench_function("sequential", |bencher| {
        bencher.iter(|| numpy_exp::sequential(black_box(&numbers), 4));
    });
    group.bench_function("rayon", |bencher| bencher.iter(|| numpy_exp::rayon(black_box(&numbers), 4)));
    group.finish();
}

fn sorts(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("numpy-sort");
    group.sample_size(10);
    let arrays = numpy_sort::arrays(100_000, 4);
    group.bench_function("sequential", |bencher| {
        bencher.iter(|| numpy_sort::sequential(black_box(&arrays)));
    });
    group.bench_function("rayon", |bencher| bencher.iter(|| numpy_sort::rayon(black_box(&arrays))));
    group.finish();
}

fn files(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("pandas-files");
    group.sample_size(10);
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let paths = pandas_files::write(folder.path(), 4, 10_000).expect("files can be written there");
    group.bench_function("sequential", |bencher| {
        bencher.iter(|| pandas_files::sequential(black_box(&paths)));
    });
    group.bench_function("rayon", |bencher| bencher.iter(|| pandas_files::rayon(black_box(&paths))));
    group.finish();
}

fn transforms(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("scipy-fft");
    group.sample_size(10);
    let signal = scipy_fft::signal(100_000);
    group.bench_function("transform", |bencher| bencher.iter(|| scipy_fft::transform(black_box(&signal))));
    group.finish();
}

criterion_group!(benches, exponentials, sorts, files, transforms);
criterion_main!(benches);
