//! A server that answers slowly, in pieces, with a wrong number, without end or not at all costs its own row, and nothing else.

use l4d2web::play::Unseen;
use rstest::rstest;

use super::{Fake, Looking, Manner, server, status};

#[rstest]
#[case(Manner::Pieces, None)]
#[case(Manner::WrongNumber, Some(Unseen::Odd))]
#[case(Manner::Flood, Some(Unseen::Odd))]
#[case(Manner::Close, Some(Unseen::Closed))]
#[case(Manner::Cut, Some(Unseen::Closed))]
#[case(Manner::Dead, Some(Unseen::Silent))]
#[case(Manner::Huge, Some(Unseen::Odd))]
#[case(Manner::Says(b"Unknown command \"status\"\n".to_vec()), Some(Unseen::Odd))]
#[case(Manner::Says(b"hostname: x\nplayers : many\n".to_vec()), Some(Unseen::Odd))]
#[case(Manner::Says(vec![0xff; 60_000]), Some(Unseen::Odd))]
#[tokio::test]
async fn a_hostile_server_costs_its_own_row(#[case] manner: Manner, #[case] why: Option<Unseen>) {
    let mut looking = Looking::new().await;
    let (odd, mut good) = (Fake::start(manner).await, Fake::start(Manner::Plain).await);
    let (one, other) = (server(&looking, "Odd", &odd).await, server(&looking, "Good", &good).await);
    match why {
        Some(why) => looking.until_unseen(one, why).await,
        None => drop(looking.until(one, |look| look.seen.is_some()).await),
    }
    looking.until(other, |look| look.seen.is_some()).await;
    // The other is asked on, and seen.
    let asked = good.asked.borrow().len();
    looking.panel.state.play.look_now(other);
    good.until_asked("status", asked / 2 + 1).await;
    assert_eq!(looking.panel.state.play.of(other).unwrap().unseen, None);
    looking.end().await;
}

/// As many as a server has places, and not too often within an hour.
#[tokio::test]
async fn players_without_end_are_not_written_down() {
    let mut looking = Looking::new().await;
    let fake = Fake::start(Manner::Plain).await;
    let crowd = |look: u32| {
        let people: Vec<_> = (1..60).map(|number| ("Nobody", Some(look * 1000 + number), 10, 40)).collect();
        status("c2m2_fairgrounds", &people)
    };
    fake.set(|script| script.status = crowd(0));
    let server = server(&looking, "Odd", &fake).await;
    for look in 0..12 {
        fake.set(|script| script.status = crowd(look));
        looking.panel.state.play.look_now(server);
        let first = l4d2web::game::SteamId::parse(&format!("[U:1:{}]", look * 1000 + 1)).unwrap();
        let is_there = |seen: &l4d2web::play::Seen| seen.ids().any(|id| id == first);
        looking.until(server, |look| look.seen.as_deref().is_some_and(is_there)).await;
    }
    let panel = looking.end().await;
    let number = super::kept::sessions(&panel).await.len();
    assert_eq!(number, 128);
}

/// Of another version, with other words: what is understood is shown, and the rest is not known.
#[tokio::test]
async fn what_is_not_said_is_not_known() {
    let mut looking = Looking::new().await;
    let status =
        b"hostname: x\nmap     : my_map at: 0 x, 0 y, 0 z\nplayers : 3 (12 max)\n# a line of another version\n#end\n";
    let fake = Fake::start(Manner::Says(status.to_vec())).await;
    let server = server(&looking, "Odd", &fake).await;
    let look = looking.until(server, |look| look.seen.is_some()).await;
    let seen = look.seen.clone().unwrap();
    assert_eq!((seen.humans(), seen.status.max, seen.map()), (3, 12, Some("my_map")));
    assert_eq!((&seen.place, &seen.mode, seen.difficulty, seen.stats.is_some()), (&None, &None, None, false));
    looking.end().await;
}

/// It comes back as soon as it speaks again.
#[tokio::test]
async fn a_server_that_behaves_again_is_seen_again() {
    let mut looking = Looking::new().await;
    let fake = Fake::start(Manner::Close).await;
    let server = server(&looking, "Odd", &fake).await;
    looking.until_unseen(server, Unseen::Closed).await;
    fake.set(|script| script.manner = Manner::Plain);
    looking.until(server, |look| look.seen.is_some()).await;
    looking.end().await;
}
