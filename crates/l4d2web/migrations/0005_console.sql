-- What people do in games: commands that they typed, what they changed and whom they threw out, and who may not come. Times are Unix seconds.

-- Commands of a console, the newest 500 of each user on each server, and of those what fits into 1 MiB. Secrets are masked before a row is written.
CREATE TABLE command_history (
    id        INTEGER PRIMARY KEY,
    server_id INTEGER NOT NULL REFERENCES servers (id) ON DELETE CASCADE,
    user_id   INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    at        INTEGER NOT NULL,
    command   TEXT    NOT NULL,
    reply     TEXT    NOT NULL, -- of a long one the beginning; of a failure its sentence
    failed    INTEGER NOT NULL CHECK (failed IN (0, 1))
) STRICT;
CREATE INDEX command_history_of ON command_history (server_id, user_id, id);

-- What was done to a game from pages, the newest 500 of each server.
CREATE TABLE game_acts (
    id        INTEGER PRIMARY KEY,
    server_id INTEGER NOT NULL REFERENCES servers (id) ON DELETE CASCADE,
    user_id   INTEGER REFERENCES users (id) ON DELETE SET NULL,
    kind      TEXT    NOT NULL CHECK (kind IN ('change', 'kick', 'ban', 'lift', 'say')),
    what      TEXT    NOT NULL, -- a clause: “Change to c2m1_highway”
    at        INTEGER NOT NULL,
    state     TEXT    NOT NULL CHECK (state IN ('running', 'waiting', 'done', 'refused', 'failed')),
    result    TEXT    NOT NULL DEFAULT '', -- a sentence; empty while it runs
    ended_at  INTEGER
) STRICT;
CREATE INDEX game_acts_of ON game_acts (server_id, id);

-- Who may not come to a server, as it was wished here. What the game itself holds is asked of it.
CREATE TABLE bans (
    server_id INTEGER NOT NULL REFERENCES servers (id) ON DELETE CASCADE,
    steam_id  INTEGER NOT NULL, -- 64 bits
    name      TEXT    NOT NULL, -- as the game wrote it; empty: not known
    reason    TEXT    NOT NULL,
    user_id   INTEGER REFERENCES users (id) ON DELETE SET NULL,
    made_at   INTEGER NOT NULL,
    until_at  INTEGER,          -- NULL: for good
    lifted    INTEGER NOT NULL DEFAULT 0 CHECK (lifted IN (0, 1)), -- 1: to be taken out of the game; the row goes when the game says that it is
    told_start INTEGER,         -- when the process began that has it, Unix seconds; NULL or another: the game is to be told
    PRIMARY KEY (server_id, steam_id)
) STRICT, WITHOUT ROWID;
