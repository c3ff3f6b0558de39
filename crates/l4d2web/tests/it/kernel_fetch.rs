//! Who is really called: in a network namespace of the test's own, in which addresses of all kinds are this machine's.

use std::net::{IpAddr, SocketAddr, TcpListener};
use std::sync::mpsc;
use std::sync::{Arc, Mutex};

use l4d2web::fetch::{Fetcher, Lookup, Lookups, Request};
use l4d2web::steam::Steam;
use nix::sched::{CloneFlags, unshare};
use tokio_util::sync::CancellationToken;

use crate::fetch::refusals::{INSIDE, Says};
use crate::steam::{Item, LIMITS, StandInSteam};

/// Two that are public, were this not a namespace.
const OUTSIDE: [&str; 2] = ["8.8.4.4", "2606:4700::1111"];

/// A namespace in which every address is here, and something listens at port 443 of each and notes to whom a connection was made.
fn in_namespace(test: impl AsyncFnOnce(mpsc::Receiver<IpAddr>) + Send + 'static) {
    let thread = std::thread::spawn(move || {
        unshare(CloneFlags::CLONE_NEWNET).expect("this test is run by root");
        ip(&["link", "set", "lo", "up"]);
        // All that is sent anywhere arrives here.
        ip(&["route", "add", "local", "0.0.0.0/0", "dev", "lo"]);
        ip(&["-6", "route", "add", "local", "::/0", "dev", "lo"]);
        let (sender, called) = mpsc::channel();
        let listener = TcpListener::bind("[::]:443").unwrap();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                // The connection ends after it is noted.
                let stream = stream.unwrap();
                if sender.send(stream.local_addr().unwrap().ip().to_canonical()).is_err() {
                    break;
                }
            }
        });
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test(called));
    });
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

#[expect(clippy::disallowed_methods, reason = "a test lays out its network as an admin would")]
fn ip(words: &[&str]) {
    let status = std::process::Command::new("ip").args(words).status().unwrap();
    assert!(status.success(), "ip {words:?}");
}

async fn try_to_get(fetcher: &Fetcher, url: &str) {
    // Nobody here speaks TLS: that somebody was called at all is what counts.
    assert!(fetcher.small(&Request::get(url), 1000, &CancellationToken::new()).await.is_err());
}

#[test]
fn kernel_public_addresses_are_called_and_no_others() {
    in_namespace(async |called| {
        let steam = StandInSteam::with([(7, Item::default())]).await;
        // The listener is there: what is not judged reaches it.
        for address in ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fd00::1"] {
            let address: IpAddr = address.parse().unwrap();
            drop(std::net::TcpStream::connect(SocketAddr::new(address, 443)).unwrap());
            assert_eq!(called.recv().unwrap(), address);
        }
        let fetcher = |addresses: Vec<IpAddr>| {
            Fetcher::with(Steam::trusted(Some(&steam.url())), Arc::new(Says(addresses)), LIMITS)
        };
        for (address, public) in
            INSIDE.iter().map(|inside| (inside, false)).chain(OUTSIDE.iter().map(|outside| (outside, true)))
        {
            let address: IpAddr = address.parse().unwrap();
            let literal =
                if address.is_ipv6() { format!("https://[{address}]/") } else { format!("https://{address}/") };
            for url in ["https://cdn.example/", literal.as_str()] {
                let fetcher = fetcher(vec![address]);
                try_to_get(&fetcher, url).await;
                steam.item(7, |item| item.orders.redirect = Some(url.to_owned()));
                try_to_get(&fetcher, &steam.file(7)).await;
                let calls: Vec<IpAddr> = called.try_iter().collect();
                assert_eq!(calls.contains(&address), public, "{url} as {address}: {calls:?}");
                assert!(calls.iter().all(|call| *call == address), "{url} as {address}: {calls:?}");
            }
        }
    });
}

#[test]
fn kernel_of_many_addresses_only_the_public_ones_are_called() {
    in_namespace(async |called| {
        let addresses: Vec<IpAddr> = INSIDE.iter().chain(&OUTSIDE).map(|address| address.parse().unwrap()).collect();
        try_to_get(&Fetcher::with(Vec::new(), Arc::new(Says(addresses)), LIMITS), "https://cdn.example/").await;
        let calls: Vec<IpAddr> = called.try_iter().collect();
        assert!(!calls.is_empty());
        assert!(calls.iter().all(|call| OUTSIDE.contains(&call.to_string().as_str())), "{calls:?}");
    });
}

/// Says something else each time.
struct Turns(Mutex<Vec<&'static str>>);

impl Lookup for Turns {
    fn lookup(&self, _: String) -> Lookups {
        let address = self.0.lock().unwrap().pop().unwrap_or("127.0.0.1").parse().unwrap();
        Box::pin(async move { Ok(vec![address]) })
    }
}

#[test]
fn kernel_a_name_that_turns_inside_is_not_followed_there() {
    in_namespace(async |called| {
        let fetcher = Fetcher::with(Vec::new(), Arc::new(Turns(Mutex::new(vec!["10.0.0.1", OUTSIDE[0]]))), LIMITS);
        try_to_get(&fetcher, "https://cdn.example/").await;
        try_to_get(&fetcher, "https://cdn.example/").await;
        let calls: Vec<IpAddr> = called.try_iter().collect();
        assert!(!calls.is_empty() && calls.iter().all(|call| call.to_string() == OUTSIDE[0]), "{calls:?}");
    });
}
