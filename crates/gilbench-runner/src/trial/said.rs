//! What a program printed: how much, its end, and a digest of its beginning.

use sha2::{Digest, Sha256};

/// The digest is of so much at the most: to take it of a gigabyte would keep a CPU busy that the program needs.
const DIGESTED: u64 = 4 * 1024 * 1024;

/// So much of the end is kept, for messages.
const KEPT: usize = 4 * 1024;

/// What was printed.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// How many bytes.
    pub bytes: u64,
    digest: Sha256,
    end: Vec<u8>,
}

impl Said {
    pub(super) fn take(&mut self, bytes: &[u8]) {
        let room = DIGESTED.saturating_sub(self.bytes);
        let room = usize::try_from(room).unwrap_or(usize::MAX).min(bytes.len());
        self.digest.update(&bytes[..room]);
        self.bytes += bytes.len() as u64;
        self.end.extend_from_slice(&bytes[bytes.len().saturating_sub(KEPT)..]);
        let surplus = self.end.len().saturating_sub(KEPT);
        self.end.drain(..surplus);
    }

    /// Whether another run printed the same, as far as the digest goes.
    pub fn is_same(&self, other: &Self) -> bool {
        self.bytes == other.bytes && self.digest.clone().finalize() == other.digest.clone().finalize()
    }

    /// Its last line that is not empty.
    pub fn last_line(&self) -> Option<String> {
        let text = String::from_utf8_lossy(&self.end);
        text.lines().map(str::trim).rfind(|line| !line.is_empty()).map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_words_in_other_pieces_are_the_same() {
        let (mut a, mut b) = (Said::default(), Said::default());
        a.take(b"one\ntwo\n\n");
        b.take(b"one\n");
        assert!(!a.is_same(&b));
        b.take(b"two\n\n");
        assert!(a.is_same(&b));
        assert_eq!(a.last_line().as_deref(), Some("two"));
    }

    #[test]
    fn of_much_only_the_end_is_kept() {
        let mut said = Said::default();
        for _ in 0..3000 {
            said.take(&[b'x'; 4096]);
        }
        assert_eq!((said.bytes, said.end.len()), (3000 * 4096, KEPT));
    }
}
