//! The stand-in for srcds: who is thrown out and kept out, what the game refuses, and how its console can misbehave.

use std::fs;

use super::server::Tree;

#[test]
fn srcds_keeps_bans_where_the_game_does() {
    let tree = Tree::new();
    tree.config("server.cfg", "rcon_password secret\nexec banned_user.cfg\nexec banned_ip.cfg\n");
    let server = tree.ready(&[]);
    let mut rcon = server.rcon();
    assert_eq!(rcon.run("listid"), "ID filter list: empty\n");
    rcon.run("players add Mal STEAM_1:1:7; players add Zoey STEAM_1:0:8; players add Bill STEAM_1:0:9");
    assert_eq!(rcon.run("banid 0 1 kick"), "");
    assert_eq!(rcon.run("banid 5 STEAM_1:0:8"), "");
    assert_eq!(rcon.run("banid 0 99"), "banid:  couldn't resolve uniqueid 99.\n");
    assert_eq!(rcon.run("banid"), "Usage:  banid < minutes > < userid | uniqueid > { kick }\n");
    let list = rcon.run("listid");
    assert_eq!(
        list, "ID filter list: 2 entries\n1 STEAM_1:1:7 : permanent\n2 STEAM_1:0:8 : 5.000 min\n",
        "the whole time, not what is left"
    );
    assert!(rcon.run("status").contains("players : 2 humans"), "one is kicked, the other only banned");
    rcon.run("addip 0 192.0.2.7; banip 5 192.0.2.8; writeid; writeip");
    let file = |name: &str| fs::read_to_string(tree.path("left4dead2/cfg").join(name)).unwrap();
    assert_eq!(file("banned_user.cfg"), "banid 0 STEAM_1:1:7\n");
    assert_eq!(file("banned_ip.cfg"), "addip 0 192.0.2.7\n");
    drop(server);

    let server = tree.ready(&[]);
    let mut rcon = server.rcon();
    assert_eq!(rcon.run("players add Mal STEAM_1:1:7"), "STEAM_1:1:7 is banned from this server\n0 humans, 0 bots\n");
    assert_eq!(rcon.run("listip"), "IP filter list: 1 entry\n1 192.0.2.7 : permanent\n");
    assert_eq!(rcon.run("removeid STEAM_1:1:9"), "removeid: couldn't find STEAM_1:1:9\n");
    assert_eq!(rcon.run("removeid 1; writeid"), "removeid: filter removed for STEAM_1:1:7\n");
    assert_eq!(file("banned_user.cfg"), "");
    assert_eq!(rcon.run("players add Mal STEAM_1:1:7"), "1 humans, 0 bots\n");
}

#[test]
fn srcds_bans_past_those_who_load() {
    let tree = Tree::new();
    let server = tree.ready(&[]);
    let mut rcon = server.rcon();
    rcon.run("players add Mal STEAM_1:1:7 loading; players add Zoey STEAM_1:0:8");
    assert!(rcon.run("status").contains("\"Mal\" STEAM_1:1:7 00:00 11 0 spawning "));
    rcon.run("banid 0 STEAM_1:1:7 kick; banid 0 STEAM_1:0:8 kick");
    assert!(rcon.run("status").contains("players : 1 humans"), "who loads stays");
    rcon.run("players loaded 1");
    assert!(rcon.run("status").contains(" active 100000"));
    rcon.run("kickid 1");
    assert!(rcon.run("status").contains("players : 0 humans"));
    // However it is written it is the same account; it is found again as it is written.
    rcon.run("removeid STEAM_1:1:7; banid 0 STEAM_0:1:7");
    assert!(rcon.run("players add Mal STEAM_1:1:7").starts_with("STEAM_1:1:7 is banned"));
    assert_eq!(rcon.run("removeid STEAM_1:1:7"), "removeid: couldn't find STEAM_1:1:7\n");
    assert_eq!(rcon.run("removeid STEAM_0:1:7"), "removeid: filter removed for STEAM_0:1:7\n");
    assert_eq!(rcon.run("say hello"), "Console: hello\n");
}

