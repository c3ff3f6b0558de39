//! Names to addresses, and only to those that may be called.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::is_public;

/// The addresses of a name, some time.
pub type Lookups = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// What knows the addresses of names. It is not believed: see [`PublicOnly`].
pub trait Lookup: Send + Sync + 'static {
    /// The addresses of a name.
    fn lookup(&self, host: String) -> Lookups;
}

/// The machine's own resolver.
#[derive(Debug, Clone, Copy)]
pub struct SystemLookup;

impl Lookup for SystemLookup {
    fn lookup(&self, host: String) -> Lookups {
        Box::pin(async move { Ok(tokio::net::lookup_host((host, 0)).await?.map(|found| found.ip()).collect()) })
    }
}

/// Passes on the public ones among the addresses that are found. The connection is made to one of these, without asking again.
pub(super) struct PublicOnly(pub(super) Arc<dyn Lookup>);

/// A name without a public address.
#[derive(Debug, thiserror::Error)]
#[error("it leads to {0}, which is not on the public internet")]
pub(super) struct NotPublic(pub(super) IpAddr);

/// A name without any address.
#[derive(Debug, thiserror::Error)]
#[error("the name is not known")]
pub(super) struct Unknown;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        let found = self.0.lookup(name.as_str().to_owned());
        Box::pin(async move {
            let found = found.await.map_err(|_| Unknown)?;
            let first = *found.first().ok_or(Unknown)?;
            let public: Vec<IpAddr> = found.into_iter().filter(|address| is_public(*address)).collect();
            if public.is_empty() {
                return Err(NotPublic(first).into());
            }
            let addresses: Addrs = Box::new(public.into_iter().map(|address| SocketAddr::new(address, 0)));
            Ok(addresses)
        })
    }
}
