//! A byte to another thread and back, over TCP on the loopback interface: what a round trip takes at least.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread::JoinHandle;

use gilbench_model::protocol::Request;

use crate::baseline::{Baseline, PrepareError, other, parameter, unsupported, widen};

/// Prepares a strategy.
pub(crate) fn prepare(request: &Request) -> Result<Baseline, PrepareError> {
    let trips = parameter(request, "trips")?;
    Ok(match request.strategy.as_str() {
        "sequential" => {
            let mut echo = Echo::new().map_err(other)?;
            Box::new(move || Ok(widen([echo.sequential(trips)?])))
        }
        _ => return Err(unsupported(request)),
    })
}

/// A connection to a thread that sends every byte back. Dropping it ends the thread.
#[derive(Debug)]
pub struct Echo {
    stream: Option<TcpStream>,
    thread: Option<JoinHandle<io::Result<()>>>,
}

impl Echo {
    /// Starts the thread and connects.
    pub fn new() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let stream = TcpStream::connect(listener.local_addr()?)?;
        let (mut peer, _) = listener.accept()?;
        for end in [&stream, &peer] {
            end.set_nodelay(true)?;
        }
        let thread = std::thread::spawn(move || {
            let mut byte = [0];
            while peer.read(&mut byte)? == 1 {
                peer.write_all(&byte)?;
            }
            Ok(())
        });
        Ok(Self { stream: Some(stream), thread: Some(thread) })
    }

    /// How many of so many bytes came back as they were sent.
    pub fn sequential(&mut self, trips: u64) -> io::Result<u64> {
        let Some(stream) = &mut self.stream else { return Ok(0) };
        let mut same = 0;
        for trip in 0..trips {
            let sent = trip.to_le_bytes()[0];
            let mut back = [0];
            stream.write_all(&[sent])?;
            stream.read_exact(&mut back)?;
            same += u64::from(back[0] == sent);
        }
        Ok(same)
    }
}

impl Drop for Echo {
    fn drop(&mut self) {
        drop(self.stream.take());
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_comes_back_as_it_was_sent() {
        let mut echo = Echo::new().expect("the loopback interface is up");
        assert_eq!(echo.sequential(300).expect("the thread answers"), 300);
    }
}
