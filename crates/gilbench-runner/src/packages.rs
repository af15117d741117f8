//! Packages of an interpreter: locks them, and installs them into an environment of their own.
//!
//! Nothing is installed that its lock does not have with a digest, and nothing into the interpreter itself. An
//! environment belongs to one executable: when that changes, a new one is made. It is used when its marker is there,
//! which is written last.

mod environment;
mod lock;
mod request;
mod sweep;

pub(crate) use self::environment::{FOLDER, UNSET};
pub use self::environment::{InImage, Wanted, environment_of, install};
pub use self::lock::{Locking, lock};
pub use self::request::{Missing, Packaging, Provided, Request};
pub(crate) use self::sweep::unused;
