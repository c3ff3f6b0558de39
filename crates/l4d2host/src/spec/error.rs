//! What can be wrong with a spec.

use crate::exit::{self, ExitCode};

/// Why a spec was refused.
#[derive(Debug, thiserror::Error)]
pub enum SpecError {
    /// It is longer than any real one.
    #[error("spec is longer than 256 KiB: a spec is a short YAML file with port, overlays, arguments and config")]
    TooLong,
    /// It is not text.
    #[error("spec is not text (byte {offset} is not UTF-8, or is a control character): a spec is a short YAML file")]
    Binary {
        /// Where, from 0.
        offset: usize,
    },
    /// It is not YAML, or not the YAML that a spec is.
    #[error("line {line}, column {column}: {message}")]
    At {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
        /// What is wrong there.
        message: String,
    },
    /// It is wrong as a whole.
    #[error("{0}")]
    Whole(String),
}

impl ExitCode for SpecError {
    fn exit_code(&self) -> u8 {
        exit::DATA
    }
}
