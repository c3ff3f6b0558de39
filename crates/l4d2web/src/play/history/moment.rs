/// What is kept of one look at a server.
#[derive(Debug, Clone, PartialEq)]
pub struct Moment {
    /// When, Unix seconds.
    pub at: i64,
    /// The map.
    pub map: String,
    /// The mode as the console calls it; empty when it is not known.
    pub mode: String,
    /// People, without bots.
    pub players: i64,
    /// Frames a second.
    pub fps: Option<f64>,
    /// Percent of one core.
    pub cpu: Option<f64>,
    /// Bytes.
    pub memory: Option<u64>,
}
