//! The stand-in for srcds: cfg files, queries, RCON, maps.

use std::net::UdpSocket;

use super::clients::{INFO, PLAYER, Query, RULES, Rcon, texts};
use super::server::Tree;

#[test]
fn srcds_runs_its_cfg_files() {
    let tree = Tree::new();
    let config = "hostname \"first\" // a comment\nrcon_password \"secret\"; sv_alpha \"a;b\"\nsv_beta http://x\nexec server_overlay_7\n\
                  exec missing\nexec ../../outside\nexec loop\nalias greet \"echo hello; echo world\"\ngreet\nsv_g\u{fc}te 1\n\
                  z_common_limit 99\nsv_gametypes coop,versus\nnonsense\nsv_address 192.0.2.1:27015\n";
    tree.config("server.cfg", config);
    tree.config("server_overlay_7.cfg", "hostname \"From the overlay\"\n");
    tree.config("loop.cfg", "exec loop\n");
    tree.put("outside.cfg", b"hostname outside\n");
    let mut server = tree.ready(&["+sv_gamma", "5"]);
    let mut rcon = server.rcon();
    assert!(
        rcon.run("hostname").starts_with("\"hostname\" = \"From the overlay\" ( def. \"Left 4 Dead 2\" )\n notify\n")
    );
    assert!(rcon.run("sv_alpha").contains("\"sv_alpha\" = \"a;b\""));
    assert!(rcon.run("sv_beta").contains("\"sv_beta\" = \"http:\""), "a comment begins outside of quotes");
    assert!(rcon.run("sv_address").contains("\"192.0.2.1:27015\""));
    assert!(rcon.run("sv_gamma").contains("\"5\""));
    assert!(rcon.run("z_common_limit").contains("\"30\""), "a cheat variable");
    assert_eq!(rcon.run("nonsense"), "Unknown command \"nonsense\"\n");
    assert!(!rcon.run("rcon_password").contains("secret"));
    server.type_line("echo end");
    server.wait_for("end");
    for line in ["'missing.cfg' not present", "'../../outside.cfg' not present", "nested more than", "hello", "world"] {
        assert!(server.has(line), "{line}");
    }
    assert!(server.has("Unknown command \"sv_g\""), "bytes beyond ASCII split a command");
}

#[test]
fn srcds_answers_a2s_after_a_challenge() {
    let tree = Tree::new();
    let server = tree.ready(&[]);
    assert_eq!(server.rcon().run("players 2; players bots 1"), "2 humans, 0 bots\n2 humans, 1 bots\n");
    let query = server.query();

    let (info, _) = query.ask(INFO);
    assert_eq!(info[..2], [b'I', 17]);
    let (names, rest) = texts(&info[2..], 4);
    assert_eq!(names, ["Stand-in", "c1m1_hotel", "left4dead2", "Left 4 Dead 2"]);
    // App, players, most, bots, kind, system, password, VAC.
    assert_eq!(rest[..9], [38, 2, 3, 8, 1, b'd', b'l', 0, 1]);
    assert_eq!(texts(&rest[9..], 1).0, ["2.2.4.3"]);

    let (players, _) = query.ask(PLAYER);
    assert_eq!(players[..3], [b'D', 3, 0]);
    assert_eq!(texts(&players[3..], 1).0, ["Mal"]);

    let (rules, packets) = query.ask(RULES);
    assert!(packets > 1, "the rules come in several packets");
    let number = usize::from(u16::from_le_bytes([rules[1], rules[2]]));
    let (pairs, rest) = texts(&rules[3..], number * 2);
    assert!(rest.is_empty());
    let rule = |name: &str| pairs.chunks(2).find(|pair| pair[0] == name).map(|pair| pair[1].as_str());
    assert_eq!((rule("hostname"), rule("sv_password"), rule("rcon_password")), (Some("Stand-in"), Some("0"), None));
}

#[test]
fn srcds_is_silent_on_loopback_when_bound_to_all_addresses() {
    let tree = Tree::new();
    let port = UdpSocket::bind("0.0.0.0:0").unwrap().local_addr().unwrap().port().to_string();
    let address = format!("127.0.0.1:{port}");
    let arguments = ["-norestart", "+ip", "0.0.0.0", "+hostport", &port, "+map", "c1m1_hotel"];
    let mut server = tree.start_at(&address, &arguments);
    server.wait_for("VAC secure mode is activated.");
    assert!(!server.query().answers());
    assert!(server.rcon().run("status").contains("udp/ip  : "));
    drop(server);
    let mut server = tree.start_at(&address, &[&arguments[..], &["-standin-loopback-queries"]].concat());
    server.wait_for("VAC secure mode is activated.");
    assert!(server.query().answers());
}

#[test]
fn srcds_limits_the_rate_of_queries() {
    let tree = Tree::new();
    tree.config("server.cfg", "rcon_password secret\nsv_max_queries_sec 0.1\nsv_max_queries_window 60\n");
    let server = tree.ready(&[]);
    let query = Query::to(server.address);
    let answered = (0..7).filter(|_| query.answers()).count();
    assert_eq!(answered, 6);
}

