//! `left4me-overlay` on a real kernel, in a sandbox each: proofs 4, 6, 7 and 8 where they are about mounts.

mod attacks;
mod cycles;
mod kills;
mod races;
mod views;
