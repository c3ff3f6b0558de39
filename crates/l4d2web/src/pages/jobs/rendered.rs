use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use axum::body::Bytes;

use super::line::Lines;
use crate::db::job_lines::JobLine;
use crate::id::JobId;
use crate::live::event;

/// How many pieces are kept: as many as may be on their way to browsers that follow at different paces.
const KEPT: usize = 64;
/// Which lines of which job: the first and the last place.
type Which = (JobId, i64, i64);

/// Events with lines of jobs, each made once however many follow the job: what 200 browsers get is the same bytes.
#[derive(Debug, Default)]
pub struct RenderedLines(Mutex<VecDeque<(Which, Bytes)>>);

impl RenderedLines {
    /// The event with these lines of a job; its id is the place of the last.
    pub(in crate::pages) fn event(&self, job: JobId, lines: &[JobLine]) -> Result<Bytes, askama::Error> {
        use askama::Template as _;
        let (Some(first), Some(last)) = (lines.first(), lines.last()) else { return Ok(Bytes::new()) };
        let which = (job, first.seq, last.seq);
        if let Some((_, made)) = self.kept().iter().find(|(known, _)| *known == which) {
            return Ok(made.clone());
        }
        let html = Lines::of(lines).render()?;
        let made = Bytes::from(format!("id: {}\n{}", last.seq, event("line", &html)));
        let mut kept = self.kept();
        if kept.len() == KEPT {
            kept.pop_front();
        }
        kept.push_back((which, made.clone()));
        Ok(made)
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, VecDeque<(Which, Bytes)>> {
        // What is in it is whole at any time.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::job_lines::LineStream;

    fn lines(places: std::ops::Range<i64>) -> Vec<JobLine> {
        let line = |seq| JobLine { seq, at: 0, stream: LineStream::Stdout, line: format!("line {seq}") };
        places.map(line).collect()
    }

    #[test]
    fn the_same_lines_are_made_once_and_others_anew() {
        let made = RenderedLines::default();
        let first = made.event(JobId(1), &lines(1..4)).unwrap();
        assert_eq!(made.event(JobId(1), &lines(1..4)).unwrap().as_ptr(), first.as_ptr());
        assert!(first.starts_with(b"id: 3\nevent: line\ndata: <div class=\"ln\" data-pos=\"1\""));
        assert_ne!(made.event(JobId(2), &lines(1..4)).unwrap().as_ptr(), first.as_ptr());
        for place in 0..200 {
            made.event(JobId(1), &lines(place..place + 2)).unwrap();
        }
        assert_eq!(made.kept().len(), KEPT);
    }
}
