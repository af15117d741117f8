//! The native baselines of the workloads about NumPy, SciPy, pandas and JAX, one benchmark each.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use gilbench_native::baselines::{
    matrix_products, numpy_exp, numpy_object, numpy_small, numpy_sort, pandas_apply, pandas_files,
    pandas_groupby, pandas_read_csv, random, scipy_fft,
};

/// Products on one thread; their throughput is in operations, two for each step of the innermost loop.
fn products(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("numpy-dot");
    group.sample_size(10);
    for n in [200, 500, 1000] {
        let pair = matrix_products::whole_numbers(0, n);
        group.throughput(Throughput::Elements(2 * (n as u64).pow(3)));
        group.bench_function(format!("{n}"), |bencher| bencher.iter(|| matrix_products::multiply(&pair)));
    }
    group.finish();
    let mut group = criterion.benchmark_group("matrix-multiply");
    group.sample_size(10);
    group.bench_function("1000", |bencher| {
        bencher.iter(|| matrix_products::draw_and_multiply(black_box(0), 1000));
    });
    group.finish();
}

/// One task each; threads do several of them.
fn tasks(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("numeric");
    group.sample_size(10);
    group.bench_function("random/1000000", |bencher| {
        bencher.iter(|| random::mean_in_tenths(black_box(0), 1_000_000));
    });
    let numbers: Vec<u64> = (1000..201_000).collect();
    group.bench_function("numpy-object/200000", |bencher| {
        bencher.iter(|| numpy_object::sum_of_squares(&numbers));
    });
    group.bench_function("numpy-small/10000", |bencher| {
        bencher.iter(|| numpy_small::many_steps(black_box(10_000)));
    });
    let frame = pandas_groupby::frame(0, 1_000_000, 1000);
    group.bench_function("pandas-groupby/1000000", |bencher| {
        bencher.iter(|| pandas_groupby::weighted_sums(&frame));
    });
    let rows = pandas_apply::frame(0, 2500);
    group.bench_function("pandas-apply/2500", |bencher| bencher.iter(|| pandas_apply::sum_of_rows(&rows)));
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let paths = pandas_read_csv::write(folder.path(), 1, 200_000).expect("files can be written there");
    group.bench_function("pandas-read-csv/200000", |bencher| {
        bencher.iter(|| pandas_read_csv::sequential(black_box(&paths)));
    });
    group.finish();
}

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

criterion_group!(benches, products, tasks, exponentials, sorts, files, transforms);
criterion_main!(benches);
