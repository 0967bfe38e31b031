-- What a portal whose `modified` goes back, or whose listings leave records out, needs to be told apart from a replica
-- that is behind.

-- The fingerprint under which a whole reconciliation last came to its end, or the stream's first one.
ALTER TABLE streams ADD COLUMN reconciled_fingerprint TEXT NOT NULL DEFAULT '';
UPDATE streams SET reconciled_fingerprint = fingerprint;

-- A record's changes are a chain, so that its history is found without an index by id, of which each new record would
-- touch a page of its own.
ALTER TABLE changes ADD COLUMN previous INTEGER;  -- seq of the record's change before this one; null: there was none
-- The version is one that the record had had before (its `modified` went back, or the portal was restored from a
-- backup): the how-manieth such change in a row, each within a day of the one before. Null: it is not.
ALTER TABLE changes ADD COLUMN reversal INTEGER;
UPDATE changes SET previous = chain.previous
FROM (SELECT seq, lag(seq) OVER (PARTITION BY stream, id ORDER BY seq) AS previous FROM changes) AS chain
WHERE chain.seq = changes.seq AND chain.previous IS NOT NULL;
CREATE INDEX changes_reversals ON changes (stream, seq) WHERE reversal IS NOT NULL;

-- Records of which the portal showed another version that may be older than the one held, or the right one: at `ask_at`
-- the record is asked for by id, and what is shown then is taken. Times are the portal's.
CREATE TABLE doubted (
    stream     TEXT NOT NULL,
    id         TEXT NOT NULL,
    modified   TEXT NOT NULL,     -- of the version that is doubted
    hash       BLOB NOT NULL,
    first_seen TEXT NOT NULL,     -- when the portal was asked for the answer that first raised the doubt
    ask_at     TEXT NOT NULL,
    reversals  INTEGER NOT NULL,  -- as changes.reversal: how many there were before
    PRIMARY KEY (stream, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX doubted_by_time ON doubted (stream, ask_at);

-- Records that listings within the stream leave out although the portal has them: a second look, an overlap later, says
-- whether they have left the stream's filter.
CREATE TABLE omitted (
    stream         TEXT NOT NULL,
    id             TEXT NOT NULL,
    first_at       TEXT NOT NULL,     -- when the portal was first asked for it by id, with the filter, in vain
    filter_changed INTEGER NOT NULL,  -- 1: the filter had changed since the record was known to be within it
    PRIMARY KEY (stream, id)
) STRICT, WITHOUT ROWID;

-- changes.seq that the record held had when the event came; null: none was held.
ALTER TABLE events ADD COLUMN held_seq INTEGER;

ALTER TABLE passes ADD COLUMN holes INTEGER NOT NULL DEFAULT 0;     -- records that listings leave out by mistake
ALTER TABLE passes ADD COLUMN awaiting INTEGER NOT NULL DEFAULT 0;  -- records that wait for a second look

-- `requests` is what counts against the month's quota: what was sent, and what is set aside to be sent. What a crash
-- leaves set aside counts as sent from the next start on.
ALTER TABLE quota ADD COLUMN sent INTEGER NOT NULL DEFAULT 0;
ALTER TABLE quota ADD COLUMN reserved INTEGER NOT NULL DEFAULT 0;
UPDATE quota SET sent = requests;

-- Why a reconciliation is due before its time; empty: by the interval, or an operator's wish.
ALTER TABLE passes ADD COLUMN reason TEXT NOT NULL DEFAULT '';

-- When each stream's own pass first came to the portal's end, ever. The interval of the first reconciliation counts from
-- it. A stream that has a cursor already is taken to have done so when its row was last written.
CREATE TABLE first_passes (
    stream   TEXT PRIMARY KEY NOT NULL,
    ended_at TEXT NOT NULL
) STRICT;
INSERT INTO first_passes (stream, ended_at) SELECT stream, updated_at FROM streams WHERE cursor_modified IS NOT NULL;

-- The portal's time that was trusted when the stream's row was written last, as the portal writes times: a restart trusts
-- no earlier one.
ALTER TABLE streams ADD COLUMN portal_time TEXT;

-- Of a reconciliation: records that the portal counts and no walk met. The walk by `_id` runs again when this changes.
ALTER TABLE passes ADD COLUMN unexplained INTEGER NOT NULL DEFAULT 0;
