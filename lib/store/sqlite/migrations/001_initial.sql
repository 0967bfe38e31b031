-- The store's first schema. Tables and columns are a public interface: any program may read them by plain SQL, also
-- while the daemon runs. Writing is the daemon's alone.
--
-- Times that the store notes itself (`…_at`) are UTC, "2024-03-13T19:08:57.163Z", from this machine's clock, for display.
-- `modified` is the portal's own text. A `hash` is the SHA-256 of `body` as 32 bytes: lower(hex(hash)) is what
-- `sha256sum` prints.

-- Where each stream stands. A cursor is the position of the last record that was stored, in the portal's order.
CREATE TABLE streams (
    stream          TEXT PRIMARY KEY NOT NULL,
    entity          TEXT NOT NULL,   -- the portal's name of it: "claim_attendance"
    fingerprint     TEXT NOT NULL,   -- JSON: what decides which records belong to the stream; another one, another cursor
    cursor_modified TEXT,            -- null with cursor_id: nothing was ever taken
    cursor_id       TEXT,
    safe_modified   TEXT,            -- everything before this is settled; the next pass starts here
    dialect         TEXT NOT NULL,   -- JSON: the proven form of the portal's query language; empty: to be proven
    updated_at      TEXT NOT NULL
) STRICT;

-- The newest version of every record. `body` comes last because a body of more than a page lies in a chain of pages
-- that SQLite must walk to reach what stands behind it.
CREATE TABLE records (
    stream     TEXT NOT NULL,
    id         TEXT NOT NULL,        -- the portal's `_id`
    modified   TEXT NOT NULL,
    hash       BLOB NOT NULL,
    seq        INTEGER NOT NULL,     -- changes.seq of the record's last change
    deleted_at TEXT,                 -- since when the portal has it no more; null: it has
    body       TEXT NOT NULL         -- the portal's bytes, unchanged
) STRICT;
-- A rowid table with an index of its own takes five times as many records a second as one WITHOUT ROWID, because
-- random ids would scatter whole bodies. While an empty store is filled for the first time there is no index: it is
-- made when the first walk of every stream has ended, or at the next start.
CREATE UNIQUE INDEX records_by_id ON records (stream, id);

-- The change log: one row for each version taken, in the order of the commits, without holes until it is pruned.
-- The newest row of each record must stay: it says whether the record was disabled.
CREATE TABLE changes (
    seq          INTEGER PRIMARY KEY NOT NULL,
    stream       TEXT NOT NULL,
    id           TEXT NOT NULL,
    kind         TEXT NOT NULL,      -- created updated disabled deleted restored
    modified     TEXT NOT NULL,
    hash         BLOB NOT NULL,
    committed_at TEXT NOT NULL
) STRICT;

-- Verified SNS notifications.
CREATE TABLE events (
    message_id  TEXT PRIMARY KEY NOT NULL,
    topic_arn   TEXT NOT NULL,
    event_type  TEXT NOT NULL,       -- attendance, parent-attendance, …
    stream      TEXT,                -- null: of no stream that is configured
    record_id   TEXT,
    event_time  TEXT,                -- the vendor's text, down to 100 ns
    received_at TEXT NOT NULL,
    state       TEXT NOT NULL,       -- open, or how it was settled
    settled_at  TEXT,
    body        TEXT NOT NULL        -- the whole notification as it was received
) STRICT;

-- Records that could not be taken, whole, with the reason.
CREATE TABLE quarantine (
    stream   TEXT NOT NULL,
    id       TEXT NOT NULL,          -- `_id`, or "sha256:…" of the body where it has none to use
    modified TEXT NOT NULL,          -- what stood in `modified`, perhaps empty
    reason   TEXT NOT NULL,
    body     TEXT NOT NULL,          -- empty where no answer could carry it
    attempts INTEGER NOT NULL,       -- how often it came with another `modified` or reason, the first included
    first_at TEXT NOT NULL,
    last_at  TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX quarantine_by_id ON quarantine (stream, id);

-- Requests to the portal, by the month in UTC.
CREATE TABLE quota (
    month    TEXT PRIMARY KEY NOT NULL,  -- "2024-03"
    requests INTEGER NOT NULL
) STRICT;

-- The store's own notes.
--   generation  random text, new with every new store; a restored backup is to be given a new one
--   seq_high    no change may have this `seq` or a lower one: what pruning took away
CREATE TABLE meta (
    name  TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
) STRICT;
INSERT INTO meta (name, value) VALUES ('generation', lower(hex(randomblob(16)))), ('seq_high', '0');

-- A `seq` is never given twice, whoever prunes the log and however much of it. A trigger costs the insertion nothing;
-- a counter written with every commit would cost a page of the log each time.
CREATE TRIGGER changes_keep_high AFTER DELETE ON changes
BEGIN
    UPDATE meta SET value = old.seq WHERE name = 'seq_high' AND CAST(value AS INTEGER) < old.seq;
END;
