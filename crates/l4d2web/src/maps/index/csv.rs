use url::Url;

use super::{Index, IndexError, Listed, beginning};
use crate::maps::VpkName;

/// What stands in its first line.
const HEAD: [&str; 4] = ["name", "size", "md5", "download link"];

/// Reads the index of L4D2 Center: a line with heads, then `Name;Size;md5;Download link` for each map.
///
/// # Errors
///
/// When it is none.
pub fn csv(text: &str) -> Result<Index, IndexError> {
    let text = text.trim_start_matches('\u{feff}');
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let head: Vec<String> =
        lines.next().unwrap_or_default().split(';').map(|field| field.trim().to_lowercase()).collect();
    if head != HEAD {
        return Err(IndexError::Other(beginning(text)));
    }
    let mut index = Index::default();
    for line in lines {
        match row(line) {
            Ok(map) => index.add(map)?,
            Err((Some(name), why)) => index.unclear(&name, format!("“{}”: {why}", beginning(line))),
            Err((None, why)) => index.odd(format!("“{}”: {why}", beginning(line))),
        }
    }
    index.whole()
}

/// Why a row is not understood; with the name of the map where that is.
type Odd = (Option<VpkName>, String);

fn row(line: &str) -> Result<Listed, Odd> {
    // A name may hold a semicolon; what follows it does not.
    let mut parts = line.rsplitn(4, ';').map(str::trim);
    let (Some(address), Some(md5), Some(size), Some(name)) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err((None, "it has fewer than four fields".to_owned()));
    };
    let name = VpkName::parse(name).map_err(|why| (None, format!("the name {why}")))?;
    let md5 = md5.to_ascii_lowercase();
    if md5.len() != 32 || !md5.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err((Some(name), "the MD5 is not 32 hexadecimal digits".to_owned()));
    }
    let url = Url::parse(address).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let Some(url) = url else { return Err((Some(name), "the link is no address of a file".to_owned())) };
    // Some give it in megabytes, with the unit: it is no more than a hint then.
    let bytes = size.parse().ok().filter(|bytes| *bytes > 0);
    Ok(Listed { name, url: url.to_string(), bytes, md5: Some(md5) })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    const MD5: &str = "0123456789abcdef0123456789ABCDEF";

    fn index(rows: &str) -> Index {
        csv(&format!("Name;Size;md5;Download link\n{rows}\n")).unwrap()
    }

    #[test]
    fn a_row_is_a_map() {
        let index = index(&format!("dead before dawn.vpk;1200;{MD5};https://l4d2center.com/maps/dead before dawn.7z"));
        let [map] = index.maps.as_slice() else { panic!("{index:?}") };
        assert_eq!((map.name.as_str(), map.bytes), ("dead before dawn.vpk", Some(1200)));
        assert_eq!(map.md5.as_deref(), Some(MD5.to_lowercase().as_str()));
        assert_eq!(map.url, "https://l4d2center.com/maps/dead%20before%20dawn.7z");
    }

    #[rstest]
    #[case("a.vpk;1;short;https://x.example/a", "MD5")]
    #[case("a.vpk;0123456789abcdef0123456789abcdef;https://x.example/a", "fewer than four")]
    #[case("../a.vpk;1;0123456789abcdef0123456789abcdef;https://x.example/a", "the name")]
    #[case("a.zip;1;0123456789abcdef0123456789abcdef;https://x.example/a", "does not end in .vpk")]
    #[case("a.vpk;1;0123456789abcdef0123456789abcdef;file:///etc/passwd", "no address")]
    #[case("a.vpk;1;0123456789abcdef0123456789abcdef;a.7z", "no address")]
    fn a_bad_row_is_left_out_and_said(#[case] row: &str, #[case] why: &str) {
        let good = format!("b.vpk;1;{MD5};https://x.example/b");
        let index = index(&format!("{row}\n{good}"));
        assert_eq!(index.maps.len(), 1);
        assert!(index.odd.len() == 1 && index.odd[0].contains(why), "{:?}", index.odd);
    }

    #[rstest]
    #[case("212.5 MB", None)]
    #[case("-1", None)]
    #[case("", None)]
    #[case("99999999999999999999", None)]
    #[case("7", Some(7))]
    fn a_size_that_is_no_number_is_not_known(#[case] size: &str, #[case] bytes: Option<i64>) {
        assert_eq!(index(&format!("a;b.vpk;{size};{MD5};https://x.example/b")).maps[0].bytes, bytes);
    }

    #[test]
    fn one_name_is_one_map() {
        let row = format!("1;{MD5};https://x.example/");
        let index = index(&format!("a.vpk;{row}a\nA.VPK;{row}b\na.vpk;{row}a"));
        assert_eq!((index.maps.len(), index.odd.len()), (1, 1));
    }

    #[rstest]
    #[case(
        "\u{feff}Name;Size;md5;Download link\r\na.vpk;1;0123456789abcdef0123456789abcdef;https://x.example/a\r\n",
        None
    )]
    #[case("\n\nNAME; size ;MD5;Download Link\na.vpk;1;0123456789abcdef0123456789abcdef;https://x.example/a", None)]
    #[case("<!doctype html><title>Not found</title>", Some("begins with “<!doctype html>"))]
    #[case("a.vpk;1;0123456789abcdef0123456789abcdef;https://x.example/a", Some("no list of maps"))]
    #[case("", Some("no list of maps"))]
    #[case("Name;Size;md5;Download link\n", Some("names no map"))]
    #[case("Name;Size;md5;Download link\nnonsense", Some("names no map"))]
    fn an_index_has_a_head_and_maps(#[case] text: &str, #[case] error: Option<&str>) {
        match (csv(text), error) {
            (Ok(index), None) => assert_eq!(index.maps.len(), 1),
            (Err(found), Some(error)) => assert!(found.to_string().contains(error), "{found}"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn too_many_are_refused() {
        let rows: Vec<String> =
            (0..=super::super::MAPS_MAX).map(|n| format!("{n}.vpk;1;{MD5};https://x.example/{n}\n")).collect();
        let rows = rows.concat();
        assert_eq!(csv(&format!("Name;Size;md5;Download link\n{rows}")), Err(IndexError::TooMany));
    }

    proptest! {
        #[test]
        fn any_text_is_taken_or_refused(rows in "([a-zA-Z.;/:0-9 \u{fffd}\n-]|\\PC){0,300}") {
            let _ = csv(&rows);
            if let Ok(index) = csv(&format!("Name;Size;md5;Download link\n{rows}")) {
                prop_assert!(!index.maps.is_empty() && index.odd.len() <= 20);
            }
        }
    }
}