#[test]
fn srcds_tells_who_comes_speaks_and_goes() {
    let tree = Tree::new();
    let mut server = tree.ready(&[]);
    let mut rcon = server.rcon();
    rcon.run("players add \"a\\x1b[2J\" STEAM_1:1:7; players say 1 \"<b>;quit\"; kickid 1 \"bad luck; quit\"");
    server.wait_for("Client \"a\u{1b}[2J\" connected (192.0.2.81:27005).");
    server.wait_for("\"a\u{1b}[2J<1><STEAM_1:1:7><Survivor>\" say \"<b>;quit\"");
    server.wait_for("Dropped \"a\u{1b}[2J\" from server (bad luck; quit)");
    rcon.run("players add b; players leave 2");
    server.wait_for("Dropped \"b\" from server (Disconnect by user.)");
    assert_eq!(rcon.run("kickid 9"), "kickid: user \"9\" not found\n");
    assert_eq!(rcon.run("kick b"), "kick: user \"b\" not found\n");
}

#[test]
fn srcds_does_not_do_what_it_was_told_to_keep() {
    let tree = Tree::new();
    let server = tree.ready(&["+standin_ignore_map", "1", "+standin_keep", "z_difficulty"]);
    let mut rcon = server.rcon();
    assert_eq!(rcon.run("changelevel c2m1_highway"), "");
    assert!(rcon.run("status").contains("map     : c1m1_hotel at"));
    rcon.run("z_difficulty Hard; mp_gamemode versus");
    assert!(rcon.run("z_difficulty").starts_with("\"z_difficulty\" = \"Normal\"\n"));
    assert!(rcon.run("mp_gamemode").starts_with("\"mp_gamemode\" = \"versus\" ( def. \"coop\" )\n"));
}

#[test]
fn srcds_lists_its_commands_in_several_packets() {
    let tree = Tree::new();
    let server = tree.ready(&[]);
    let (text, packets) = server.rcon().packets("cmdlist");
    assert!(packets > 1 && text.contains("\nchangelevel "), "{packets} packets");
    assert_eq!(server.rcon().run("killserver"), "", "what is listed is known");
}

#[test]
fn srcds_has_the_status_of_another_game() {
    let tree = Tree::new();
    let server = tree.ready(&["+standin_status", "tf2"]);
    let mut rcon = server.rcon();
    rcon.run("players add Mal STEAM_1:1:7; players bots 1; players age 61");
    let status = rcon.run("status");
    assert!(status.ends_with("adr\n#      1 \"Mal\" [U:1:15] 01:01 50 0 active 192.0.2.81:27005\n"), "{status}");
    rcon.run("standin_status none");
    assert_eq!(rcon.run("status"), "Server is up. Type help for help.\n");
}

#[test]
fn srcds_misbehaves_over_rcon_as_ordered() {
    let tree = Tree::new();
    let mut server = tree.ready(&["+standin_rcon_seconds", "0.1"]);
    let mut ask = |how: &str| {
        server.type_line(&format!("standin_rcon {how}; echo it is {how}"));
        server.wait_for(&format!("it is {how}"));
        let mut rcon = server.rcon();
        rcon.send(8, 2, b"echo yes");
        rcon.send(9, 0, b"");
        rcon
    };
    let echo = Some((8, 0, b"yes\n".to_vec()));
    for how in ["normal", "slow", "pieces"] {
        let mut rcon = ask(how);
        assert_eq!((rcon.receive(), rcon.receive()), (echo.clone(), Some((9, 0, Vec::new()))), "{how}");
    }
    assert_eq!(ask("wrong-id").receive(), Some((1_000_008, 0, b"yes\n".to_vec())));
    let mut rcon = ask("no-mark");
    assert_eq!(rcon.receive(), echo);
    rcon.expect_nothing();
    ask("silent").expect_nothing();
    assert_eq!(ask("close").receive(), None);
    let mut rcon = ask("flood");
    for _ in 0..1000 {
        assert_eq!(rcon.receive().unwrap().2.len(), 4096);
    }
    drop(rcon);
    assert_eq!(ask("normal").receive(), echo, "one that floods holds up nobody else");
}
