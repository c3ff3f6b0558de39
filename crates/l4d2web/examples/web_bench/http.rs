//! A client that keeps its connection and knows just enough HTTP/1.1: answers with a length, or in chunks.

use std::str;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

/// A connection to the panel, in which somebody is logged in.
pub(crate) struct Client {
    stream: BufReader<TcpStream>,
    head: String,
    chunked: bool,
}

impl Client {
    pub(crate) async fn connect(address: &str, cookie: &str) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let head = format!(" HTTP/1.1\r\nHost: {address}\r\nCookie: {cookie}\r\nSec-Fetch-Site: same-origin\r\n");
        Self { stream: BufReader::with_capacity(1 << 16, stream), head, chunked: false }
    }

    /// Asks for a page, which must be there; its body.
    pub(crate) async fn get(&mut self, path: &str) -> Vec<u8> {
        let request = format!("GET {path}{}\r\n", self.head);
        let (status, length) = self.ask(&request).await;
        assert_eq!(status, 200, "GET {path}");
        self.body(length).await
    }

    /// Sends an empty form; the status.
    pub(crate) async fn post(&mut self, path: &str) -> u16 {
        let form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 0\r\n";
        let request = format!("POST {path}{}{form}\r\n", self.head);
        let (status, length) = self.ask(&request).await;
        self.body(length).await;
        status
    }

    /// Sends a body; the status and the answer's.
    pub(crate) async fn send_any(&mut self, path: &str, kind: &str, body: &[u8]) -> (u16, Vec<u8>) {
        let head = format!("Content-Type: {kind}\r\nContent-Length: {}\r\n", body.len());
        let request = format!("POST {path}{}{head}\r\n", self.head);
        self.stream.write_all(request.as_bytes()).await.unwrap();
        self.stream.write_all(body).await.unwrap();
        let (status, length) = self.ask("").await;
        (status, self.body(length).await)
    }

    /// Opens a stream, whose text [`Client::line`] then gives.
    pub(crate) async fn open(&mut self, path: &str) {
        let request = format!("GET {path}{}Accept: text/event-stream\r\n\r\n", self.head);
        let (status, _) = self.ask(&request).await;
        assert_eq!(status, 200, "GET {path}");
    }

    /// The next piece of a stream; none at its end.
    pub(crate) async fn piece(&mut self) -> Option<Vec<u8>> {
        assert!(self.chunked, "streams come in chunks");
        self.chunk().await
    }

    async fn ask(&mut self, request: &str) -> (u16, usize) {
        self.stream.write_all(request.as_bytes()).await.unwrap();
        let mut line = String::new();
        self.stream.read_line(&mut line).await.unwrap();
        let status = line.split(' ').nth(1).and_then(|word| word.parse().ok()).unwrap_or(0);
        let mut length = 0;
        self.chunked = false;
        loop {
            line.clear();
            self.stream.read_line(&mut line).await.unwrap();
            let Some((name, value)) = line.trim_end().split_once(": ") else { return (status, length) };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.parse().unwrap();
            } else if name.eq_ignore_ascii_case("transfer-encoding") {
                self.chunked = true;
            }
        }
    }

    async fn body(&mut self, length: usize) -> Vec<u8> {
        let mut body = vec![0; length];
        if !self.chunked {
            self.stream.read_exact(&mut body).await.unwrap();
            return body;
        }
        while let Some(chunk) = self.chunk().await {
            body.extend(chunk);
        }
        body
    }

    async fn chunk(&mut self) -> Option<Vec<u8>> {
        let mut line = String::new();
        self.stream.read_line(&mut line).await.ok().filter(|read| *read > 0)?;
        let length = usize::from_str_radix(line.trim_end(), 16).unwrap();
        let mut chunk = vec![0; length + 2];
        self.stream.read_exact(&mut chunk).await.ok()?;
        chunk.truncate(length);
        (length > 0).then_some(chunk)
    }
}