#[test]
fn srcds_prints_its_status_as_the_game_does() {
    let tree = Tree::new();
    let server = tree.ready(&["+map", "c10m2_drainage"]);
    let mut rcon = server.rcon();
    assert!(rcon.run("status").contains("players : 0 humans, 0 bots (8 max) (hibernating) (unreserved)\n"));
    rcon.run("players add \"quote \\x22 # and \u{fc}\" STEAM_1:1:35074132; players age 3725; players bots 1; reserve 186000047cf0fd8");
    let head = format!(
        "hostname: Stand-in\nversion : 2.2.4.3 9416 secure  (unknown)\nudp/ip  : {} [ public n/a ]\nos      : Linux Dedicated\n\
         map     : c10m2_drainage at ( -11074, -9007, -529 )\n\
         players : 1 humans, 1 bots (8 max) (not hibernating) (reserved 186000047cf0fd8)\n\n\
         # userid name uniqueid connected ping loss state rate adr\n",
        server.address
    );
    let rows = "#  1 1 \"quote \" # and \u{fc}\" STEAM_1:1:35074132 1:02:05 11 0 active 100000 192.0.2.81:27005\n#  2 \"Coach\" BOT active\n#end\n";
    assert_eq!(rcon.run("status"), format!("{head}{rows}"));
    assert!(rcon.run("stats").starts_with("CPU   In    Out   Uptime  Users   FPS    Players\n"));
    rcon.run("kickid 1 bye");
    assert!(rcon.run("status").contains("players : 0 humans, 1 bots"));
}

#[test]
fn srcds_replies_over_rcon_in_several_packets() {
    let tree = Tree::new();
    let server = tree.ready(&[]);
    let (text, packets) = server.rcon().packets("cvarlist");
    assert!(text.len() > 8192 && packets > 2, "{} bytes, {packets} packets", text.len());
    assert!(text.ends_with("total convars/concommands\n"));
}

#[test]
fn srcds_bans_who_guesses_the_password() {
    let tree = Tree::new();
    let server = tree.ready(&[]);
    let mut open = server.rcon();
    let mut guessing = Rcon::connect(server.address);
    guessing.send(5, 2, b"status");
    assert_eq!(guessing.receive().unwrap(), (-1, 2, Vec::new()), "no command without a password");
    for _ in 0..6 {
        assert_eq!(guessing.authenticate("guess"), Some(-1));
    }
    assert!(guessing.receive().is_none(), "the connection is closed");
    assert!(Rcon::connect(server.address).receive().is_none(), "the address is banned");
    assert!(open.run("version").contains("2.2.4.3"), "who was let in before stays");
}

#[test]
fn srcds_answers_nothing_while_the_map_changes() {
    let tree = Tree::new();
    let mut server = tree.ready(&["+standin_map_seconds", "4"]);
    let mut rcon = server.rcon();
    assert_eq!(
        rcon.run("changelevel nowhere").lines().next(),
        Some("CModelLoader::Map_IsValid: No such map 'maps/nowhere.bsp'")
    );
    tree.config("server.cfg", "hostname changed\n");
    assert_eq!(rcon.run("changelevel c1m2_streets"), "");
    assert!(!server.query().answers());
    assert_eq!(rcon.run("hostname").lines().next(), Some("\"hostname\" = \"changed\" ( def. \"Left 4 Dead 2\" )"));
    server.wait_for("Loading map \"c1m2_streets\"");
    let (info, _) = server.query().ask(INFO);
    assert_eq!(texts(&info[2..], 2).0, ["changed", "c1m2_streets"]);
}

#[test]
fn srcds_finds_the_maps_of_addons() {
    let tree = Tree::new();
    tree.put("left4dead2/addons/one.vpk", &vpk(1, "custom_one"));
    tree.put("left4dead2/addons/two.vpk", &vpk(2, "custom_two"));
    tree.put("left4dead2/addons/broken.vpk", b"not one");
    tree.put("left4dead2/maps/loose.bsp", b"");
    let server = tree.ready(&["+map", "custom_two"]);
    assert!(server.has("Add-on addons/one.vpk: 2 files, maps: custom_one"));
    assert!(server.has("Add-on addons/broken.vpk is not loaded"));
    let mut rcon = server.rcon();
    assert!(rcon.run("status").contains("map     : custom_two at"));
    assert!(rcon.run("maps loose").contains("PENDING:   (fs) loose.bsp"));
    assert_eq!(rcon.run("maps *").matches("custom_").count(), 2);
}

/// One map and a file without an extension in the root.
fn vpk(version: u32, map: &str) -> Vec<u8> {
    let entry = [&0x1234_u32.to_le_bytes()[..], &[2, 0], &[0xff, 0x7f], &[0; 8], &[0xff, 0xff], b"hi"].concat();
    let text = |text: &str| [text.as_bytes(), b"\0"].concat();
    let tree = [
        text("bsp"),
        text("maps"),
        text(map),
        entry.clone(),
        text(""),
        text(""),
        text(" "),
        text(" "),
        text("readme"),
        entry,
    ]
    .concat();
    let tree = [tree, text(""), text(""), text("")].concat();
    let length = u32::try_from(tree.len()).unwrap();
    let more = if version == 2 { vec![0; 16] } else { Vec::new() };
    let header = [0x55AA_1234_u32.to_le_bytes(), version.to_le_bytes(), length.to_le_bytes()].concat();
    [header, more, tree].concat()
}

#[test]
fn srcds_writes_only_below_its_own_directory() {
    let tree = Tree::new();
    let server = tree.ready(&[]);
    let mut rcon = server.rcon();
    rcon.run("log on; banid 0 STEAM_1:1:7; writeid; say logged");
    assert_eq!(std::fs::read_to_string(tree.path("left4dead2/cfg/banned_user.cfg")).unwrap(), "banid 0 STEAM_1:1:7\n");
    let log = std::fs::read_dir(tree.path("left4dead2/logs")).unwrap().next().unwrap().unwrap().path();
    assert!(std::fs::read_to_string(log).unwrap().contains("Console: logged"));
}
