//! `l4d2ctl files`, and what `l4d2ctl overlay files` shares with it.

use std::ffi::OsString;
use std::fmt::Write;

use clap::Args;
use clap::builder::styling::AnsiColor;

use super::text::{Table, date, faint, paint, print, print_json};
use super::{CliError, Context};
use crate::files::{FileEntry, FilePath, Kind, Listing, Page, Stack, cat, list};
use crate::name::InstanceName;
use crate::report::warn;
use crate::terminal::escape;

/// Show what files a server sees: its own over those of its overlays and the game.
#[derive(Debug, Args)]
pub(super) struct Files {
    /// Name of the server.
    name: InstanceName,
    #[command(flatten)]
    what: What,
}

impl Files {
    pub(super) fn run(self, context: &Context) -> Result<(), CliError> {
        self.what.show(|| Ok(Stack::of_server(&context.root, &self.name)?))
    }
}

/// What of the files to show, and how.
#[derive(Debug, Args)]
pub(super) struct What {
    /// A directory, or with --cat a file, from the top; symbolic links are not followed.
    #[arg(default_value = "")]
    path: OsString,
    /// Print JSON.
    #[arg(long, conflicts_with = "cat")]
    json: bool,
    /// Print the content of a file.
    #[arg(long, requires = "path", conflicts_with_all = ["offset", "limit"])]
    cat: bool,
    /// With --cat: leave out so many bytes.
    #[arg(long, requires = "cat", default_value_t = 0)]
    from: u64,
    /// Leave out so many entries.
    #[arg(long, default_value_t = 0)]
    offset: usize,
    /// List at most so many entries.
    #[arg(long, default_value_t = 1000)]
    limit: usize,
}

impl What {
    /// Shows it from the layers that `open` gives.
    pub(super) fn show(&self, open: impl FnOnce() -> Result<Stack, CliError>) -> Result<(), CliError> {
        let path = FilePath::parse(&self.path)?;
        let stack = open()?;
        if self.cat {
            return Ok(cat(stack, &path, self.from, &mut std::io::stdout().lock())?);
        }
        let listing = list(&stack, &path, Page { offset: self.offset, limit: self.limit })?;
        drop(stack);
        if self.json {
            return print_json(&listing);
        }
        for warning in &listing.warnings {
            warn(warning);
        }
        print(&render(&listing))
    }
}

fn render(listing: &Listing) -> String {
    let mut table = Table::new(&[1]);
    for entry in &listing.entries {
        table.row([
            entry.mode.clone(),
            entry.size.map_or_else(|| "-".to_owned(), |size| size.to_string()),
            date(entry.mtime),
            faint(&entry.layer),
            name(entry),
        ]);
    }
    let mut text = table.render();
    let shown = listing.offset.saturating_add(listing.entries.len());
    if listing.total == 0 {
        text.push_str("empty\n");
    } else if shown < listing.total {
        let _ = writeln!(text, "{} more: --offset {shown}", listing.total - shown);
    }
    text
}

/// The name with a mark for what it is, as `ls -F` has it.
fn name(entry: &FileEntry) -> String {
    let name = escape(&entry.name, &[]);
    match (entry.kind, &entry.target) {
        (Kind::Directory, _) => format!("{}/", paint(name, AnsiColor::Blue)),
        (Kind::Symlink, Some(target)) => format!("{} -> {}", paint(name, AnsiColor::Cyan), escape(target, &[])),
        (Kind::File | Kind::Symlink, _) => name.into_owned(),
        (kind, _) => format!("{name} ({})", kind.article()),
    }
}
