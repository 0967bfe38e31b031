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
