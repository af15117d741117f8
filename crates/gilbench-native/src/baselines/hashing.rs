//! SHA-256 of the same buffer over and over, by the crate `sha2`: like OpenSSL with the CPU's own instructions, where it has
//! some.

use std::hint::black_box;

use gilbench_model::protocol::Request;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::baseline::{Baseline, PrepareError, count, parameter, threads, unsupported, widen};

/// Prepares a strategy.
pub(crate) fn prepare(request: &Request) -> Result<Baseline, PrepareError> {
    let tasks = parameter(request, "tasks")?;
    let (data, buffers) = (buffer(count(request, "buffer-bytes")?), parameter(request, "buffers")?);
    Ok(match request.strategy.as_str() {
        "sequential" => Box::new(move || Ok(widen(sequential(&data, buffers, tasks)))),
        "rayon" => {
            let threads = threads(request)?;
            Box::new(move || Ok(widen(threads.install(|| rayon(&data, buffers, tasks)))))
        }
        _ => return Err(unsupported(request)),
    })
}

/// As many bytes, 0 to 255 over and over.
pub fn buffer(length: usize) -> Vec<u8> {
    (0..=u8::MAX).cycle().take(length / 256 * 256).collect()
}

/// The first eight bytes of the digest, as a number.
pub fn digest(data: &[u8], times: u64) -> u64 {
    (0..times).fold(0, |_, _| {
        let digest = Sha256::digest(black_box(data));
        digest[..8].iter().fold(0, |number, &byte| number << 8 | u64::from(byte))
    })
}

/// All tasks, one after another.
pub fn sequential(data: &[u8], buffers: u64, tasks: u64) -> Vec<u64> {
    (0..tasks).map(|_| digest(data, buffers)).collect()
}

/// All tasks, on as many threads as the current rayon pool has.
pub fn rayon(data: &[u8], buffers: u64, tasks: u64) -> Vec<u64> {
    (0..tasks).into_par_iter().map(|_| digest(data, buffers)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_that_of_the_standard() {
        // FIPS 180-4's example: the digest of `abc` begins with ba7816bf 8f01cfea.
        assert_eq!(digest(b"abc", 2), 0xba78_16bf_8f01_cfea);
        assert_eq!(buffer(1000).len(), 768);
        assert_eq!(sequential(b"abc", 1, 3), rayon(b"abc", 1, 3));
    }
}
