-- Care while nobody looks: restarts when empty, schedules, crashes, hangs, and who is told. Times are Unix seconds; switches are 0 or 1.

ALTER TABLE jobs ADD COLUMN only_when TEXT CHECK (only_when IN ('empty', 'warned', 'hung')); -- of a restart or a stop: what must hold as it begins

-- What its people wish for a server; one without a row has what is the default here.
CREATE TABLE server_care (
    server_id       INTEGER PRIMARY KEY REFERENCES servers (id) ON DELETE CASCADE,
    after_update    INTEGER NOT NULL DEFAULT 1 CHECK (after_update IN (0, 1)), -- restart when empty when there is a newer game
    uptime_hours    INTEGER CHECK (uptime_hours BETWEEN 1 AND 720),            -- likewise when it has run for so long; NULL: never
    hang_restart    INTEGER NOT NULL DEFAULT 0 CHECK (hang_restart IN (0, 1)), -- restart when it hangs
    update_declined TEXT,    -- the tree of the game for which somebody cancelled the restart
    uptime_declined INTEGER  -- when it had started when somebody cancelled the restart for its uptime
) STRICT;

-- Restarts and stops that wait until nobody plays, one a server.
CREATE TABLE waiting_restarts (
    server_id    INTEGER PRIMARY KEY REFERENCES servers (id) ON DELETE CASCADE,
    deed         TEXT    NOT NULL CHECK (deed IN ('restart', 'stop')),
    reason       TEXT    NOT NULL CHECK (reason IN ('asked', 'update', 'schedule', 'uptime')),
    user_id      INTEGER REFERENCES users (id) ON DELETE CASCADE, -- who asked; NULL: left4me itself
    asked_at     INTEGER NOT NULL,
    forced_at    INTEGER,                    -- when it is done even when people play; NULL: never
    warned       INTEGER NOT NULL DEFAULT 0, -- how many warnings were said in the game
    unsaid       INTEGER NOT NULL DEFAULT 0, -- how often it was put off since they could not be said
    failed       INTEGER NOT NULL DEFAULT 0, -- how often it failed before anything was done
    not_before   INTEGER NOT NULL DEFAULT 0, -- when it is tried again after that
    coming_since INTEGER,                    -- since when a lobby holds the server, and nobody is on it
    trouble      TEXT                        -- why it waits while nobody is seen to play, in sentences
) STRICT;

-- What is done each day.
CREATE TABLE schedules (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    server_id  INTEGER REFERENCES servers (id) ON DELETE CASCADE, -- NULL: it is about the game
    kind       TEXT    NOT NULL CHECK (kind IN ('restart', 'restart_anyway', 'start', 'stop', 'stop_anyway', 'install')),
    minute     INTEGER NOT NULL CHECK (minute BETWEEN 0 AND 1439), -- of the day
    zone       TEXT    NOT NULL, -- an IANA name
    next_at    INTEGER NOT NULL,
    last_at    INTEGER, -- when it was last due
    last       TEXT,    -- what became of that, a sentence
    created_at INTEGER NOT NULL,
    CHECK ((kind = 'install') = (server_id IS NULL))
) STRICT;
CREATE INDEX schedules_server ON schedules (server_id);

-- How servers ended by themselves. Kept for 30 days.
CREATE TABLE server_crashes (
    server_id INTEGER NOT NULL REFERENCES servers (id) ON DELETE CASCADE,
    at        INTEGER NOT NULL,
    how       TEXT    NOT NULL, -- what follows "it"
    back      INTEGER NOT NULL CHECK (back IN (0, 1)), -- whether systemd started it again
    lines     TEXT,             -- the last ones of its log; NULL: not read yet
    reads     INTEGER NOT NULL DEFAULT 0, -- how often it was tried to read them
    read_at   INTEGER NOT NULL DEFAULT 0, -- when that is tried again
    PRIMARY KEY (server_id, at)
) STRICT, WITHOUT ROWID;

-- Servers that run and do not answer.
CREATE TABLE server_hangs (
    server_id  INTEGER PRIMARY KEY REFERENCES servers (id) ON DELETE CASCADE,
    since_at   INTEGER NOT NULL, -- when it last was heard of
    found_at   INTEGER NOT NULL,
    started_at INTEGER,          -- the start of the process that hangs
    answers    INTEGER NOT NULL DEFAULT 0 CHECK (answers IN (0, 1)) -- its console alone does not: it answers queries
) STRICT;

-- Who is told.
CREATE TABLE webhooks (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    server_id  INTEGER REFERENCES servers (id) ON DELETE CASCADE, -- NULL: of all servers
    name       TEXT    NOT NULL,
    url        TEXT    NOT NULL, -- a secret
    format     TEXT    NOT NULL CHECK (format IN ('discord', 'json')),
    on_crash   INTEGER NOT NULL CHECK (on_crash IN (0, 1)),
    on_hang    INTEGER NOT NULL CHECK (on_hang IN (0, 1)),
    on_update  INTEGER NOT NULL CHECK (on_update IN (0, 1)),
    on_job     INTEGER NOT NULL CHECK (on_job IN (0, 1)),
    rests_until INTEGER NOT NULL DEFAULT 0, -- the other side wants to hear nothing before that
    last_at    INTEGER, -- when it was last called
    last       TEXT,    -- what came of that, a sentence
    tested_at  INTEGER, -- when somebody last tried it
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX webhooks_server ON webhooks (server_id);

-- What is still to be told.
CREATE TABLE webhook_calls (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    webhook_id INTEGER NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    event      TEXT    NOT NULL, -- JSON
    created_at INTEGER NOT NULL,
    next_at    INTEGER NOT NULL,
    tries      INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX webhook_calls_webhook ON webhook_calls (webhook_id, id);

-- What care has to remember of the game: one row at most.
CREATE TABLE game_care (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    notified TEXT NOT NULL -- the newest build at Steam of which it was told
) STRICT;
