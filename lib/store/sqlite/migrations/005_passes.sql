-- Bounded passes: backfills of a range of days and reconciliations, as they were wished for and as far as they came. The
-- newest thousand are kept.
CREATE TABLE passes (
    pass              INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    kind              TEXT NOT NULL,     -- backfill reconcile
    stream            TEXT NOT NULL,
    state             TEXT NOT NULL,     -- waiting running done failed asking canceled
    scheduled         INTEGER NOT NULL,  -- 1: by the daemon itself
    deep              INTEGER NOT NULL,  -- reconcile: 1: whole records were compared
    whole             INTEGER NOT NULL,  -- reconcile: 1: every key was compared, whatever the counts said
    confirm_deletes   INTEGER NOT NULL,  -- reconcile: 1: the guard was lifted
    first_day         TEXT NOT NULL,     -- backfill: "20240301", both included
    last_day          TEXT NOT NULL,
    position_modified TEXT,              -- backfill: where the step under way stands
    position_id       TEXT,
    steps             INTEGER NOT NULL,  -- backfill: what began before the first day, then each month
    steps_done        INTEGER NOT NULL,
    records           INTEGER NOT NULL,  -- of the portal's that were compared or fetched
    expected          INTEGER,           -- of these in all; null: the portal does not count
    missing           INTEGER NOT NULL,  -- that the store did not have
    changed           INTEGER NOT NULL,  -- that it had in another version
    gone              INTEGER NOT NULL,  -- that it has and the portal has not
    deleted           INTEGER NOT NULL,  -- of the gone ones, marked so
    requests          INTEGER NOT NULL,
    error             TEXT NOT NULL,
    hint              TEXT NOT NULL,
    wished_at         TEXT NOT NULL,
    started_at        TEXT NOT NULL,     -- empty: not yet
    updated_at        TEXT NOT NULL
) STRICT;

-- What a reconciliation counts and walks. `modified` grows as records come, so that the index grows at its end, also
-- while an empty store is filled.
CREATE INDEX records_by_modified ON records (stream, modified, id) WHERE deleted_at IS NULL;
