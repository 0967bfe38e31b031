-- The store's first schema on PostgreSQL: the tables and columns of the SQLite store after its migration 011, with the
-- same names and meanings, and what several daemons need. Tables and columns are a public interface: any role that may
-- read them can use plain SQL at any time. Only the daemons write.
--
-- Times that the store records (`…_at`) are timestamptz (in `passes` texts), by the clock of the daemon that wrote them,
-- to the millisecond. `modified` is the portal's own text: it has seven digits of a second, timestamptz six. A `hash` is
-- the SHA-256 of `body`: encode(hash, 'hex') is what `sha256sum` prints. Columns that are keys compare bytes
-- (COLLATE "C"), as cursors do.

-- Who runs the engine. Locked FOR SHARE by each transaction that the engine writes, and updated by a take-over only.
CREATE TABLE leases (
    stream   text COLLATE "C" PRIMARY KEY,  -- "engine": of all streams
    holder   text NOT NULL,                 -- host:process:random
    token    bigint NOT NULL,               -- one more at each take-over
    timeline text NOT NULL                  -- of the server's write-ahead log at that time
) WITH (fillfactor=10);
-- Until when: renewed without waiting for a page that is being committed.
CREATE TABLE lease_expiry (
    stream     text COLLATE "C" PRIMARY KEY,
    token      bigint NOT NULL,
    expires_at timestamptz NOT NULL         -- by the server's clock
) WITH (fillfactor=10);

-- One row: the newest number of the change log. It is updated by the transaction that writes the changes, so that its
-- lock makes the order of numbers the order of commits, and a rollback returns them.
CREATE TABLE change_head (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    seq bigint NOT NULL
) WITH (fillfactor=10);
INSERT INTO change_head (seq) VALUES (0);

-- The position of every stream. A cursor is the last record that was stored, in the portal's order.
CREATE TABLE streams (
    stream                 text COLLATE "C" PRIMARY KEY,
    entity                 text NOT NULL,  -- the portal's name of it: "claim_attendance"
    fingerprint            text NOT NULL,  -- JSON: what decides which records belong to the stream
    cursor_modified        text,           -- null with cursor_id: nothing was ever taken
    cursor_id              text,
    safe_modified          text,           -- everything before this is settled; the next pass starts here
    dialect                text NOT NULL,  -- JSON: the proven form of the portal's query language; empty: to be proven
    updated_at             timestamptz NOT NULL,
    portal_time            text,           -- that was trusted when the row was written
    reconciled_fingerprint text NOT NULL,  -- under which a whole reconciliation last completed, or the first one
    ranges                 text NOT NULL   -- JSON: unfinished ranges of a wide load; empty: none are under way
) WITH (fillfactor=50);

