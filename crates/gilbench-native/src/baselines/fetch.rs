//! Many GET requests to the workload's server, each over a connection of its own, or over connections that are kept.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use gilbench_model::protocol::Request;
use reqwest::{Client, StatusCode};

use crate::baseline::{Baseline, PrepareError, other, parameter, runtime, server, unsupported, widen};

/// Prepares a strategy.
pub(crate) fn prepare(request: &Request) -> Result<Baseline, PrepareError> {
    let (requests, server) = (parameter(request, "requests")?, server(request)?);
    let (client, runtime) = (client().map_err(other)?, runtime()?);
    Ok(match request.strategy.as_str() {
        "sequential" => {
            Box::new(move || Ok(widen(runtime.block_on(sequential(&client, &server, requests))?)))
        }
        "tokio" => Box::new(move || Ok(widen(runtime.block_on(tokio(&client, &server, requests))?))),
        "tokio-keep-alive" => {
            let client = Client::builder().no_proxy().build().map_err(other)?;
            let workers = request.workers.into();
            Box::new(move || {
                Ok(widen(runtime.block_on(tokio_keep_alive(&client, &server, requests, workers))?))
            })
        }
        _ => return Err(unsupported(request)),
    })
}

/// A client that neither reuses connections nor asks a proxy.
pub fn client() -> reqwest::Result<Client> {
    Client::builder().pool_max_idle_per_host(0).no_proxy().build()
}

/// Lengths of the bodies, one request after another.
pub async fn sequential(client: &Client, server: &str, requests: u64) -> reqwest::Result<Vec<u64>> {
    let mut lengths = Vec::new();
    for item in 0..requests {
        lengths.push(get(client, server, item).await?);
    }
    Ok(lengths)
}

/// Lengths of the bodies, all requests at once.
pub async fn tokio(client: &Client, server: &str, requests: u64) -> reqwest::Result<Vec<u64>> {
    let tasks: Vec<_> = (0..requests)
        .map(|item| {
            let (client, server) = (client.clone(), server.to_owned());
            tokio::spawn(async move { get(&client, &server, item).await })
        })
        .collect();
    let mut lengths = Vec::new();
    for task in tasks {
        match task.await {
            Ok(length) => lengths.push(length?),
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }
    Ok(lengths)
}

/// Lengths of the bodies, as many requests at once as there are workers, over connections that are kept.
pub async fn tokio_keep_alive(
    client: &Client,
    server: &str,
    requests: u64,
    workers: u64,
) -> reqwest::Result<Vec<u64>> {
    let next = Arc::new(AtomicU64::new(0));
    let tasks: Vec<_> = (0..workers)
        .map(|_| {
            let (client, server, next) = (client.clone(), server.to_owned(), Arc::clone(&next));
            tokio::spawn(async move {
                let mut lengths = Vec::new();
                loop {
                    let item = next.fetch_add(1, Ordering::Relaxed);
                    if item >= requests {
                        return reqwest::Result::Ok(lengths);
                    }
                    lengths.push((item, get(&client, &server, item).await?));
                }
            })
        })
        .collect();
    let mut lengths = Vec::new();
    for task in tasks {
        match task.await {
            Ok(found) => lengths.extend(found?),
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }
    lengths.sort_unstable();
    Ok(lengths.into_iter().map(|(_, length)| length).collect())
}

async fn get(client: &Client, server: &str, item: u64) -> reqwest::Result<u64> {
    let response = client.get(format!("{server}/item/{item}")).send().await?;
    // A refusal is an answer too, and an empty one; anything else that is not a success is a mistake.
    let refused = response.status() == StatusCode::SERVICE_UNAVAILABLE;
    let response = if refused { response } else { response.error_for_status()? };
    Ok(response.bytes().await?.len() as u64)
}
