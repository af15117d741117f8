//! Many waits: one after another, and all at once.

use std::time::Duration;

use gilbench_model::protocol::Request;

use crate::baseline::{Baseline, PrepareError, parameter, runtime, unsupported, widen};

/// Prepares a strategy.
pub(crate) fn prepare(request: &Request) -> Result<Baseline, PrepareError> {
    let waiters = parameter(request, "waiters")?;
    let delay = Duration::from_millis(parameter(request, "delay-ms")?);
    Ok(match request.strategy.as_str() {
        "sequential" => Box::new(move || Ok(widen(sequential(waiters, delay)))),
        "tokio" => {
            let runtime = runtime()?;
            Box::new(move || Ok(widen(runtime.block_on(tokio(waiters, delay)))))
        }
        _ => return Err(unsupported(request)),
    })
}

/// One wait after another.
pub fn sequential(waiters: u64, delay: Duration) -> Vec<u64> {
    (0..waiters).inspect(|_| std::thread::sleep(delay)).collect()
}

/// All waits at once, as tasks on one thread.
pub async fn tokio(waiters: u64, delay: Duration) -> Vec<u64> {
    let tasks: Vec<_> = (0..waiters)
        .map(|waiter| {
            tokio::spawn(async move {
                tokio::time::sleep(delay).await;
                waiter
            })
        })
        .collect();
    let mut done = Vec::new();
    for task in tasks {
        done.extend(task.await.ok());
    }
    done
}
