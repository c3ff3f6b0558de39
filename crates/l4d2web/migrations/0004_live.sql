-- What is seen of servers in the game: how they got on, who played, and what Steam says of players. Times are Unix seconds.

-- A stretch of time in which the same map, mode and number of players was seen, with the means of the rest. Fine for a day (five minutes at most,
-- unless nothing changed), then an hour each; gone after 30 days. Where there is no row, nothing was seen.
CREATE TABLE server_samples (
    server_id INTEGER NOT NULL REFERENCES servers (id) ON DELETE CASCADE,
    from_at   INTEGER NOT NULL,
    to_at     INTEGER NOT NULL CHECK (to_at > from_at),
    map       TEXT    NOT NULL, -- of an hour: the one that was on longest
    mode      TEXT    NOT NULL, -- likewise; empty: not known
    players   INTEGER NOT NULL, -- people, no bots; of an hour: the most
    fps       INTEGER,          -- frames a second; NULL: not known
    cpu       INTEGER,          -- percent of one core; NULL: not measured
    memory    INTEGER,          -- MB; NULL: not measured
    PRIMARY KEY (server_id, from_at)
) STRICT, WITHOUT ROWID;

-- Who played where, from when until when. Bots are not in it.
CREATE TABLE player_sessions (
    id        INTEGER PRIMARY KEY,
    server_id INTEGER NOT NULL REFERENCES servers (id) ON DELETE CASCADE,
    steam_id  INTEGER NOT NULL, -- 64 bits
    name      TEXT    NOT NULL, -- the last one, as the game wrote it
    joined_at INTEGER NOT NULL,
    seen_at   INTEGER NOT NULL, -- written now and then while it is open
    left_at   INTEGER,          -- NULL: it is open
    ping_min  INTEGER,          -- milliseconds
    ping_max  INTEGER
) STRICT;
CREATE UNIQUE INDEX player_sessions_open ON player_sessions (server_id, steam_id) WHERE left_at IS NULL;
CREATE INDEX player_sessions_left ON player_sessions (server_id, left_at);
CREATE INDEX player_sessions_player ON player_sessions (steam_id);

-- What Steam says of players; asked again after a day.
CREATE TABLE steam_profiles (
    steam_id   INTEGER PRIMARY KEY, -- 64 bits
    name       TEXT    NOT NULL,
    avatar_url TEXT,
    fetched_at INTEGER NOT NULL
) STRICT;
