//! Downloads from a server with which everything can go wrong.

use std::sync::atomic::{AtomicBool, Ordering};

use l4d2web::fetch::{Download, Downloaded, FetchError, Part};
use rstest::rstest;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::steam::{Item, Orders, StandInSteam};

const FILLER: usize = 3_000_000;

/// A place, a server with one file, and the file as it should be.
struct Bench {
    steam: StandInSteam,
    _place: TempDir,
    part: Part,
}

impl Bench {
    async fn new(orders: Orders) -> Self {
        let steam = StandInSteam::with([(7, Item { filler: FILLER, orders, ..Item::default() })]).await;
        let place = tempfile::tempdir().unwrap();
        let part = Part::at(place.path().join(".7.part"));
        Self { steam, _place: place, part }
    }

    async fn download(
        &self,
        expected: Option<u64>,
        progress: &(dyn Fn(u64) + Send + Sync),
        cancel: &CancellationToken,
    ) -> Result<Downloaded, FetchError> {
        let url = self.steam.file(7);
        let order = Download { url: &url, part: &self.part, version: "1", expected, most: 10_000_000 };
        self.steam.fetcher().download(&order, progress, cancel).await
    }

    async fn plainly(&self, expected: Option<u64>) -> Result<Downloaded, FetchError> {
        self.download(expected, &|_| (), &CancellationToken::new()).await
    }

    /// The file as the server has it now.
    fn right(&self) -> Vec<u8> {
        self.steam.catalog.lock().unwrap().items[&7].file(7)
    }

    fn found(&self) -> Vec<u8> {
        std::fs::read(self.part.path()).unwrap()
    }
}

#[rstest]
#[case::plain(Orders::default())]
#[case::without_ranges(Orders { no_ranges: true, ..Orders::default() })]
#[case::elsewhere(Orders { redirect: Some("elsewhere".to_owned()), ..Orders::default() })]
#[case::busy_twice(Orders { status: Some(503), times: Some(2), ..Orders::default() })]
#[case::cut_each_megabyte(Orders { cut_after: Some(1_000_000), ..Orders::default() })]
#[case::cut_once_and_no_ranges(Orders { cut_after: Some(1_000_000), times: Some(1), no_ranges: true, ..Orders::default() })]
#[case::cut_once_and_no_tag(Orders { cut_after: Some(1_000_000), times: Some(1), no_etag: true, ..Orders::default() })]
#[tokio::test]
async fn what_passes_is_got_over(#[case] orders: Orders) {
    let bench = Bench::new(orders).await;
    let right = bench.right();
    let done = bench.plainly(Some(right.len() as u64)).await.unwrap();
    assert_eq!(done.bytes, right.len() as u64);
    assert!(bench.found() == right);
}

#[rstest]
#[case::gone(Orders { status: Some(404), ..Orders::default() }, 1, "answered 404")]
#[case::broken(Orders { status: Some(500), ..Orders::default() }, 3, "answered 500")]
#[case::cut_without_ranges(Orders { cut_after: Some(1_000_000), no_ranges: true, ..Orders::default() }, 8, "of 3000123 bytes")]
#[case::cut_at_once(Orders { cut_after: Some(0), ..Orders::default() }, 3, "sent 0 of 3000123 bytes")]
#[case::silent(Orders { hold_after: Some(100_000), ..Orders::default() }, 8, "sent nothing for")]
#[case::slow(Orders { drip: Some(100), no_ranges: true, ..Orders::default() }, 8, "sends too slowly")]
#[case::packed(Orders { packed: true, ..Orders::default() }, 1, "packed (gzip)")]
#[case::around(Orders { redirect: Some("/file/7".to_owned()), ..Orders::default() }, 6, "led on more than 5 times")]
#[tokio::test]
async fn what_does_not_pass_is_said(#[case] orders: Orders, #[case] most: usize, #[case] why: &str) {
    let limited = orders.hold_after.is_none();
    let bench = Bench::new(orders).await;
    if !limited {
        // Each try gets a little further, but there is an end.
        bench.steam.item(7, |item| item.filler = 500_000);
    }
    let error = bench.plainly(Some(bench.right().len() as u64)).await;
    match error {
        Err(error) => assert!(error.to_string().contains(why), "{error}"),
        Ok(done) => assert!(!limited && done.bytes > 0),
    }
    let requests = bench.steam.requests("file").len();
    assert!(requests <= most, "{requests} requests");
}

#[tokio::test]
async fn another_size_is_refused_before_it_is_fetched() {
    let bench = Bench::new(Orders::default()).await;
    let error = bench.plainly(Some(10)).await.unwrap_err();
    assert!(matches!(error, FetchError::Size { expected: 10, .. }), "{error:?}");
    assert_eq!(bench.part.length(), 0);
    bench.steam.item(7, |item| (item.filler, item.updated) = (20_000_000, item.updated + 1));
    assert!(matches!(bench.plainly(None).await, Err(FetchError::TooLarge { .. })));
    assert_eq!(bench.part.length(), 0);
}

#[rstest]
#[case(false)]
#[case(true)] // the server does not mind If-Range, but says which version its part is of
#[tokio::test]
async fn a_file_that_changes_half_way_is_fetched_anew(#[case] no_if_range: bool) {
    let bench =
        Bench::new(Orders { cut_after: Some(1_000_000), times: Some(1), no_if_range, ..Orders::default() }).await;
    let changed = AtomicBool::new(false);
    let change = |got: u64| {
        // The first answer is on its way, and will be cut.
        if got >= 100_000 && !changed.swap(true, Ordering::SeqCst) {
            bench.steam.item(7, |item| item.updated += 1);
        }
    };
    bench.download(None, &change, &CancellationToken::new()).await.unwrap();
    assert!(bench.found() == bench.right());
    let requests = bench.steam.requests("file");
    assert!(requests[1].starts_with("file 7 bytes="), "{requests:?}");
}

#[tokio::test]
async fn what_was_cancelled_goes_on_where_it_was() {
    let bench = Bench::new(Orders { hold_after: Some(1_500_000), ..Orders::default() }).await;
    let cancel = CancellationToken::new();
    let stop = |got: u64| {
        if got >= 1_500_000 {
            cancel.cancel();
        }
    };
    let error = bench.download(None, &stop, &cancel).await.unwrap_err();
    assert!(matches!(error, FetchError::Cancelled), "{error:?}");
    assert_eq!(bench.part.length(), 1_500_000);
    bench.steam.item(7, |item| item.orders = Orders::default());
    let done = bench.plainly(None).await.unwrap();
    assert_eq!(done.kept, 1_500_000);
    assert!(bench.found() == bench.right());
    assert_eq!(bench.steam.requests("file"), ["file 7 whole", "file 7 bytes=1500000-"]);
}

#[tokio::test]
async fn what_is_whole_already_is_not_asked_for() {
    let bench = Bench::new(Orders::default()).await;
    let length = bench.right().len() as u64;
    bench.plainly(Some(length)).await.unwrap();
    bench.plainly(Some(length)).await.unwrap();
    assert_eq!(bench.steam.requests("file").len(), 1);
    // Longer than what the server has: it has been another file.
    let mut longer = std::fs::OpenOptions::new().append(true).open(bench.part.path()).unwrap();
    std::io::Write::write_all(&mut longer, b"more").unwrap();
    bench.plainly(None).await.unwrap();
    assert!(bench.found() == bench.right());
}
