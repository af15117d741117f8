//! What a native baseline is: prepared once from a request, then timed several times.

use gilbench_model::protocol::Request;
use rayon::prelude::*;

/// What a baseline answers: a list of whole numbers, digested as compact JSON.
pub type Answer = Vec<u128>;

/// A baseline that is ready to be timed.
pub(crate) type Baseline = Box<dyn FnMut() -> Result<Answer, Box<dyn std::error::Error>>>;

/// Why there is no baseline for a request.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PrepareError {
    #[error("no native baseline for {0}")]
    Unsupported(String),
    #[error("missing parameter `{0}`")]
    Parameter(&'static str),
    #[error("missing server")]
    Server,
    #[error(transparent)]
    Other(Box<dyn std::error::Error>),
}

/// Anything else that went wrong while preparing.
pub(crate) fn other(error: impl Into<Box<dyn std::error::Error>>) -> PrepareError {
    PrepareError::Other(error.into())
}

/// There is none for this strategy.
pub(crate) fn unsupported(request: &Request) -> PrepareError {
    PrepareError::Unsupported(format!("{}/{}", request.workload, request.strategy))
}

/// A parameter of the size.
pub(crate) fn parameter(request: &Request, name: &'static str) -> Result<u64, PrepareError> {
    request.parameters.get(name).copied().ok_or(PrepareError::Parameter(name))
}

/// A parameter that counts things in memory.
pub(crate) fn count(request: &Request, name: &'static str) -> Result<usize, PrepareError> {
    parameter(request, name).map(|count| usize::try_from(count).unwrap_or(usize::MAX))
}

/// The address of the workload's server.
pub(crate) fn server(request: &Request) -> Result<String, PrepareError> {
    request.server.clone().ok_or(PrepareError::Server)
}

/// A rayon pool of as many threads as the request has workers.
pub(crate) fn threads(request: &Request) -> Result<rayon::ThreadPool, PrepareError> {
    let threads = usize::try_from(request.workers).unwrap_or(1);
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().map_err(other)
}

/// A runtime of one thread, as asyncio has.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, PrepareError> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(other)
}

/// An answer of small numbers.
pub(crate) fn widen(numbers: impl IntoIterator<Item = u64>) -> Answer {
    numbers.into_iter().map(u128::from).collect()
}

/// The usual pair of strategies: the same computation on every input, one after another or on a pool of threads. Both
/// answer with a number for each input, in their order.
pub(crate) fn each<T: Send + Sync + 'static>(
    request: &Request,
    inputs: Vec<T>,
    compute: fn(&T) -> u128,
) -> Result<Baseline, PrepareError> {
    Ok(match request.strategy.as_str() {
        "sequential" => Box::new(move || Ok(inputs.iter().map(compute).collect())),
        "rayon" => {
            let threads = threads(request)?;
            Box::new(move || Ok(threads.install(|| inputs.par_iter().map(compute).collect())))
        }
        _ => return Err(unsupported(request)),
    })
}

/// The whole number that a floating-point number is; none of them is negative or too large.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "see above")]
pub(crate) fn whole(number: f64) -> u128 {
    number as u128
}
