//! Many waits: one after another, and all at once.

use std::time::Duration;

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
