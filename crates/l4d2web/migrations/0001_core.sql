-- Accounts, blueprints, servers and the queue. Times are Unix seconds; switches are 0 or 1.

CREATE TABLE users (
    id                  INTEGER PRIMARY KEY AUTOINCREMENT,
    name                TEXT    NOT NULL UNIQUE COLLATE NOCASE,
    password_hash       TEXT    NOT NULL, -- argon2id, as a PHC string
    admin               INTEGER NOT NULL DEFAULT 0 CHECK (admin IN (0, 1)),
    active              INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
    password_changed_at INTEGER NOT NULL,
    created_at          INTEGER NOT NULL
) STRICT;

CREATE TABLE sessions (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id      INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    token_hash   BLOB    NOT NULL UNIQUE, -- SHA-256 of the token in the cookie
    created_at   INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    address      TEXT    NOT NULL, -- where it was last used from
    agent        TEXT    NOT NULL  -- User-Agent of the login, cut
) STRICT;
CREATE INDEX sessions_user ON sessions (user_id);

-- The way in on a panel without any user.
CREATE TABLE setup_links (
    token_hash BLOB    PRIMARY KEY,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE TABLE overlays (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    owner_id   INTEGER REFERENCES users (id), -- NULL: everybody may use it
    name       TEXT    NOT NULL,
    kind       TEXT    NOT NULL CHECK (kind IN ('directory', 'workshop', 'script', 'files', 'maps')),
    reference  TEXT    NOT NULL UNIQUE, -- what l4d2ctl calls it
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX overlays_name_shared ON overlays (name) WHERE owner_id IS NULL;
CREATE UNIQUE INDEX overlays_name_owned ON overlays (owner_id, name) WHERE owner_id IS NOT NULL;

CREATE TABLE blueprints (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    owner_id   INTEGER NOT NULL REFERENCES users (id),
    name       TEXT    NOT NULL,
    arguments  TEXT    NOT NULL DEFAULT '', -- words for srcds_run, one a line
    config     TEXT    NOT NULL DEFAULT '', -- lines of server.cfg
    shared     INTEGER NOT NULL DEFAULT 0 CHECK (shared IN (0, 1)), -- everybody may see and use it
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    UNIQUE (owner_id, name)
) STRICT;

CREATE TABLE blueprint_overlays (
    blueprint_id      INTEGER NOT NULL REFERENCES blueprints (id) ON DELETE CASCADE,
    overlay_id        INTEGER NOT NULL REFERENCES overlays (id),
    position          INTEGER NOT NULL, -- 0 lies on top
    expose_server_cfg INTEGER NOT NULL DEFAULT 0 CHECK (expose_server_cfg IN (0, 1)),
    PRIMARY KEY (blueprint_id, overlay_id),
    UNIQUE (blueprint_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX blueprint_overlays_overlay ON blueprint_overlays (overlay_id);

CREATE TABLE servers (
    id            INTEGER PRIMARY KEY AUTOINCREMENT, -- its name for l4d2ctl
    owner_id      INTEGER NOT NULL REFERENCES users (id),
    blueprint_id  INTEGER NOT NULL REFERENCES blueprints (id),
    name          TEXT    NOT NULL,
    hostname      TEXT    NOT NULL DEFAULT '', -- shown in the game; empty: the name
    port          INTEGER NOT NULL UNIQUE CHECK (port BETWEEN 1024 AND 65535),
    rcon_password TEXT    NOT NULL,
    desired       TEXT    NOT NULL DEFAULT 'stopped' CHECK (desired IN ('stopped', 'running')),
    started_spec  TEXT,    -- the spec of the last start; NULL: never started since it was made or reset
    status        TEXT,    -- the last answer of `l4d2ctl status`, JSON
    status_at     INTEGER, -- when that was
    last_error    TEXT,    -- why the last job that changed its state failed
    drift_seen_at INTEGER, -- when the state was first seen to differ from `desired`
    crashed_at    INTEGER, -- when it last ended badly while it should run, and systemd started it again
    crash         TEXT,    -- how: a clause that follows "it", as `reason` of the status has it
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    UNIQUE (owner_id, name)
) STRICT;
CREATE INDEX servers_blueprint ON servers (blueprint_id);

CREATE TABLE server_grants (
    server_id INTEGER NOT NULL REFERENCES servers (id) ON DELETE CASCADE,
    user_id   INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role      TEXT    NOT NULL CHECK (role IN ('operate', 'manage')),
    PRIMARY KEY (server_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX server_grants_user ON server_grants (user_id);

-- The queue: what waits, runs and ran.
CREATE TABLE jobs (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    kind        TEXT    NOT NULL CHECK (kind IN ('install', 'refresh', 'build', 'start', 'stop', 'restart', 'reset', 'delete')),
    state       TEXT    NOT NULL DEFAULT 'queued'
                        CHECK (state IN ('queued', 'running', 'cancelling', 'succeeded', 'failed', 'cancelled', 'interrupted')),
    user_id     INTEGER REFERENCES users (id) ON DELETE SET NULL, -- who asked; NULL: left4me itself, or a deleted user
    server_id   INTEGER REFERENCES servers (id) ON DELETE SET NULL,
    overlay_id  INTEGER REFERENCES overlays (id) ON DELETE SET NULL,
    subject     TEXT    NOT NULL DEFAULT '', -- name of the server or overlay when the job was asked for
    exit_code   INTEGER,
    summary     TEXT,    -- how it ended, in plain words
    progress    TEXT,    -- while it runs: the last progress, JSON
    created_at  INTEGER NOT NULL,
    started_at  INTEGER,
    finished_at INTEGER
) STRICT;
CREATE INDEX jobs_open ON jobs (state) WHERE state IN ('queued', 'running', 'cancelling');
CREATE INDEX jobs_server ON jobs (server_id, id);
CREATE INDEX jobs_user ON jobs (user_id, id);

CREATE TABLE job_lines (
    job_id INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    seq    INTEGER NOT NULL, -- 1, 2, 3 … without a gap
    at     INTEGER NOT NULL, -- Unix milliseconds
    stream TEXT    NOT NULL CHECK (stream IN ('stdout', 'stderr', 'left4me')),
    line   TEXT    NOT NULL,
    PRIMARY KEY (job_id, seq)
) STRICT, WITHOUT ROWID;
-- The few lines that say which step a job is at, among the many that it prints.
CREATE INDEX job_lines_steps ON job_lines (job_id, seq) WHERE substr(line, 1, 6) = 'step: ';
