CREATE TABLE sessions (
    id            TEXT    NOT NULL PRIMARY KEY,  -- UUID, hyphenated
    title         TEXT    NOT NULL,
    owner_name    TEXT    NOT NULL,
    mode          TEXT    NOT NULL,              -- meeting, audience
    lobby         INTEGER NOT NULL,
    listed        INTEGER NOT NULL,
    host_key_hash BLOB    NOT NULL,              -- SHA-256
    created_at    INTEGER NOT NULL,              -- Unix time, ms
    ended_at      INTEGER                        -- Unix time, ms; NULL while it lasts
) STRICT;
CREATE INDEX sessions_active ON sessions (created_at) WHERE ended_at IS NULL;
