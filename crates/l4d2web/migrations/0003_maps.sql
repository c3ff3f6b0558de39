-- Collections of maps that others keep, each the content of one overlay of the kind maps.

CREATE TABLE map_collections (
    overlay_id INTEGER PRIMARY KEY REFERENCES overlays (id) ON DELETE CASCADE,
    source     TEXT    NOT NULL UNIQUE CHECK (source IN ('l4d2center', 'cedapug')),
    looked_at  INTEGER, -- when its index was last read; NULL: never
    trouble    TEXT,    -- why it could not be read since, in sentences
    shrunk_at  INTEGER  -- since when its index has lost most of its maps, which is not believed at once
) STRICT;

CREATE TABLE collection_maps (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    overlay_id INTEGER NOT NULL REFERENCES map_collections (overlay_id) ON DELETE CASCADE,
    name       TEXT    NOT NULL, -- of its file, as the index has it
    folded     TEXT    NOT NULL, -- the same in small letters: the game knows no others
    url        TEXT    NOT NULL,
    bytes      INTEGER,          -- of the .vpk, as the index has it; NULL: it does not say
    md5        TEXT,             -- of the .vpk, likewise, in small letters
    outcome    TEXT    NOT NULL DEFAULT 'new' CHECK (outcome IN ('new', 'ready', 'failed')),
    reason     TEXT,             -- why it could not be fetched, in sentences
    version    TEXT,             -- what the cache has: its md5, or what the host that has it says of it; NULL: nothing
    files      TEXT,             -- what the cache has, JSON
    changed_at INTEGER,          -- when that was fetched
    UNIQUE (overlay_id, folded)
) STRICT;
