//! Fetching and then processing: one request after another, or all at once and then on threads.

use std::hint::black_box;

use gilbench_model::protocol::Request;
use rayon::prelude::*;
use reqwest::Client;

use super::fetch::client;
use crate::baseline::{
    Baseline, PrepareError, other, parameter, runtime, server, threads, unsupported, widen,
};

/// Prepares a strategy.
pub(crate) fn prepare(request: &Request) -> Result<Baseline, PrepareError> {
    let (requests, passes) = (parameter(request, "requests")?, parameter(request, "passes")?);
    let (client, runtime, server) = (client().map_err(other)?, runtime()?, server(request)?);
    Ok(match request.strategy.as_str() {
        "sequential" => Box::new(move || {
            let mut answer = Vec::new();
            for item in 0..requests {
                let body = runtime.block_on(get(client.clone(), format!("{server}/item/{item}")))?;
                answer.push(process(&body, passes));
            }
            Ok(widen(answer))
        }),
        "tokio-rayon" => {
            let threads = threads(request)?;
            Box::new(move || {
                let bodies = runtime.block_on(get_all(&client, &server, requests))?;
                Ok(widen(threads.install(|| process_all(&bodies, passes))))
            })
        }
        _ => return Err(unsupported(request)),
    })
}

/// All bodies, by requests that are sent at once.
async fn get_all(client: &Client, server: &str, requests: u64) -> reqwest::Result<Vec<Vec<u8>>> {
    let tasks: Vec<_> = (0..requests)
        .map(|item| tokio::spawn(get(client.clone(), format!("{server}/item/{item}"))))
        .collect();
    let mut bodies = Vec::new();
    for task in tasks {
        match task.await {
            Ok(body) => bodies.push(body?),
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }
    Ok(bodies)
}

async fn get(client: Client, url: String) -> reqwest::Result<Vec<u8>> {
    Ok(client.get(url).send().await?.error_for_status()?.bytes().await?.into())
}

/// What is made of all bodies, on as many threads as the current rayon pool has.
pub fn process_all(bodies: &[Vec<u8>], passes: u64) -> Vec<u64> {
    bodies.par_iter().map(|body| process(body, passes)).collect()
}

/// Twice the length, and the squares of the bytes once for each pass; `black_box`, because one pass could stand for
/// all.
pub fn process(body: &[u8], passes: u64) -> u64 {
    let squares = |body: &[u8]| body.iter().map(|&byte| u64::from(byte) * u64::from(byte)).sum::<u64>();
    2 * body.len() as u64 + (0..passes).map(|_| squares(black_box(body))).sum::<u64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pass_adds_the_squares_of_the_bytes() {
        assert_eq!(process(&[3, 4], 0), 4);
        assert_eq!(process(&[3, 4], 2), 4 + 2 * 25);
        assert_eq!(process_all(&[vec![3, 4], vec![]], 1), [4 + 25, 0]);
    }
}
