# `just` lists the recipes.
default:
    @just --list --unsorted

# Find interpreters, measure the quick suite, decide the claims, render the site
bench-all *ARGS:
    cargo bench-all {{ARGS}}

# All tests
test:
    cargo test --workspace

# Everything that the gate checks besides tests: format, lints, docs, data files
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --quiet
    ruff check .
    ruff format --check .
    cargo run --quiet --package gilbench -- check

# The Python side's own tests, on every Python given
test-workers *PYTHONS="python3":
    for python in {{PYTHONS}}; do "$python" -m unittest discover -s workloads/_worker/tests; done

# Micro-benchmarks of the native baselines and the estimators
bench:
    cargo bench -p gilbench-native -p gilbench-analysis

# Do the intervals hold? Coverage and width by simulation, the tables of docs/methodology.md: about five minutes
validate-statistics *ARGS:
    cargo run --quiet --release -p gilbench-analysis --example validate_statistics -- {{ARGS}}

# What the harness itself costs: per process beside hyperfine, planning, rendering; and what watching costs a program
perf:
    cargo bench -p gilbench --bench perf
    cargo bench -p gilbench --bench watching
    cargo bench -p gilbench-report --bench render

# How often is the diagnosis right? By the labelled corpus, for ID=PATH of each Python with NumPy: an hour for two of them
judge-diagnose +PYTHONS:
    cargo build --quiet --release -p gilbench
    python3 crates/gilbench/tests/corpus/judge.py --gilbench "$PWD/target/release/gilbench" $(printf -- '--python %s ' {{PYTHONS}})

# Write docs/claims.md anew from workloads/claims.yaml
claims-document:
    cargo run --quiet --package gilbench -- claims --document > docs/claims.md

# Draw the README's pictures anew from the published run
pictures:
    cargo run --quiet --package gilbench -- report reports/2026-12-01-two-cpu-vm --png docs/images --chart index/answer-0 \
        --chart timelines/timeline-1-part-0 --chart timelines/timeline-1-part-1

# The same exercise for gilbench, pyperf and hyperfine: false alarms, differences found, seconds. About 20 minutes
versus-peers *ARGS:
    cargo bench -p gilbench --bench versus_peers -- {{ARGS}}

# Look at the site in a real browser: every page light and dark, narrow and wide, on paper, by keyboard, valid (needs Java and pdftotext)
look SITE="target/gilbench/site" SHOTS="target/gilbench/shots":
    npm ci --prefix .ci/browser --no-audit --no-fund --silent
    node .ci/browser/look.mjs {{SITE}} {{SHOTS}}

# The whole gate
ci:
    .ci/run
