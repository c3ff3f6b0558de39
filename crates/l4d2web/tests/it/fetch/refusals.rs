//! Redirects and names that lead into networks of this machine: on the real client, with its real judgement; the resolver alone is a stand-in.

use std::net::IpAddr;
use std::sync::Arc;

use l4d2web::fetch::{FetchError, Fetcher, Lookup, Lookups, Request};
use l4d2web::steam::Steam;
use rstest::rstest;
use tokio_util::sync::CancellationToken;

use crate::steam::{Item, LIMITS, Nobody, StandInSteam};

/// An address of each range that is not public, and how else it can be written.
pub(crate) const INSIDE: &[&str] = &[
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::c0a8:1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "3fff::1",
    "fc00::1",
    "fd00::1",
    "fe80::1",
    "fec0::1",
    "ff02::1",
];

/// Knows all names: each has these addresses.
pub(crate) struct Says(pub(crate) Vec<IpAddr>);

impl Lookup for Says {
    fn lookup(&self, _: String) -> Lookups {
        let addresses = self.0.clone();
        Box::pin(async move { Ok(addresses) })
    }
}

async fn get(fetcher: &Fetcher, url: &str) -> FetchError {
    fetcher.small(&Request::get(url), 1000, &CancellationToken::new()).await.unwrap_err()
}

/// Knows a name for each address of [`INSIDE`]: `n0.example`, `n1.example` …
struct ByNumber;

impl Lookup for ByNumber {
    fn lookup(&self, host: String) -> Lookups {
        let number: usize = host.strip_prefix('n').unwrap().strip_suffix(".example").unwrap().parse().unwrap();
        Box::pin(async move { Ok(vec![INSIDE[number].parse().unwrap()]) })
    }
}

#[tokio::test]
async fn names_that_lead_inside_are_not_called() {
    let fetcher = Fetcher::with(Vec::new(), Arc::new(ByNumber), LIMITS);
    for (number, address) in INSIDE.iter().enumerate() {
        let address: IpAddr = address.parse().unwrap();
        match get(&fetcher, &format!("https://n{number}.example/a.vpk")).await {
            FetchError::NotPublic { host, address: found } => {
                assert_eq!((host, found), (format!("n{number}.example"), address));
            }
            other => panic!("{address}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn redirects_that_lead_inside_are_not_followed() {
    let steam = StandInSteam::with([(7, Item::default())]).await;
    let fetcher = Fetcher::with(Steam::trusted(Some(&steam.url())), Arc::new(ByNumber), LIMITS);
    for (number, address) in INSIDE.iter().enumerate() {
        let address: IpAddr = address.parse().unwrap();
        let literal = if address.is_ipv6() { format!("https://[{address}]/") } else { format!("https://{address}/") };
        for to in [literal, format!("https://n{number}.example/")] {
            steam.item(7, |item| item.orders.redirect = Some(to.clone()));
            let error = get(&fetcher, &steam.file(7)).await;
            assert!(
                matches!(error, FetchError::NotPublic { address: found, .. } if found == address),
                "{to}: {error:?}"
            );
        }
    }
}

#[rstest]
#[case("file:///etc/passwd", "only https addresses are")]
#[case("http://cdn.example/", "only https addresses are")]
#[case("//127.0.0.1:22/", "only https addresses are")] // as the first hop: http
#[case("ftp://cdn.example/", "only https addresses are")]
#[case("https://cdn.example:8443/", "port 8443")]
#[case("https://cdn.example:22/", "port 22")]
#[case("https://name:secret@cdn.example/", "a name or a password")]
#[case("https://[", "cannot be read")]
#[case("https://2130706433/", "127.0.0.1 is not on the public internet")]
#[case("https://0x7f.1/", "127.0.0.1 is not on the public internet")]
#[case("https://0177.0.0.1/", "127.0.0.1 is not on the public internet")]
#[case("https://localhost/", "name localhost is not known")]
#[case("/file/7", "led on more than 5 times")]
#[tokio::test]
async fn redirects_to_what_is_not_called_say_why(#[case] to: &str, #[case] why: &str) {
    let steam = StandInSteam::with([(7, Item::default())]).await;
    steam.item(7, |item| item.orders.redirect = Some(to.to_owned()));
    let error = get(&steam.fetcher(), &steam.file(7)).await.to_string();
    assert!(error.contains(why) && !error.contains("secret"), "{error}");
}

/// The operator's mirror is reached at a private address, and only exactly there.
#[tokio::test]
async fn a_trusted_origin_is_exempt_exactly() {
    let steam = StandInSteam::with([(7, Item::default())]).await;
    let bytes =
        steam.fetcher().small(&Request::get(&steam.file(7)), 10_000, &CancellationToken::new()).await.unwrap().0;
    assert_eq!(bytes[..4], 0x55aa_1234u32.to_le_bytes());
    let other = steam.file(7).replace("127.0.0.1", "127.0.0.2");
    assert!(matches!(get(&steam.fetcher(), &other).await, FetchError::Scheme { .. }));
    let nobody = Fetcher::with(Vec::new(), Arc::new(Nobody), LIMITS);
    assert!(matches!(get(&nobody, &steam.file(7)).await, FetchError::Scheme { .. }));
    assert_eq!(steam.requests("file").len(), 1);
}

#[tokio::test]
async fn a_large_answer_is_not_read() {
    let steam = StandInSteam::with([(7, Item { filler: 100_000, ..Item::default() })]).await;
    assert!(matches!(get(&steam.fetcher(), &steam.file(7)).await, FetchError::TooLarge { most: 1000, .. }));
}
