//! `l4d2ctl start`, `stop`, `restart`, `reset` and `delete`: they differ in what they call.

use clap::Args;

use super::{CliError, Context};
use crate::instance;
use crate::name::InstanceName;

macro_rules! verb {
    ($(#[$doc:meta])* $type:ident, $function:path) => {
        $(#[$doc])*
        #[derive(Debug, Args)]
        pub(super) struct $type {
            /// Name of the server.
            name: InstanceName,
        }

        impl $type {
            pub(super) fn run(self, context: &Context) -> Result<(), CliError> {
                Ok($function(&context.root, &context.systemd, &self.name)?)
            }
        }
    };
}

verb!(
    /// Start a server on what is published now, now and at each boot.
    Start,
    instance::start
);
verb!(
    /// Stop a server, now and for the next boots.
    Stop,
    instance::stop
);
verb!(
    /// Stop a server and start it on what is published now.
    Restart,
    instance::restart
);
verb!(
    /// Stop a server and remove all that it wrote; its spec stays.
    Reset,
    instance::reset
);
verb!(
    /// Stop a server and remove it; one that does not exist is no error.
    Delete,
    instance::delete
);
