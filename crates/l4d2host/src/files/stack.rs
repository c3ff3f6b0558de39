//! The layers of a server or an overlay, opened.

use std::ffi::CString;
use std::os::fd::{AsFd, OwnedFd};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::listing::LayerInfo;
use super::{FilesError, UPPER};
use crate::beneath::{open_dir, open_dir_beneath, open_own_dir};
use crate::instance::{InstanceError, load_spec};
use crate::lock::Lock;
use crate::name::{InstanceName, Layer, OverlayRef};
use crate::report::chain;
use crate::root::Root;
use crate::state::{Resolver, reference_of};
use crate::tree::{TreeError, current, pins};

/// One opened layer.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) info: LayerInfo,
    pub(super) dir: OwnedFd,
    /// Whether it is a server's own layer, in which directories may have any mode and are ours to open.
    pub(super) own: bool,
}

/// Opened layers, the one on top first. The trees stay on disk while it is held.
#[derive(Debug)]
pub struct Stack {
    pub(super) layers: Vec<Opened>,
    pub(super) of: String,
    pub(super) warnings: Vec<String>,
    /// Keeps `gc` from taking a tree away meanwhile.
    lock: Lock,
}

impl Stack {
    /// The layers of a server: its own, then those that it started on, or those that it would start on now when it has no
    /// pins. A layer that is missing is a warning.
    ///
    /// # Errors
    /// [`FilesError::Instance`] when there is no such server, [`FilesError::Tree`] when its pins cannot be read. What else
    /// cannot be read is a warning.
    pub fn of_server(root: &Root, name: &InstanceName) -> Result<Self, FilesError> {
        if !root.instance(name).is_dir() {
            return Err(InstanceError::Missing(name.clone()).into());
        }
        let mut stack = Self::new(root, format!("server {name}"))?;
        stack.open(root, UPPER, &format!("runtime/{name}/upper"), true);
        if let Some(pinned) = pins::load(&root.instance(name).join(pins::PINS))? {
            stack.open_layers(root, &pinned);
        } else {
            stack.open_wanted(root, name);
        }
        Ok(stack)
    }

    /// The one layer of an overlay: its published tree, or its plain directory.
    ///
    /// # Errors
    /// [`FilesError::NoOverlay`] when there is none, [`FilesError::Tree`] when its link is broken.
    pub fn of_overlay(root: &Root, reference: &OverlayRef) -> Result<Self, FilesError> {
        let mut stack = Self::new(root, format!("overlay {reference}"))?;
        let layer = current::resolve(root, reference).map_err(|error| match error {
            TreeError::NoOverlay { reference, .. } => FilesError::NoOverlay(reference),
            other => other.into(),
        })?;
        stack.open_layers(root, &[layer]);
        Ok(stack)
    }

    fn new(root: &Root, of: String) -> Result<Self, FilesError> {
        allow_many_files();
        Ok(Self { layers: Vec::new(), of, warnings: Vec::new(), lock: Lock::trees_shared(root)? })
    }

    /// Opens what a server would start on now.
    fn open_wanted(&mut self, root: &Root, name: &InstanceName) {
        let spec = match load_spec(root, name).map(|stored| stored.spec) {
            Ok(spec) => spec,
            Err(error) => {
                return self.warnings.push(format!("only the server's own layer is shown: {}", chain(&error)));
            }
        };
        for wanted in Resolver::new(root).wanted(&spec) {
            match wanted.layer {
                Ok(layer) => self.open_layers(root, &[layer]),
                Err(sentence) => self.warnings.push(sentence),
            }
        }
    }

    fn open_layers(&mut self, root: &Root, layers: &[Layer]) {
        for layer in layers {
            self.open(root, &reference_of(layer), &layer.path(), false);
        }
    }

    fn open(&mut self, root: &Root, layer: &str, path: &str, own: bool) {
        let opened = open_dir(root.path()).and_then(|top| match path.rsplit_once('/') {
            // The server may have locked its own layer as a whole.
            Some((above, name)) if own => {
                open_own_dir(open_dir_beneath(top.as_fd(), above)?.as_fd(), &CString::new(name)?)
            }
            _ => open_dir_beneath(top.as_fd(), path),
        });
        match opened {
            Ok(dir) => {
                let info = LayerInfo { layer: layer.to_owned(), path: path.to_owned() };
                self.layers.push(Opened { info, dir, own });
            }
            // A server that never started has no layer of its own yet.
            Err(error) if own && error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => self.warnings.push(format!("layer {path} is left out: {error}")),
        }
    }

    /// Lets go of the trees: what is open stays readable, whatever `gc` does.
    pub(super) fn release(self) {
        drop(self.lock);
    }
}

/// A server may have 500 layers, and a step down opens a directory in each: more files than a process may usually have
/// open. Where the limit cannot be raised, the one that is too many says so.
fn allow_many_files() {
    let limit = getrlimit(Resource::Nofile);
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit });
}
