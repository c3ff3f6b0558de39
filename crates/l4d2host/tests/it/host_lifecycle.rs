//! Proofs 1 and 2 on the real host.
