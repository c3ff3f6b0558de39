//! What there is, and what shall go wrong with it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::package::vpk;

/// All that the stand-in knows.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Catalog {
    pub(crate) items: BTreeMap<i64, Item>,
    pub(crate) collections: BTreeMap<i64, Vec<Child>>,
    /// A status with which the API answers instead of anything else.
    pub(crate) api_status: Option<u16>,
    /// The API answers with something that is no JSON.
    pub(crate) api_garbage: bool,
}

/// An item.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Item {
    pub(crate) title: String,
    pub(crate) app: i64,
    pub(crate) result: i64,
    pub(crate) banned: bool,
    pub(crate) updated: i64,
    /// Its maps; there is a campaign of them when it has a title.
    pub(crate) maps: Vec<String>,
    pub(crate) campaign: Option<String>,
    /// Other files in it.
    pub(crate) files: Vec<String>,
    /// Bytes that make it larger.
    pub(crate) filler: usize,
    /// Without a picture: `none`; else `png`, `jpeg`, `gif`, `webp`, `svg`, `html`, `large`.
    pub(crate) picture: String,
    pub(crate) orders: Orders,
}

/// What shall go wrong with an item.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "each is an order of its own, and any of them go together")]
pub(crate) struct Orders {
    /// Numbers are sent as text.
    pub(crate) numbers_as_text: bool,
    /// The API says this size instead of the right one.
    pub(crate) says_bytes: Option<i64>,
    /// The API says this address instead of the right one.
    pub(crate) says_url: Option<String>,
    /// The file is answered with this status, so often, or always.
    pub(crate) status: Option<u16>,
    pub(crate) times: Option<u32>,
    /// The connection is cut after so many bytes, so often (`times`), or always.
    pub(crate) cut_after: Option<usize>,
    /// Nothing more is sent after so many bytes.
    pub(crate) hold_after: Option<usize>,
    /// So many bytes are sent each 10 ms.
    pub(crate) drip: Option<usize>,
    /// Ranges are not understood.
    pub(crate) no_ranges: bool,
    /// `If-Range` is not minded.
    pub(crate) no_if_range: bool,
    /// The file has no `ETag`.
    pub(crate) no_etag: bool,
    /// The file is somewhere else: an address, or `elsewhere` for another path here.
    pub(crate) redirect: Option<String>,
    /// The file is no VPK.
    pub(crate) no_vpk: bool,
    /// The file is sent as if it were packed.
    pub(crate) packed: bool,
}

/// What a collection holds.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Child {
    pub(crate) id: i64,
    #[serde(default)]
    pub(crate) collection: bool,
}

impl Default for Item {
    fn default() -> Self {
        Self {
            title: "An item".to_owned(),
            app: 550,
            result: 1,
            banned: false,
            updated: 1_700_000_000,
            maps: Vec::new(),
            campaign: None,
            files: Vec::new(),
            filler: 0,
            picture: "png".to_owned(),
            orders: Orders::default(),
        }
    }
}

impl Item {
    /// Its file: a VPK with its maps.
    pub(crate) fn file(&self, id: i64) -> Vec<u8> {
        if self.orders.no_vpk {
            return format!("stand-in: item {id} is no VPK").into_bytes();
        }
        let mut files =
            vec![("addoninfo.txt".to_owned(), format!("// stand-in: item {id}, {}", self.updated).into_bytes())];
        files.extend(self.maps.iter().map(|map| (format!("maps/{map}.bsp"), b"VBSP stand-in".to_vec())));
        files.extend(self.files.iter().map(|path| (path.clone(), b"stand-in".to_vec())));
        if let Some(title) = &self.campaign {
            let chapter = |(place, map): (usize, &String)| format!("\"{}\" {{ \"Map\" \"{map}\" }}\n", place + 1);
            let chapters: String = self.maps.iter().enumerate().map(chapter).collect();
            let text = format!(
                "\"mission\" {{ \"Name\" \"c{id}\" \"DisplayTitle\" \"{title}\" \"modes\" {{ \"coop\" {{\n{chapters}}} }} }}"
            );
            files.push((format!("missions/c{id}.txt"), text.into_bytes()));
        }
        if self.filler > 0 {
            // Different for each version, so that what is put together of two is seen.
            let pattern = format!("{id} {} ", self.updated).into_bytes();
            files.push((format!("materials/filler_{id}.vtf"), pattern.into_iter().cycle().take(self.filler).collect()));
        }
        vpk(1, &files)
    }
}
