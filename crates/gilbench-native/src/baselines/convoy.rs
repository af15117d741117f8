//! Requests to the workload's server, one after another over one connection.

use gilbench_model::protocol::Request;
use reqwest::Client;

use super::fetch;
use crate::baseline::{Baseline, PrepareError, other, parameter, runtime, server, unsupported, widen};

/// Prepares a strategy.
pub(crate) fn prepare(request: &Request) -> Result<Baseline, PrepareError> {
    let (trips, server) = (parameter(request, "trips")?, server(request)?);
    let client = Client::builder().no_proxy().build().map_err(other)?;
    let runtime = runtime()?;
    Ok(match request.strategy.as_str() {
        "sequential" => {
            Box::new(move || Ok(widen(runtime.block_on(fetch::sequential(&client, &server, trips))?)))
        }
        _ => return Err(unsupported(request)),
    })
}
