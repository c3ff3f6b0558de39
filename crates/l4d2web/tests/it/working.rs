//! A panel whose queue works until the test ends, on the stand-in for `l4d2ctl`.

use l4d2web::id::JobId;
use l4d2web::queue::Work;
use tokio_util::sync::CancellationToken;

use crate::panel::Panel;
use crate::stand_in::order;

/// See above.
pub(crate) struct Working {
    pub(crate) panel: Panel,
    stop: CancellationToken,
}

impl Working {
    /// With these orders for the stand-in.
    pub(crate) async fn new(orders: &str) -> Self {
        let panel = Panel::new().await;
        order(panel.root.path(), orders);
        let (stop, state) = (CancellationToken::new(), panel.state.clone());
        let told = stop.clone();
        tokio::spawn(async move { state.work(told).await });
        Self { panel, stop }
    }

    /// Does it, and waits until it has ended.
    pub(crate) async fn job(&self, work: Work) -> i64 {
        let job = self.panel.state.queue.enqueue(work, None).await.unwrap();
        self.over(job.id.0).await;
        job.id.0
    }

    /// Waits until a job has ended.
    pub(crate) async fn over(&self, job: i64) {
        let mut lines = self.panel.state.queue.feed().subscribe(JobId(job), 0).await.unwrap();
        while lines.next().await.unwrap().is_some() {}
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}
