-- What overlays are made of, and how much a user may have.

-- == quotas, scripts and builds

ALTER TABLE users ADD COLUMN max_servers INTEGER CHECK (max_servers >= 0); -- NULL: no limit
ALTER TABLE users ADD COLUMN max_overlay_bytes INTEGER CHECK (max_overlay_bytes >= 0); -- of the overlays that are theirs; NULL: no limit

ALTER TABLE overlays ADD COLUMN script TEXT;          -- of the kind script
ALTER TABLE overlays ADD COLUMN bytes INTEGER;        -- of what is published; NULL: not known
ALTER TABLE overlays ADD COLUMN files INTEGER;        -- likewise, how many
ALTER TABLE overlays ADD COLUMN source_at INTEGER;    -- when what it is made of last changed: each change makes it higher
ALTER TABLE overlays ADD COLUMN built_at INTEGER;     -- when the last build that worked began; NULL: never built
ALTER TABLE overlays ADD COLUMN built_source INTEGER; -- the `source_at` that this build was made of

ALTER TABLE jobs ADD COLUMN reset INTEGER NOT NULL DEFAULT 0 CHECK (reset IN (0, 1)); -- of a build: begin with nothing
CREATE INDEX jobs_overlay ON jobs (overlay_id, id) WHERE overlay_id IS NOT NULL;

-- == workshop

-- Items of the Steam Workshop that overlays list. What is fetched of one is workshop_cache/<steam_id>.vpk.
CREATE TABLE workshop_items (
    steam_id     INTEGER PRIMARY KEY,
    title        TEXT    NOT NULL DEFAULT '', -- empty: Steam has not said
    file_url     TEXT,
    preview_url  TEXT,
    bytes        INTEGER, -- of the file at Steam; NULL: not known
    time_updated INTEGER, -- when that last changed
    checked_at   INTEGER, -- when Steam last spoke of it; NULL: the next build asks
    outcome      TEXT    NOT NULL DEFAULT 'new'
                         CHECK (outcome IN ('new', 'ready', 'missing', 'banned', 'other_app', 'no_file', 'refused', 'failed')),
    reason       TEXT,    -- why it could not be fetched, in sentences
    cached_bytes INTEGER, -- of what is in the cache; NULL: nothing is
    cached_at    INTEGER, -- the time_updated of that
    contents     TEXT     -- its maps and campaigns, JSON
) STRICT;

CREATE TABLE overlay_items (
    overlay_id INTEGER NOT NULL REFERENCES overlays (id) ON DELETE CASCADE,
    steam_id   INTEGER NOT NULL REFERENCES workshop_items (steam_id),
    position   INTEGER NOT NULL, -- 0 was added first
    PRIMARY KEY (overlay_id, steam_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX overlay_items_item ON overlay_items (steam_id);

-- Items of an overlay that bring the same files, as its last build found them.
CREATE TABLE overlay_clashes (
    overlay_id INTEGER NOT NULL REFERENCES overlays (id) ON DELETE CASCADE,
    winner     INTEGER NOT NULL, -- whose files the game takes
    loser      INTEGER NOT NULL,
    files      INTEGER NOT NULL, -- how many
    example    TEXT    NOT NULL, -- one of them
    PRIMARY KEY (overlay_id, loser, winner)
) STRICT, WITHOUT ROWID;

-- == uploads

-- What is on its way into a files overlay; its bytes are in files/.left4me-staging/upload-<id>, and how many came is the length of that.
CREATE TABLE uploads (
    id         TEXT    PRIMARY KEY, -- 32 hexadecimal digits
    overlay_id INTEGER NOT NULL REFERENCES overlays (id) ON DELETE CASCADE,
    user_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    path       TEXT    NOT NULL, -- where it goes; what an archive holds goes into the folder of that
    size       INTEGER NOT NULL CHECK (size >= 0),
    stamp      TEXT    NOT NULL, -- what the browser knows it by besides name and size
    unpack     INTEGER NOT NULL CHECK (unpack IN (0, 1)),
    on_taken   TEXT    NOT NULL CHECK (on_taken IN ('ask', 'replace', 'both', 'keep')),
    state      TEXT    NOT NULL DEFAULT 'sending' CHECK (state IN ('sending', 'unpacking', 'unpacked', 'merging')),
    synced     INTEGER NOT NULL DEFAULT 0, -- so many bytes survive a power cut
    boot       TEXT    NOT NULL,           -- the boot of the machine in which the others were written
    created_at INTEGER NOT NULL,
    touched_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX uploads_user ON uploads (user_id, overlay_id);
