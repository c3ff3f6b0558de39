//! What the game consists of: the files of each build and platform, and what is in them. Pure.

/// The platform of a pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Platform {
    Windows,
    Linux,
}

impl Platform {
    pub(crate) fn parse(word: &str) -> Option<Self> {
        match word {
            "windows" => Some(Self::Windows),
            "linux" => Some(Self::Linux),
            _ => None,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Windows => "windows",
            Self::Linux => "linux",
        }
    }
}

/// Where the bytes of a file come from.
pub(crate) enum Content {
    Text(String),
    /// The archive: a size, and the build that is stamped into one of its blocks.
    Archive {
        build: u32,
    },
    /// The stand-in for srcds, beside our own binary.
    Srcds,
}

/// One file of a build.
pub(crate) struct File {
    /// Below the installation directory.
    pub(crate) path: String,
    pub(crate) content: Content,
    pub(crate) executable: bool,
    /// Changed where it lies, as steamcmd patches large files; the others are replaced by rename.
    pub(crate) in_place: bool,
}

/// Official maps, campaign by campaign.
#[path = "../game/official.rs"]
mod official;

const SRCDS_RUN: &str = include_str!("srcds_run.sh");
const ARCHIVE: usize = 1_200_000;

/// All files of a build.
pub(crate) fn files(build: u32, platform: Platform, extra: u32) -> Vec<File> {
    let mut files = Vec::new();
    platform_files(&mut files, platform);
    game_files(&mut files, build);
    campaigns(&mut files);
    files.extend(
        (0..extra).map(|n| text(format!("left4dead2/bench/d{:03}/f{:05}.txt", n / 200, n), format!("file {n}\n"))),
    );
    files
}

fn platform_files(files: &mut Vec<File>, platform: Platform) {
    match platform {
        Platform::Windows => {
            files.push(text("srcds.exe", "left4me stand-in for srcds.exe\n"));
            for name in ["engine", "dedicated", "tier0", "steam_api"] {
                files.push(text(format!("bin/{name}.dll"), format!("left4me stand-in for {name}.dll\n")));
            }
        }
        Platform::Linux => {
            files.push(File { executable: true, ..text("srcds_run", SRCDS_RUN) });
            files.push(File { executable: true, content: Content::Srcds, ..text("srcds_linux", "") });
            for name in ["engine_srv", "dedicated_srv", "libtier0_srv", "libsteam_api"] {
                files.push(text(format!("bin/{name}.so"), format!("left4me stand-in for {name}.so\n")));
            }
        }
    }
}

fn game_files(files: &mut Vec<File>, build: u32) {
    let version = format!("PatchVersion=2.2.4.{build}\nProductName=left4dead2\nappID=222860\nServerVersion={build}\n");
    files.push(text("left4dead2/steam.inf", version));
    files.push(text("left4dead2/gameinfo.txt", GAMEINFO));
    files.push(text("left4dead2/addons/readme.txt", "Put add-ons (.vpk) here.\n"));
    files.push(text("left4dead2/cfg/valve.rc", "exec config_default.cfg\nstuffcmds\n"));
    files.push(text("left4dead2/cfg/config_default.cfg", "sv_cheats 0\n"));
    files.push(File { content: Content::Archive { build }, in_place: true, ..text("left4dead2/pak01_000.vpk", "") });
    files.push(text(format!("left4dead2/scripts/only_in_build_{build}.txt"), format!("only in build {build}\n")));
    files.push(File { in_place: true, ..text("left4dead2/scripts/build.txt", format!("{build}\n")) });
    for number in 0..60 {
        // Every tenth differs between two builds.
        let stamp = if number % 10 == 0 { build } else { 0 };
        files.push(text(
            format!("left4dead2/scripts/weapon_{number:02}.txt"),
            format!("WeaponData {{ \"stamp\" \"{stamp}\" }}\n"),
        ));
    }
    for number in 0..20 {
        files.push(text(
            format!("left4dead2/resource/strings_{number:02}.txt"),
            format!("lang {{ \"n\" \"{number}\" }}\n"),
        ));
        files.push(text(
            format!("update/materials/material_{number:02}.vmt"),
            format!("\"material\" {{ \"n\" \"{number}\" }}\n"),
        ));
    }
}

fn campaigns(files: &mut Vec<File>) {
    for campaign in official::CAMPAIGNS {
        let mut chapters = Vec::new();
        for (number, map) in campaign.maps.iter().enumerate() {
            files.push(text(format!("left4dead2/maps/{map}.bsp"), format!("VBSP stand-in for {map}\n")));
            let number = number + 1;
            chapters.push(format!("\t\t\t\"{number}\" {{ \"Map\" \"{map}\" \"DisplayName\" \"{map}\" }}"));
        }
        let (name, title, chapters) = (campaign.name, campaign.title, chapters.join("\n"));
        let mission = format!(
            "\"mission\"\n{{\n\t\"Name\" \"{name}\"\n\t\"DisplayTitle\" \"{title}\"\n\t\"modes\"\n\t{{\n\t\t\"coop\"\n\t\t{{\n{chapters}\n\t\t}}\n\t}}\n}}\n"
        );
        files.push(text(format!("left4dead2/missions/{name}.txt"), mission));
    }
}

fn text(path: impl Into<String>, content: impl Into<String>) -> File {
    File { path: path.into(), content: Content::Text(content.into()), executable: false, in_place: false }
}

/// The archive of a build: the same bytes but for one block in its middle.
pub(crate) fn archive(build: u32) -> Vec<u8> {
    let mut bytes: Vec<u8> = (0..=250_u8).cycle().take(ARCHIVE).collect();
    let stamp = format!("build {build:010}");
    bytes[ARCHIVE / 2..ARCHIVE / 2 + stamp.len()].copy_from_slice(stamp.as_bytes());
    bytes
}

const GAMEINFO: &str = "\"GameInfo\"\n{\n\tgame\t\"Left 4 Dead 2\"\n\ttype\tmultiplayer_only\n\tFileSystem\n\t{\n\t\tSteamAppId\t550\n\t\tSearchPaths\n\t\t{\n\t\t\tGame\tupdate\n\t\t\tGame\tleft4dead2\n\t\t}\n\t}\n}\n";
