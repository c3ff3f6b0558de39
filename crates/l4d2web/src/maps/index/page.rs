use std::cell::RefCell;

use html5ever::buffer_queue::BufferQueue;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use percent_encoding::percent_decode_str;
use url::Url;

use super::{Index, IndexError, Listed, beginning};
use crate::maps::VpkName;

/// How files of maps end.
const ENDINGS: [&str; 3] = [".zip", ".7z", ".vpk"];

/// Reads the index of cedapug.com: a page with links to archives of maps, relative ones from `base`. Links to anything else are no maps.
///
/// # Errors
///
/// When it is none.
pub fn page(text: &str, base: &Url) -> Result<Index, IndexError> {
    let mut index = Index::default();
    for link in links(text) {
        let Ok(url) = base.join(link.trim()) else { continue };
        let last = url.path_segments().and_then(|mut names| names.next_back()).unwrap_or_default();
        let last = percent_decode_str(last).decode_utf8_lossy().into_owned();
        let Some(stem) = ENDINGS.iter().find_map(|ending| without(&last, ending)) else { continue };
        match VpkName::parse(&format!("{stem}.vpk")) {
            Ok(name) if !matches!(url.scheme(), "http" | "https") || !url.has_host() => {
                index.unclear(&name, format!("“{}”: the link is no address of a file", beginning(&last)));
            }
            Ok(name) => index.add(Listed { name, url: url.to_string(), bytes: None, md5: None })?,
            Err(why) => index.odd(format!("“{}”: the name {why}", beginning(&last))),
        }
    }
    index.whole()
}

/// Where the links of a page lead. No tree is made of it: a few bytes can ask for a very large one.
fn links(text: &str) -> Vec<String> {
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(text));
    let tokenizer = Tokenizer::new(Links::default(), TokenizerOpts::default());
    // Nothing here asks it to stop.
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink.0.into_inner()
}

/// Takes the links out of the tags that come.
#[derive(Default)]
struct Links(RefCell<Vec<String>>);

impl TokenSink for Links {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        if let Token::TagToken(tag) = token
            && tag.kind == TagKind::StartTag
            && &*tag.name == "a"
            && let Some(href) = tag.attrs.iter().find(|attribute| &*attribute.name.local == "href")
        {
            self.0.borrow_mut().push(href.value.to_string());
        }
        TokenSinkResult::Continue
    }
}

fn without<'a>(name: &'a str, ending: &str) -> Option<&'a str> {
    let stem = name.get(..name.len().checked_sub(ending.len())?)?;
    (!stem.is_empty() && name[stem.len()..].eq_ignore_ascii_case(ending)).then_some(stem)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn base() -> Url {
        Url::parse("https://cedapug.com/custom").unwrap()
    }

    #[test]
    fn links_to_archives_are_maps() {
        let text = r#"<html><head><title>Custom</title></head><body><a href="/">Home</a><table>
            <TR><TD>Dead Before Dawn<TD><A HREF="/maps/dead%20before%20dawn.zip">Download</A>
            <tr><td>Warcelona</td><td><a href='https://cdn.example/w&amp;b.ZIP?v=2'>zip</a></td></tr>
            <tr><td>Twice</td><td><a href="maps/x.7z">a</a> <a href="maps/x.7z">b</a></td></tr>
            <tr><td><a href="javascript:alert(1).zip">bad</a><a href="mailto:a@b.zip">bad</a><a href="ftp://h.example/a.zip">bad</a>
            <tr><td><a href="https://cdn.example/.zip">no name</a><a href="readme.txt">no map</a><a href="y.vpk">open"#;
        let index = page(text, &base()).unwrap();
        let found: Vec<_> = index.maps.iter().map(|map| (map.name.as_str(), map.url.as_str())).collect();
        assert_eq!(
            found,
            [
                ("dead before dawn.vpk", "https://cedapug.com/maps/dead%20before%20dawn.zip"),
                ("w&b.vpk", "https://cdn.example/w&b.ZIP?v=2"),
                ("x.vpk", "https://cedapug.com/maps/x.7z"),
                ("y.vpk", "https://cedapug.com/y.vpk"),
            ]
        );
        assert!(index.odd.iter().any(|clause| clause.contains("no address")), "{:?}", index.odd);
    }

    #[test]
    fn a_page_without_maps_is_no_index() {
        assert_eq!(page("<p>We moved.", &base()), Err(IndexError::Empty));
        assert_eq!(page("", &base()), Err(IndexError::Empty));
    }

    proptest! {
        #[test]
        fn any_page_is_taken_or_refused(text in "(<a href=['\"]?|<tr|<td>|[./%a-z&;]{0,8}|\\.zip|'|>|\\PC){0,60}") {
            if let Ok(index) = page(&text, &base()) {
                prop_assert!(index.maps.iter().all(|map| Url::parse(&map.url).is_ok()));
            }
        }
    }
}
