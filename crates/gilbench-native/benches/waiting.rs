//! The native baselines of workloads that wait: files, round trips and requests. How the workloads' server holds when
//! all come at once is in `server.rs`; sleepers are with the rest in `baselines.rs`.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use gilbench_native::baselines::{fetch, files::Files, loopback::Echo};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

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

/// Requests to a server that answers at once, on a thread of its own: what the clients themselves take. `convoy` is one
/// request after another over a connection that is kept.
fn requests(criterion: &mut Criterion) {
    let serving = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let serving = serving.expect("a runtime with a thread can be built");
    let server = serving.block_on(async {
        let server = MockServer::builder().disable_request_recording().start().await;
        let answer = ResponseTemplate::new(200).set_body_bytes(vec![b'x'; 1024]);
        Mock::given(any()).respond_with(answer).mount(&server).await;
        server
    });
    let asking = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let asking = asking.expect("a runtime of one thread can be built");
    let fresh = fetch::client().expect("a client can be built");
    let kept = reqwest::Client::builder().no_proxy().build().expect("a client can be built");
    let mut group = criterion.benchmark_group("fetch");
    group.sample_size(10);
    group.bench_function("sequential/20", |bencher| {
        bencher.iter(|| asking.block_on(fetch::sequential(&fresh, &server.uri(), black_box(20))));
    });
    group.bench_function("tokio/20", |bencher| {
        bencher.iter(|| asking.block_on(fetch::tokio(&fresh, &server.uri(), black_box(20))));
    });
    group.bench_function("tokio-keep-alive/20", |bencher| {
        bencher.iter(|| asking.block_on(fetch::tokio_keep_alive(&kept, &server.uri(), black_box(20), 10)));
    });
    group.bench_function("convoy/20", |bencher| {
        bencher.iter(|| asking.block_on(fetch::sequential(&kept, &server.uri(), black_box(20))));
    });
    group.finish();
}

criterion_group!(benches, reading, round_trips, requests);
criterion_main!(benches);