-- The newest version of every record. `kind` is that of its last change.
CREATE TABLE records (
    stream     text COLLATE "C" NOT NULL,
    id         text COLLATE "C" NOT NULL,       -- the portal's `_id`
    modified   text COLLATE "C" NOT NULL,
    hash       bytea NOT NULL,
    seq        bigint NOT NULL,                 -- changes.seq of the record's last change
    kind       text NOT NULL,
    deleted_at timestamptz,                     -- since when the portal does not have it; null: it does
    body       text COMPRESSION lz4 NOT NULL,   -- the portal's bytes, unchanged
    readable   text COMPRESSION lz4,            -- the body with U+FFFD for escapes that no text can hold; null: none
    PRIMARY KEY (stream, id)
) WITH (autovacuum_vacuum_insert_scale_factor=0.05);
CREATE INDEX records_by_modified ON records (stream, modified, id) WHERE deleted_at IS NULL;
CREATE INDEX records_deleted ON records (stream, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX records_deleted_with_body ON records (deleted_at) WHERE deleted_at IS NOT NULL AND body <> '{}';

-- The change log: one row for each version taken, in the order of the commits, without holes until it is pruned. The
-- newest row of each record stays: lists by time and by days are read from it.
CREATE TABLE changes (
    seq          bigint PRIMARY KEY,
    stream       text COLLATE "C" NOT NULL,
    id           text COLLATE "C" NOT NULL,
    kind         text NOT NULL,                 -- created updated disabled deleted restored
    modified     text COLLATE "C" NOT NULL,
    hash         bytea NOT NULL,
    committed_at timestamptz NOT NULL,
    modified_s   bigint,                        -- `modified` in whole seconds since 1970, UTC
    start_day    integer,                       -- of the version's startDate, 20240301; null with end_day: no day
    end_day      integer,                       -- of its endDate; if one of the two is no day, the other's
    previous     bigint,                        -- seq of the record's change before this one; null: there was none
    reversal     bigint                         -- a version that the record had before: the how-manieth in a row
);
CREATE INDEX changes_by_modified ON changes (stream, modified_s, seq);
CREATE INDEX changes_by_days ON changes (stream, end_day, seq) INCLUDE (start_day) WHERE end_day IS NOT NULL;
CREATE INDEX changes_reversals ON changes (stream, seq) WHERE reversal IS NOT NULL;

-- The version that change `seq` replaced. A version that was replaced by one that only spells it another way is not
-- kept. Versions of a record are found by its chain of changes (changes.previous).
CREATE TABLE versions (
    seq      bigint PRIMARY KEY,
    stream   text COLLATE "C" NOT NULL,
    id       text COLLATE "C" NOT NULL,
    modified text COLLATE "C" NOT NULL,         -- of the version, as what follows
    hash     bytea NOT NULL,                    -- of its body, unpacked
    bytes    bigint NOT NULL,                   -- of its body, unpacked
    body     bytea NOT NULL                     -- packed (lib/versions/packed_body.hpp)
);
ALTER TABLE versions ALTER COLUMN body SET STORAGE EXTERNAL;  -- it is compressed already

-- One row: what `versions` holds, so that it is known without reading it all.
CREATE TABLE version_totals (
    versions bigint NOT NULL,
    bytes    bigint NOT NULL                    -- of the packed bodies
) WITH (fillfactor=10);
INSERT INTO version_totals (versions, bytes) VALUES (0, 0);

-- What change `seq` corrected in the version before it: a row per field.
CREATE TABLE corrections (
    seq     bigint NOT NULL,
    n       bigint NOT NULL,                    -- from 0
    day     text NOT NULL,                      -- of attendance, "2024-03-05"; empty: the field is the record's own
    sign_in text NOT NULL,                      -- the signInId; empty: the field is none of a sign-in's
    field   text NOT NULL,                      -- "attendance.body.familyfee"; of a day or a sign-in from there: "signin"
    was     text,                               -- as text; null: nothing. A signature is "present"
    is_now  text,                               -- the same; "changed": another signature
    PRIMARY KEY (seq, n)
);

-- Records whose content was erased by an operator.
CREATE TABLE erasures (
    stream       text NOT NULL,
    id           text NOT NULL,
    erased_at    timestamptz NOT NULL,
    requested_by text NOT NULL
);

-- Verified SNS notifications.
CREATE TABLE events (
    message_id  text COLLATE "C" PRIMARY KEY,
    topic_arn   text NOT NULL,
    event_type  text NOT NULL,                  -- attendance, parent-attendance, …
    stream      text COLLATE "C",               -- null: of no stream that is configured
    record_id   text COLLATE "C",
    event_time  text,                           -- the vendor's text, down to 100 ns
    received_at timestamptz NOT NULL,
    state       text NOT NULL,                  -- open settled gone not_in_stream
    settled_at  timestamptz,
    body        text COMPRESSION lz4 NOT NULL,  -- the whole notification as it was received
    held_seq    bigint,                         -- changes.seq that the record held had when it came; null: none
    n           bigint NOT NULL                 -- in the order of the commits
);
CREATE UNIQUE INDEX events_by_number ON events (n);
CREATE INDEX events_open ON events (stream, received_at, n) WHERE state = 'open';
CREATE INDEX events_by_arrival ON events (stream, received_at, record_id);
CREATE INDEX events_by_end ON events (settled_at) WHERE settled_at IS NOT NULL;

-- One row: the newest events.n, as change_head.
CREATE TABLE event_head (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    n   bigint NOT NULL
) WITH (fillfactor=10);
INSERT INTO event_head (n) VALUES (0);

-- The subscription state of each topic, as far as the endpoint was told.
CREATE TABLE subscriptions (
    topic_arn        text COLLATE "C" PRIMARY KEY,
    state            text NOT NULL,             -- pending confirmed gone
    subscription_arn text,                      -- null: not known
    changed_at       timestamptz NOT NULL
);

-- SNS's signing certificates that were found good. They are checked again whenever they are read.
CREATE TABLE signing_certificates (
    url        text COLLATE "C" PRIMARY KEY,    -- as in SigningCertURL
    pem        text NOT NULL,
    fetched_at timestamptz NOT NULL
);

-- Records that could not be taken, with the reason. `body` is of bytes: it may be no UTF-8.
CREATE TABLE quarantine (
    stream   text COLLATE "C" NOT NULL,
    id       text COLLATE "C" NOT NULL,         -- `_id`, or "sha256:…" of the body if it has none to use
    modified text COLLATE "C" NOT NULL,         -- the content of `modified`, possibly empty
    reason   text NOT NULL,
    body     bytea NOT NULL,                    -- empty if no response could carry it
    attempts bigint NOT NULL,                   -- how often it came with another `modified` or reason
    first_at timestamptz NOT NULL,
    last_at  timestamptz NOT NULL,
    PRIMARY KEY (stream, id)
);

-- Records of which the portal showed another version that may be older than the one held: at `ask_at` the record is
-- requested by id, and what is shown then is taken. Times are the portal's.
CREATE TABLE doubted (
    stream     text COLLATE "C" NOT NULL,
    id         text COLLATE "C" NOT NULL,
    modified   text COLLATE "C" NOT NULL,       -- of the version that is doubted
    hash       bytea NOT NULL,
    first_seen text NOT NULL,
    ask_at     text COLLATE "C" NOT NULL,
    reversals  bigint NOT NULL,                 -- as changes.reversal: how many there were before
    PRIMARY KEY (stream, id)
);
CREATE INDEX doubted_by_time ON doubted (stream, ask_at);

-- Records that listings within the stream omit although the portal has them.
CREATE TABLE omitted (
    stream         text COLLATE "C" NOT NULL,
    id             text COLLATE "C" NOT NULL,
    first_at       text COLLATE "C" NOT NULL,   -- the portal's time when it was first requested by id, in vain
    filter_changed boolean NOT NULL,            -- since the record was known to be within the filter
    PRIMARY KEY (stream, id)
);

-- Requests to the portal, by the month in UTC. `requests` is what counts against the quota: sent and reserved.
CREATE TABLE quota (
    month    text COLLATE "C" PRIMARY KEY,      -- "2024-03"
    requests bigint NOT NULL,
    sent     bigint NOT NULL,
    reserved bigint NOT NULL
) WITH (fillfactor=50);

-- When each stream's own pass first reached the portal's end.
CREATE TABLE first_passes (
    stream   text COLLATE "C" PRIMARY KEY,
    ended_at timestamptz NOT NULL
);

-- Bounded passes: backfills of a range of days and reconciliations, as requested and with their progress.
CREATE TABLE passes (
    pass              bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    kind              text NOT NULL,            -- backfill reconcile
    stream            text COLLATE "C" NOT NULL,
    state             text NOT NULL,            -- waiting running done failed awaiting_confirmation canceled
    scheduled         boolean NOT NULL,         -- by the daemon, not by an operator
    deep              boolean NOT NULL,         -- reconcile: whole records were compared
    whole             boolean NOT NULL,         -- reconcile: every key was compared, whatever the counts
    confirm_deletes   boolean NOT NULL,         -- reconcile: the guard was lifted
    first_day         text NOT NULL,            -- backfill: "20240301", both included
    last_day          text NOT NULL,
    position_modified text,                     -- backfill: the position of the step under way
    position_id       text,
    steps             bigint NOT NULL,
    steps_done        bigint NOT NULL,
    records           bigint NOT NULL,          -- of the portal's that were compared or fetched
    expected          bigint,                   -- of these in all; null: the portal does not count
    missing           bigint NOT NULL,          -- that the store did not have
    changed           bigint NOT NULL,          -- that it had in another version
    gone              bigint NOT NULL,          -- that it has and the portal has not
    deleted           bigint NOT NULL,          -- of the gone ones, marked so
    requests          bigint NOT NULL,
    error             text NOT NULL,
    hint              text NOT NULL,
    wished_at         text NOT NULL,            -- "2024-03-13T19:08:57.163Z"; as the engine writes it, like what follows
    started_at        text NOT NULL,            -- empty: not yet
    updated_at        text NOT NULL,
    holes             bigint NOT NULL,          -- records that listings omit by mistake
    awaiting          bigint NOT NULL,          -- records that wait for a second check
    reason            text NOT NULL,            -- why a reconciliation is due early; empty: by the interval or on request
    unexplained       bigint NOT NULL,          -- records that the portal counts and no walk met
    ranges            text NOT NULL,            -- JSON; empty: of a job that has not begun, or has no days
    cancel_wished     boolean NOT NULL DEFAULT false  -- requested on any daemon, carried out by the holder
);

-- The daemons that use this store, each as it announced itself last.
CREATE TABLE daemons (
    id      text COLLATE "C" PRIMARY KEY,       -- host:process:random, as in leases.holder
    host    text NOT NULL,
    pid     bigint NOT NULL,
    version text NOT NULL,
    role    text NOT NULL,                      -- active standby
    since   timestamptz NOT NULL,               -- in this role; by the server's clock, as seen_at
    seen_at timestamptz NOT NULL
) WITH (fillfactor=10);

-- Requests to the engine that a daemon without it took, and their answers.
CREATE TABLE peer_requests (
    request      bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    text         text NOT NULL,
    answer       text,                          -- null: open
    submitted_at timestamptz NOT NULL DEFAULT now()
);

-- The store's own notes.
--   generation      random text, new with every new store and after a failover that may have lost commits
--   prune_position  changes up to this one were checked by pruning
--   pruned_to       changes up to this one may be gone
--   timeline        of the server's write-ahead log at the last take-over
CREATE TABLE meta (
    name  text COLLATE "C" PRIMARY KEY,
    value text NOT NULL
);
INSERT INTO meta (name, value) VALUES ('generation', replace(gen_random_uuid()::text, '-', ''));
