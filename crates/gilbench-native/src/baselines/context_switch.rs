//! Two threads that pass one byte to and fro over two pipes, each asleep until it comes (the benchmark `lat_ctx` of
//! L. `McVoy` & C. Staelin, "lmbench: Portable Tools for Performance Analysis", USENIX 1996, with threads for processes).

use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::thread;

use gilbench_model::protocol::Request;

use crate::baseline::{Baseline, PrepareError, parameter, unsupported, widen};

/// Prepares a strategy.
pub(crate) fn prepare(request: &Request) -> Result<Baseline, PrepareError> {
    let switches = parameter(request, "switches")?;
    Ok(match request.strategy.as_str() {
        "threads" => Box::new(move || Ok(widen([threads(switches)?]))),
        _ => return Err(unsupported(request)),
    })
}

/// Passes a byte `switches` times, half of them in each direction; says how often it arrived.
pub fn threads(switches: u64) -> io::Result<u64> {
    let (mut there, mut back) = (io::pipe()?, io::pipe()?);
    thread::scope(|scope| {
        let other = scope.spawn(move || {
            (0..switches / 2).map(|_| pass(&mut there.0, &mut back.1)).sum::<io::Result<u64>>()
        });
        let own: u64 = (0..switches / 2)
            .map(|_| {
                there.1.write_all(&[1])?;
                receive(&mut back.0)
            })
            .sum::<io::Result<u64>>()?;
        let others = other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        Ok(own + others)
    })
}

fn pass(from: &mut PipeReader, to: &mut PipeWriter) -> io::Result<u64> {
    let received = receive(from)?;
    to.write_all(&[1])?;
    Ok(received)
}

fn receive(from: &mut PipeReader) -> io::Result<u64> {
    let mut byte = [0];
    from.read_exact(&mut byte)?;
    Ok(byte[0].into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_byte_arrives_every_time() {
        assert_eq!(threads(10).expect("there are pipes"), 10);
    }
}
