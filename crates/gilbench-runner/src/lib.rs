//! Placeholder head; the crate's purpose follows with its first code.
