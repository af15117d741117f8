//! Every native baseline, by the name of its workload. A new one is a module here and a line in `prepare`.

pub mod context_switch;
pub mod convoy;
mod csv_files;
pub mod dicts;
pub mod fetch;
pub mod fib;
pub mod files;
pub mod foreign_function;
pub mod hand_over;
pub mod hashing;
pub mod integer_chain;
pub mod json;
pub mod lock_contention;
pub mod loopback;
pub mod matrix_products;
pub mod memory_copy;
pub mod numpy_exp;
pub mod numpy_object;
pub mod numpy_small;
pub mod numpy_sort;
pub mod objects;
pub mod pandas_apply;
pub mod pandas_files;
pub mod pandas_groupby;
pub mod pandas_read_csv;
pub mod payload;
pub mod peaks;
pub mod pipeline;
pub mod process_starts;
pub mod random;
pub mod reference_counts;
pub mod regex;
pub mod scipy_fft;
pub mod shared_array;
pub mod shared_state;
pub mod sleepers;
pub mod sort_key;
pub mod sum_squares;
pub mod syscalls;
pub mod text_replace;
pub mod zlib;

use gilbench_model::protocol::Request;

use crate::baseline::{Baseline, PrepareError, unsupported};

/// Prepares what a request asks for: everything that is not to be timed, such as pools, runtimes, clients and data.
pub(crate) fn prepare(request: &Request) -> Result<Baseline, PrepareError> {
    match request.workload.as_str() {
        "context-switch" => context_switch::prepare(request),
        "convoy" => convoy::prepare(request),
        "dicts" => dicts::prepare(request),
        "fetch" => fetch::prepare(request),
        "fib" => fib::prepare(request),
        "files" => files::prepare(request),
        "float-peak" => peaks::prepare(request, peaks::float),
        "foreign-function" => foreign_function::prepare(request),
        "hand-over" => hand_over::prepare(request),
        "hashing" => hashing::prepare(request),
        "integer-chain" => integer_chain::prepare(request),
        "integer-peak" => peaks::prepare(request, peaks::integer),
        "interpreters" | "joblib" | "profilers" | "sum-squares" | "switch-interval" => {
            sum_squares::prepare(request)
        }
        "jax-matmul" => matrix_products::prepare_jax(request),
        "json" => json::prepare(request),
        "lock-contention" => lock_contention::prepare(request),
        "loopback" => loopback::prepare(request),
        "matrix-multiply" => matrix_products::prepare_drawn(request),
        "memory-copy" => memory_copy::prepare(request),
        "numpy-dot" => matrix_products::prepare_dot(request),
        "numpy-exp" => numpy_exp::prepare(request),
        "numpy-object" => numpy_object::prepare(request),
        "numpy-small" => numpy_small::prepare(request),
        "numpy-sort" => numpy_sort::prepare(request),
        "objects" => objects::prepare(request),
        "pandas-apply" => pandas_apply::prepare(request),
        "pandas-files" => pandas_files::prepare(request),
        "pandas-groupby" => pandas_groupby::prepare(request),
        "pandas-read-csv" => pandas_read_csv::prepare(request),
        "payload" => payload::prepare(request),
        "pipeline" => pipeline::prepare(request),
        "process-starts" => process_starts::prepare(request),
        "random" => random::prepare(request),
        "reference-counts" => reference_counts::prepare(request),
        "regex" => regex::prepare(request),
        "scipy-fft" => scipy_fft::prepare(request),
        "shared-array" => shared_array::prepare(request),
        "shared-state" => shared_state::prepare(request),
        "sleepers" => sleepers::prepare(request),
        "sort-key" => sort_key::prepare(request),
        "syscalls" => syscalls::prepare(request),
        "text-replace" => text_replace::prepare(request),
        "zlib" => zlib::prepare(request),
        _ => Err(unsupported(request)),
    }
}
