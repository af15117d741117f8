//! Words of the system as text that JSON can carry.
//!
//! Names and values of the environment are bytes without a NUL; mostly they are UTF-8, and then stand for themselves.
//! Others are carried as a NUL and a character for each byte, U+0000 to U+00FF. No word holds a NUL, so that none can
//! be mistaken.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

/// In front of a word that is not UTF-8.
const MARK: char = '\0';

/// A word of the system as text, for a [`Launch`](super::Launch).
pub fn carried(word: OsString) -> String {
    word.into_string().unwrap_or_else(|word| {
        std::iter::once(MARK).chain(word.into_vec().into_iter().map(char::from)).collect()
    })
}

/// The word that is carried by a text.
pub(super) fn restored(text: &str) -> OsString {
    let bytes =
        text.strip_prefix(MARK).and_then(|rest| rest.chars().map(|byte| u8::try_from(byte).ok()).collect());
    bytes.map_or_else(|| text.into(), OsString::from_vec)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_restored_as_it_was() {
        let all: Vec<u8> = (1..=u8::MAX).collect();
        for bytes in [&all[..], b"", b"plain", "\u{e9}\u{20ac}".as_bytes(), b"\xff", b"caf\xe9"] {
            let word = OsString::from_vec(bytes.to_vec());
            let text = serde_json::to_string(&carried(word.clone())).unwrap();
            assert_eq!(restored(&serde_json::from_str::<String>(&text).unwrap()), word);
        }
        assert_eq!(carried("plain".into()), "plain");
    }

    #[test]
    fn text_that_carries_no_word_stays_as_it_is() {
        assert_eq!(restored("\0\u{20ac}"), OsString::from("\0\u{20ac}"));
    }
}
