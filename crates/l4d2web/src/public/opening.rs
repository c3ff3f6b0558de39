/// How far a server is open to everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Opening {
    /// Whether there is a page of it.
    pub page: bool,
    /// Whether that page hands out the .vpk files that the server has.
    pub files: bool,
}
