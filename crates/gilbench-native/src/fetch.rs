//! Many GET requests to the workload's server, each over a connection of its own, as in every other strategy.

use reqwest::Client;

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

async fn get(client: &Client, server: &str, item: u64) -> reqwest::Result<u64> {
    let body = client.get(format!("{server}/item/{item}")).send().await?.error_for_status()?.bytes().await?;
    Ok(body.len() as u64)
}
