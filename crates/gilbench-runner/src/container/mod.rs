//! Interpreters in containers: the engine, what a container may do, and the images.
//!
//! A worker is measured in a container exactly as it is outside: the launcher runs inside, as the container's first
//! process, and is spoken to over a socket that is mounted into it. So the clock, the time limit and the accounting of
//! the process tree are on the inside, and starting the container is never in a time. One container serves many
//! workers, each a fresh process; between two workers nothing but the launcher runs in it.
//!
//! Not responsible for: choosing which interpreters are measured in a container (discovery and plan), or what a
//! launcher does (`launcher`).

mod engine;
mod image;
mod installing;
mod interpreters;
mod pool;
mod spec;

pub use engine::{Choice, Engine, EngineError, Waiting, find};
pub use image::{has_image, image_bytes, image_name, provide, remove_image, unused_systems};
pub(crate) use installing::Installing;
pub use interpreters::{Containers, Found};
pub use pool::{Demand, Pool, PoolError};
pub(crate) use spec::SCRATCH;
pub use spec::{Container, Mount};
