-- A store as version 2 of the schema left it (sqlite3 store.db .dump, and the pragmas that a dump leaves out).
PRAGMA page_size=16384;
PRAGMA application_id=1128485753;
PRAGMA user_version=2;
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
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
INSERT INTO streams VALUES('claim_attendance','claim_attendance','{"entity":"claim_attendance"}','2024-03-13T19:08:57.1630000Z','65f35b06e30c8a2e4578d118','2024-03-13T18:58:57.1630000Z','{"modified":"string","id":"string","keyset":true}','2024-03-13T19:09:01.250Z');
INSERT INTO streams VALUES('provider','provider','{"entity":"provider"}',NULL,NULL,NULL,'','2024-03-13T19:09:00.000Z');
CREATE TABLE records (
    stream     TEXT NOT NULL,
    id         TEXT NOT NULL,        -- the portal's `_id`
    modified   TEXT NOT NULL,
    hash       BLOB NOT NULL,
    seq        INTEGER NOT NULL,     -- changes.seq of the record's last change
    deleted_at TEXT,                 -- since when the portal has it no more; null: it has
    body       TEXT NOT NULL         -- the portal's bytes, unchanged
) STRICT;
INSERT INTO records VALUES('claim_attendance','65f35b06e30c8a2e4578d110','2024-03-12T08:00:00.0000000Z',X'cf754985a31708c6d218f8c5d8951f528f588ccd70613b70afd89b54bb68c22e',1,NULL,'{"_id":"65f35b06e30c8a2e4578d110","modified":"2024-03-12T08:00:00.0000000Z","comment":"Zoë \"x\" it''s","claimId":17}');
INSERT INTO records VALUES('claim_attendance','65f35b06e30c8a2e4578d111','2024-03-13T08:00:00.0000000Z',X'26945c9e871fe68bfc3b3adb60459b9007ae4e6b1f8533f26e23eae02b393f31',3,NULL,'{"_id":"65f35b06e30c8a2e4578d111","modified":"2024-03-13T08:00:00.0000000Z","v":2}');
INSERT INTO records VALUES('claim_attendance','65f35b06e30c8a2e4578d112','2024-03-13T09:00:00.0000000Z',X'57cb67c1e82a0010fac8b6c9552670dd008867558f21c00689f9e90db96e7eb6',5,NULL,'{"_id":"65f35b06e30c8a2e4578d112","modified":"2024-03-13T09:00:00.0000000Z","disabled":true}');
INSERT INTO records VALUES('claim_attendance','65f35b06e30c8a2e4578d113','2024-03-12T10:00:00.0000000Z',X'270053bb708171e12964952cc0262c23de7f314170f20cb0b136785db78e4f55',7,'2024-03-13T12:00:00.000Z','{"_id":"65f35b06e30c8a2e4578d113","modified":"2024-03-12T10:00:00.0000000Z"}');
INSERT INTO records VALUES('claim_attendance','65f35b06e30c8a2e4578d118','2024-03-13T19:08:57.1630000Z',X'8c6c6ddcc28201e26a63604068cfec8603f7946401038fe4f83aa46e8efebf58',8,NULL,'{"_id":"65f35b06e30c8a2e4578d118","modified":"2024-03-13T19:08:57.1630000Z","big":"xxxxxxxxxxxxxxxxxxxx"}');
CREATE TABLE changes (
    seq          INTEGER PRIMARY KEY NOT NULL,
    stream       TEXT NOT NULL,
    id           TEXT NOT NULL,
    kind         TEXT NOT NULL,      -- created updated disabled deleted restored
    modified     TEXT NOT NULL,
    hash         BLOB NOT NULL,
    committed_at TEXT NOT NULL
) STRICT;
INSERT INTO changes VALUES(1,'claim_attendance','65f35b06e30c8a2e4578d110','created','2024-03-12T08:00:00.0000000Z',X'cf754985a31708c6d218f8c5d8951f528f588ccd70613b70afd89b54bb68c22e','2024-03-13T19:09:01.001Z');
INSERT INTO changes VALUES(2,'claim_attendance','65f35b06e30c8a2e4578d111','created','2024-03-12T09:00:00.0000000Z',X'afbf9d0f3560b0fd7795e81c42a0a79ee6b6fc67e064f77826aee642cad28d91','2024-03-13T19:09:01.002Z');
INSERT INTO changes VALUES(3,'claim_attendance','65f35b06e30c8a2e4578d111','updated','2024-03-13T08:00:00.0000000Z',X'26945c9e871fe68bfc3b3adb60459b9007ae4e6b1f8533f26e23eae02b393f31','2024-03-13T19:09:01.003Z');
INSERT INTO changes VALUES(4,'claim_attendance','65f35b06e30c8a2e4578d112','created','2024-03-12T09:00:00.0000000Z',X'afbf9d0f3560b0fd7795e81c42a0a79ee6b6fc67e064f77826aee642cad28d91','2024-03-13T19:09:01.004Z');
INSERT INTO changes VALUES(5,'claim_attendance','65f35b06e30c8a2e4578d112','disabled','2024-03-13T09:00:00.0000000Z',X'57cb67c1e82a0010fac8b6c9552670dd008867558f21c00689f9e90db96e7eb6','2024-03-13T19:09:01.005Z');
INSERT INTO changes VALUES(6,'claim_attendance','65f35b06e30c8a2e4578d113','created','2024-03-12T10:00:00.0000000Z',X'270053bb708171e12964952cc0262c23de7f314170f20cb0b136785db78e4f55','2024-03-13T19:09:01.006Z');
INSERT INTO changes VALUES(7,'claim_attendance','65f35b06e30c8a2e4578d113','deleted','2024-03-12T10:00:00.0000000Z',X'270053bb708171e12964952cc0262c23de7f314170f20cb0b136785db78e4f55','2024-03-13T19:09:01.007Z');
INSERT INTO changes VALUES(8,'claim_attendance','65f35b06e30c8a2e4578d118','created','2024-03-13T19:08:57.1630000Z',X'8c6c6ddcc28201e26a63604068cfec8603f7946401038fe4f83aa46e8efebf58','2024-03-13T19:09:01.008Z');
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
INSERT INTO events VALUES('5ff1bd3e-0001','arn:aws:sns:us-west-2:123456789012:carecloud','attendance','claim_attendance','65f35b06e30c8a2e4578d118','2024-03-13T19:08:57.1634567Z','2024-03-13T19:09:00.000Z','open',NULL,'{"Type":"Notification"}');
INSERT INTO events VALUES('5ff1bd3e-0002','arn:aws:sns:us-west-2:123456789012:carecloud','attendance','claim_attendance','65f35b06e30c8a2e4578d111','2024-03-13T08:00:00.0000000Z','2024-03-13T08:00:01.000Z','settled','2024-03-13T08:00:01.500Z','{"Type":"Notification"}');
INSERT INTO events VALUES('5ff1bd3e-0003','arn:aws:sns:us-west-2:123456789012:carecloud','parent-attendance',NULL,NULL,NULL,'2024-03-13T08:00:02.000Z','outside','2024-03-13T08:00:02.000Z','{"Type":"Notification"}');
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
INSERT INTO quarantine VALUES('claim_attendance','65f35b06e30c8a2e4578d114','yesterday','modified is not an ISO 8601 instant','{"_id":"65f35b06e30c8a2e4578d114","modified":"yesterday"}',2,'2024-03-12T09:00:00.000Z','2024-03-13T09:00:00.000Z');
INSERT INTO quarantine VALUES('claim_attendance','65f35b06e30c8a2e4578d115','2024-03-12T11:00:00.0000000Z','no answer can carry it','',1,'2024-03-12T11:00:00.000Z','2024-03-12T11:00:00.000Z');
CREATE TABLE quota (
    month    TEXT PRIMARY KEY NOT NULL,  -- "2024-03"
    requests INTEGER NOT NULL
) STRICT;
INSERT INTO quota VALUES('2024-02',41234);
INSERT INTO quota VALUES('2024-03',17);
CREATE TABLE meta (
    name  TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
) STRICT;
INSERT INTO meta VALUES('generation','0123456789abcdef0123456789abcdef');
INSERT INTO meta VALUES('seq_high','0');
CREATE TABLE subscriptions (
    topic_arn        TEXT PRIMARY KEY NOT NULL,
    state            TEXT NOT NULL,  -- pending confirmed gone
    subscription_arn TEXT,           -- null: SNS did not say it
    changed_at       TEXT NOT NULL
) STRICT;
INSERT INTO subscriptions VALUES('arn:aws:sns:us-west-2:123456789012:carecloud','confirmed','arn:aws:sns:us-west-2:123456789012:carecloud:5a2f4b0c','2024-03-13T07:00:00.000Z');
INSERT INTO subscriptions VALUES('arn:aws:sns:us-west-2:123456789012:other','pending',NULL,'2024-03-13T07:00:01.000Z');
CREATE UNIQUE INDEX records_by_id ON records (stream, id);
CREATE UNIQUE INDEX quarantine_by_id ON quarantine (stream, id);
CREATE INDEX events_open ON events (stream, received_at) WHERE state = 'open';
CREATE INDEX events_by_arrival ON events (stream, received_at, record_id);
CREATE TRIGGER changes_keep_high AFTER DELETE ON changes
BEGIN
    UPDATE meta SET value = old.seq WHERE name = 'seq_high' AND CAST(value AS INTEGER) < old.seq;
END;
COMMIT;
