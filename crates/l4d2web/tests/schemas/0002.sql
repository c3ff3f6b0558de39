BEGIN TRANSACTION;
CREATE TABLE _sqlx_migrations (
    version BIGINT PRIMARY KEY,
    description TEXT NOT NULL,
    installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    success BOOLEAN NOT NULL,
    checksum BLOB NOT NULL,
    execution_time BIGINT NOT NULL
);
INSERT INTO "_sqlx_migrations" VALUES(1,'core','2026-11-28 03:12:12',1,X'E727B9E9B13541FE3553B98B01868367378C6875FB787BFD6943E01723A6A3226BF35983EC4436239DF4C1F0A560FA25',1209814);
INSERT INTO "_sqlx_migrations" VALUES(2,'overlays','2026-11-27 09:12:41',1,X'F46B7750B567AFED2B89FC78D0E7EA1102F9E3202A04B7F0D7C280A6D8E3205509B719B010A6028304A20CE3F42D5CB8',4125310);
CREATE TABLE blueprint_overlays (
    blueprint_id      INTEGER NOT NULL REFERENCES blueprints (id) ON DELETE CASCADE,
    overlay_id        INTEGER NOT NULL REFERENCES overlays (id),
    position          INTEGER NOT NULL, -- 0 lies on top
    expose_server_cfg INTEGER NOT NULL DEFAULT 0 CHECK (expose_server_cfg IN (0, 1)),
    PRIMARY KEY (blueprint_id, overlay_id),
    UNIQUE (blueprint_id, position)
) STRICT, WITHOUT ROWID;
INSERT INTO "blueprint_overlays" VALUES(1,1,1,0);
INSERT INTO "blueprint_overlays" VALUES(1,3,0,1);
INSERT INTO "blueprint_overlays" VALUES(2,1,0,1);
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
INSERT INTO "blueprints" VALUES(1,1,'Competitive 4v4','-tickrate 100','sv_alltalk 0
sv_consistency 0',1,1793621200,1793621200);
INSERT INTO "blueprints" VALUES(2,2,'Campaign','','',0,1793621201,1793621201);
CREATE TABLE job_lines (
    job_id INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    seq    INTEGER NOT NULL, -- 1, 2, 3 … without a gap
    at     INTEGER NOT NULL, -- Unix milliseconds
    stream TEXT    NOT NULL CHECK (stream IN ('stdout', 'stderr', 'left4me')),
    line   TEXT    NOT NULL,
    PRIMARY KEY (job_id, seq)
) STRICT, WITHOUT ROWID;
INSERT INTO "job_lines" VALUES(1,1,1793621401000,'stdout','step: fetching');
INSERT INTO "job_lines" VALUES(2,1,1793621501000,'stderr','l4d2ctl: busy');
INSERT INTO "job_lines" VALUES(2,2,1793621502000,'left4me','The host is busy with it.');
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
, reset INTEGER NOT NULL DEFAULT 0 CHECK (reset IN (0, 1))) STRICT;
INSERT INTO "jobs" VALUES(1,'install','succeeded',NULL,NULL,NULL,'',0,'The game is installed (build 1).',NULL,1793621400,1793621401,1793621460,0);
INSERT INTO "jobs" VALUES(2,'start','failed',2,2,NULL,'Campaign',75,'The host is busy with it.',NULL,1793621500,1793621501,1793621502,0);
INSERT INTO "jobs" VALUES(3,'start','queued',1,1,NULL,'Friday Versus',NULL,NULL,NULL,1793621600,NULL,NULL,0);
CREATE TABLE overlay_clashes (
    overlay_id INTEGER NOT NULL REFERENCES overlays (id) ON DELETE CASCADE,
    winner     INTEGER NOT NULL, -- whose files the game takes
    loser      INTEGER NOT NULL,
    files      INTEGER NOT NULL, -- how many
    example    TEXT    NOT NULL, -- one of them
    PRIMARY KEY (overlay_id, loser, winner)
) STRICT, WITHOUT ROWID;
INSERT INTO "overlay_clashes" VALUES(4,121086524,121086525,3,'maps/a.bsp');
CREATE TABLE overlay_items (
    overlay_id INTEGER NOT NULL REFERENCES overlays (id) ON DELETE CASCADE,
    steam_id   INTEGER NOT NULL REFERENCES workshop_items (steam_id),
    position   INTEGER NOT NULL, -- 0 was added first
    PRIMARY KEY (overlay_id, steam_id)
) STRICT, WITHOUT ROWID;
INSERT INTO "overlay_items" VALUES(4,121086524,0);
INSERT INTO "overlay_items" VALUES(4,121086525,1);
CREATE TABLE overlays (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    owner_id   INTEGER REFERENCES users (id), -- NULL: everybody may use it
    name       TEXT    NOT NULL,
    kind       TEXT    NOT NULL CHECK (kind IN ('directory', 'workshop', 'script', 'files', 'maps')),
    reference  TEXT    NOT NULL UNIQUE, -- what l4d2ctl calls it
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
, script TEXT, bytes INTEGER, files INTEGER, source_at INTEGER, built_at INTEGER, built_source INTEGER) STRICT;
INSERT INTO "overlays" VALUES(1,NULL,'Competitive base','directory','competitive/base',1793621100,1793621100,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "overlays" VALUES(3,NULL,'Tickrate 100','directory','tickrate',1793621101,1793621101,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "overlays" VALUES(4,1,'Custom campaigns','workshop','90',1793620800,1793620800,NULL,412000000,1,1793620810,1793620811,1793620810);
INSERT INTO "overlays" VALUES(5,1,'Plugins','script','91',1793620800,1793620800,'#!/bin/bash',NULL,NULL,1793620800,NULL,NULL);
CREATE TABLE server_grants (
    server_id INTEGER NOT NULL REFERENCES servers (id) ON DELETE CASCADE,
    user_id   INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role      TEXT    NOT NULL CHECK (role IN ('operate', 'manage')),
    PRIMARY KEY (server_id, user_id)
) STRICT, WITHOUT ROWID;
INSERT INTO "server_grants" VALUES(1,2,'operate');
INSERT INTO "server_grants" VALUES(2,1,'manage');
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
INSERT INTO "servers" VALUES(1,1,1,'Friday Versus','Friday “Versus”',27015,'not-a-secret','running','port: 27015
overlays: []
arguments: []
config: []
',NULL,NULL,NULL,NULL,1793622000,'was killed by SIGSEGV',1793621300,1793621300);
INSERT INTO "servers" VALUES(2,2,2,'Campaign','',27016,'not-a-secret','stopped',NULL,NULL,NULL,'The host is busy with it.',1793622100,NULL,NULL,1793621301,1793621301);
CREATE TABLE sessions (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id      INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    token_hash   BLOB    NOT NULL UNIQUE, -- SHA-256 of the token in the cookie
    created_at   INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    address      TEXT    NOT NULL, -- where it was last used from
    agent        TEXT    NOT NULL  -- User-Agent of the login, cut
) STRICT;
INSERT INTO "sessions" VALUES(1,1,X'00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF',1793620900,1793621000,'192.0.2.7','Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0');
CREATE TABLE setup_links (
    token_hash BLOB    PRIMARY KEY,
    expires_at INTEGER NOT NULL
) STRICT;
INSERT INTO "setup_links" VALUES(X'FFEEDDCCBBAA99887766554433221100FFEEDDCCBBAA99887766554433221100',1793624400);
ANALYZE "sqlite_master";
INSERT INTO "sqlite_stat1" VALUES('_sqlx_migrations','sqlite_autoindex__sqlx_migrations_1','1 1');
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
INSERT INTO "uploads" VALUES('0123456789abcdef0123456789abcdef',4,1,'left4dead2/addons/a.vpk',1000,'1',0,'ask','sending',0,'b0',1793620800,1793620800);
CREATE TABLE users (
    id                  INTEGER PRIMARY KEY AUTOINCREMENT,
    name                TEXT    NOT NULL UNIQUE COLLATE NOCASE,
    password_hash       TEXT    NOT NULL, -- argon2id, as a PHC string
    admin               INTEGER NOT NULL DEFAULT 0 CHECK (admin IN (0, 1)),
    active              INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
    password_changed_at INTEGER NOT NULL,
    created_at          INTEGER NOT NULL
, max_servers INTEGER CHECK (max_servers >= 0), max_overlay_bytes INTEGER CHECK (max_overlay_bytes >= 0)) STRICT;
INSERT INTO "users" VALUES(1,'bill','$argon2id$v=19$m=19456,t=2,p=1$bm90IGEgcmVhbCBzYWx0$bm90IGEgcmVhbCBoYXNoLCBub2JvZHkgbG9ncyBpbg',1,1,1793620800,1793620800,NULL,NULL);
INSERT INTO "users" VALUES(2,'zoey','$argon2id$v=19$m=19456,t=2,p=1$bm90IGEgcmVhbCBzYWx0$bm90IGEgcmVhbCBoYXNoLCBub2JvZHkgbG9ncyBpbg',0,1,1793620801,1793620801,5,20000000000);
INSERT INTO "users" VALUES(3,'francis','',0,0,1793620802,1793620802,NULL,NULL);
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
INSERT INTO "workshop_items" VALUES(121086524,'Suicide Blitz 2','https://cdn.example/file/1','https://cdn.example/picture/1',412000000,1500000000,1793620811,'ready',NULL,412000000,1500000000,'{"maps":["l4d2_stadium1_apartment"],"missions":[]}');
INSERT INTO "workshop_items" VALUES(121086525,'',NULL,NULL,NULL,NULL,NULL,'missing','There is no such item.',NULL,NULL,NULL);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE UNIQUE INDEX overlays_name_shared ON overlays (name) WHERE owner_id IS NULL;
CREATE UNIQUE INDEX overlays_name_owned ON overlays (owner_id, name) WHERE owner_id IS NOT NULL;
CREATE INDEX blueprint_overlays_overlay ON blueprint_overlays (overlay_id);
CREATE INDEX servers_blueprint ON servers (blueprint_id);
CREATE INDEX server_grants_user ON server_grants (user_id);
CREATE INDEX jobs_open ON jobs (state) WHERE state IN ('queued', 'running', 'cancelling');
CREATE INDEX jobs_server ON jobs (server_id, id);
CREATE INDEX jobs_user ON jobs (user_id, id);
CREATE INDEX job_lines_steps ON job_lines (job_id, seq) WHERE substr(line, 1, 6) = 'step: ';
CREATE INDEX jobs_overlay ON jobs (overlay_id, id) WHERE overlay_id IS NOT NULL;
CREATE INDEX overlay_items_item ON overlay_items (steam_id);
CREATE INDEX uploads_user ON uploads (user_id, overlay_id);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('users',3);
INSERT INTO "sqlite_sequence" VALUES('sessions',1);
INSERT INTO "sqlite_sequence" VALUES('overlays',5);
INSERT INTO "sqlite_sequence" VALUES('blueprints',2);
INSERT INTO "sqlite_sequence" VALUES('servers',2);
INSERT INTO "sqlite_sequence" VALUES('jobs',3);
COMMIT;
