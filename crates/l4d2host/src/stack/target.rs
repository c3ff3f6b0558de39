//! Which stack a call is about, and everything that follows from its name.

use crate::name::{BuildName, InstanceName};

/// A stack: of a server, or of a build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The stack of `left4me-server@<name>`.
    Server(InstanceName),
    /// The stack of `left4me-build@<id>`, or of the steamcmd passes.
    Build(BuildName),
}

impl Target {
    /// `server` or `build`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Server(_) => "server",
            Self::Build(_) => "build",
        }
    }

    /// The name without its kind; also the `source` of the mount.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Server(name) => name.as_str(),
            Self::Build(name) => name.as_str(),
        }
    }

    /// `<kind>-<name>`, unique among all stacks.
    #[must_use]
    pub fn label(&self) -> String {
        format!("{}-{}", self.kind(), self.name())
    }

    /// The unit that runs on this stack, without `.service`. The steamcmd passes share one name.
    #[must_use]
    pub fn unit(&self) -> String {
        match self {
            Self::Server(name) => format!("left4me-server@{name}"),
            Self::Build(BuildName::Installation) => "left4me-steamcmd".to_owned(),
            Self::Build(BuildName::Overlay(id)) => format!("left4me-build@{id}"),
        }
    }

    /// The unit's user, made up by systemd while the unit is up.
    #[must_use]
    pub fn user(&self) -> String {
        match self {
            Self::Server(name) => format!("l4d2s-{name}"),
            Self::Build(BuildName::Installation) => "l4d2steam".to_owned(),
            Self::Build(BuildName::Overlay(id)) => format!("l4d2b-{id}"),
        }
    }

    /// The unit's group.
    #[must_use]
    pub fn group(&self) -> &'static str {
        match self {
            Self::Server(_) => "l4d2-game",
            Self::Build(_) => "l4d2-build",
        }
    }

    /// The directory that holds `upper` and `work`, relative to the root.
    #[must_use]
    pub fn runtime(&self) -> String {
        match self {
            Self::Server(name) => format!("runtime/{name}"),
            Self::Build(name) => format!("builds/{name}"),
        }
    }

    /// The file that names the layers, relative to the root.
    #[must_use]
    pub fn pins(&self) -> String {
        match self {
            Self::Server(name) => format!("instances/{name}/pins"),
            Self::Build(name) => format!("builds/{name}/pins"),
        }
    }

    /// The file that holds the arguments of the game, relative to the root; a build has none.
    #[must_use]
    pub fn arguments(&self) -> Option<String> {
        match self {
            Self::Server(name) => Some(format!("instances/{name}/argv")),
            Self::Build(_) => None,
        }
    }

    /// The script of a build, relative to the root; a server has none, and steamcmd has none.
    #[must_use]
    pub fn script(&self) -> Option<String> {
        match self {
            Self::Build(BuildName::Overlay(id)) => Some(format!("builds/{id}/script")),
            Self::Server(_) | Self::Build(BuildName::Installation) => None,
        }
    }

    /// Where the stack is attached.
    #[must_use]
    pub fn mount_point(&self) -> String {
        format!("{}/{}/{}", super::run::RUN, self.kind(), self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::OverlayId;

    #[test]
    fn a_server_and_a_build_of_one_name_share_nothing() {
        let server = Target::Server(InstanceName::parse("5").unwrap());
        let build = Target::Build(BuildName::Overlay(OverlayId::parse("5").unwrap()));
        assert_ne!(server.label(), build.label());
        assert_ne!(server.unit(), build.unit());
        assert_ne!(server.user(), build.user());
        assert_ne!(server.runtime(), build.runtime());
        assert_ne!(server.pins(), build.pins());
        assert_ne!(server.mount_point(), build.mount_point());
    }

    #[test]
    fn the_installation_is_built_by_steamcmd() {
        let build = Target::Build(BuildName::Installation);
        assert_eq!(build.unit(), "left4me-steamcmd");
        assert_eq!(build.user(), "l4d2steam");
        assert_eq!(build.runtime(), "builds/installation");
        assert_eq!(build.script(), None);
    }
}
