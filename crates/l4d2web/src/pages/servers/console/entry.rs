use askama::Template;
use askama_web::WebTemplate;

use crate::command::{secrets, shown};
use crate::db::command_history::Said;

/// How much of a reply is shown and kept, in bytes.
pub(super) const SHOWN: usize = 256 * 1024;
pub(super) const KEPT: usize = 32 * 1024;

/// A command with its reply.
#[derive(Template, WebTemplate)]
#[template(path = "servers/console/entry.html")]
pub(super) struct Entry {
    said: Said,
    /// What the arrow keys bring back: as far as it is kept.
    again: String,
}

impl Entry {
    /// What may be seen of one: nothing in it acts on the page, and all of it is visible.
    pub(super) fn of(said: &Said) -> Self {
        let said = Said { command: shown(&said.command), reply: shown(&said.reply), ..*said };
        let again = secrets::masked(&said.command).map_or_else(|| said.command.clone(), |kept| format!("{kept} "));
        Self { said, again }
    }
}

/// The beginning of a reply, which says that it is one.
pub(super) fn cut(reply: &str, most: usize) -> String {
    if reply.len() <= most {
        return reply.to_owned();
    }
    let end = reply.floor_char_boundary(most);
    format!("{}\n… {} bytes more", &reply[..end], reply.len() - end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_reply_says_that_it_is_cut() {
        assert_eq!(cut("short", 5), "short");
        assert_eq!(cut("äöü", 3), "ä\n… 4 bytes more");
    }

    #[test]
    fn what_strangers_wrote_does_nothing() {
        let said = Said {
            id: 1,
            at: 0,
            command: "say \"</code><script>\"".to_owned(),
            reply: "\u{1b}[2J<img src=x onerror=alert(1)>\0;quit".to_owned(),
            failed: false,
        };
        let html = Entry::of(&said).render().unwrap();
        assert!(html.contains("␛[2J&#60;img src=x onerror=alert(1)&#62;␀;quit"), "{html}");
        assert!(html.contains("data-said=\"say &#34;&#60;/code&#62;"), "{html}");
        assert!(!html.contains("<script") && !html.contains("<img") && !html.contains(['\u{1b}', '\0']));
    }

    #[test]
    fn what_was_masked_comes_back_without_the_mask() {
        let command = "say hi; sv_password ***".to_owned();
        let html = Entry::of(&Said { id: 1, at: 0, command, reply: String::new(), failed: false }).render().unwrap();
        assert!(
            html.contains("data-said=\"say hi; sv_password \"")
                && html.contains("<code>say hi; sv_password ***</code>")
        );
    }
}
