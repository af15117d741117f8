//! Compressing a buffer and decompressing it again, over and over, by `flate2` with zlib-rs below it: zlib's algorithm at
//! the same level, in Rust.

use std::hint::black_box;
use std::io::{self, Read, Write};

use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};
use gilbench_model::protocol::Request;
use rayon::prelude::*;

use crate::baseline::{Baseline, PrepareError, count, parameter, threads, unsupported, widen};

/// Prepares a strategy.
pub(crate) fn prepare(request: &Request) -> Result<Baseline, PrepareError> {
    let tasks = parameter(request, "tasks")?;
    let (data, buffers) = (buffer(count(request, "buffer-bytes")?), parameter(request, "buffers")?);
    Ok(match request.strategy.as_str() {
        "sequential" => Box::new(move || Ok(widen(sequential(&data, buffers, tasks)?))),
        "rayon" => {
            let threads = threads(request)?;
            Box::new(move || Ok(widen(threads.install(|| rayon(&data, buffers, tasks))?)))
        }
        _ => return Err(unsupported(request)),
    })
}

/// A block of numbers, as often as it fits. It is longer than the 32 KiB in which zlib looks for repetitions.
pub fn buffer(length: usize) -> Vec<u8> {
    let numbers: Vec<String> = (0..14_000_u64).map(|k| (k * k % 9973).to_string()).collect();
    let block = numbers.join(" ").into_bytes();
    block[..65_536].iter().copied().cycle().take(length).collect()
}

/// The sum of the checksums of what comes back.
pub fn checksum(data: &[u8], times: u64) -> io::Result<u64> {
    (0..times).map(|_| Ok(u64::from(checksum_of(&decompress(&compress(black_box(data))?)?)))).sum()
}

fn compress(data: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::new(6));
    encoder.write_all(data)?;
    encoder.finish()
}

fn decompress(packed: &[u8]) -> io::Result<Vec<u8>> {
    let mut data = Vec::new();
    ZlibDecoder::new(packed).read_to_end(&mut data)?;
    Ok(data)
}

fn checksum_of(data: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(data);
    crc.sum()
}

/// All tasks, one after another.
pub fn sequential(data: &[u8], buffers: u64, tasks: u64) -> io::Result<Vec<u64>> {
    (0..tasks).map(|_| checksum(data, buffers)).collect()
}

/// All tasks, on as many threads as the current rayon pool has.
pub fn rayon(data: &[u8], buffers: u64, tasks: u64) -> io::Result<Vec<u64>> {
    (0..tasks).into_par_iter().map(|_| checksum(data, buffers)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_back_is_what_went_in() {
        // The check value of CRC-32: that of the nine digits.
        assert_eq!(checksum(b"123456789", 2).unwrap(), 2 * 0xcbf4_3926);
        let data = buffer(200_000);
        assert_eq!(data.len(), 200_000);
        assert!(data.starts_with(b"0 1 4 9 16 25"));
        let packed = compress(&data).unwrap();
        assert!(packed.len() < data.len());
        assert_eq!(decompress(&packed).unwrap(), data);
        assert_eq!(sequential(&data, 1, 3).unwrap(), rayon(&data, 1, 3).unwrap());
    }
}
