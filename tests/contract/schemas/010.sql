-- A store as version 10 of the schema left it (sqlite3 store.db .dump, and the pragmas that a dump leaves out).
PRAGMA page_size=16384;
PRAGMA application_id=1128485753;
PRAGMA user_version=10;
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
, reconciled_fingerprint TEXT NOT NULL DEFAULT '', portal_time TEXT) STRICT;
INSERT INTO streams VALUES('claim_attendance','claim_attendance','{"entity":"claim_attendance"}','2024-03-13T19:08:57.1630000Z','65f35b06e30c8a2e4578d118','2024-03-13T18:58:57.1630000Z','{"modified":"string","id":"string","keyset":true}','2024-03-13T19:09:01.250Z','{"entity":"claim_attendance"}',NULL);
INSERT INTO streams VALUES('provider','provider','{"entity":"provider"}',NULL,NULL,NULL,'','2024-03-13T19:09:00.000Z','{"entity":"provider"}',NULL);
CREATE TABLE records (
    stream     TEXT NOT NULL,
    id         TEXT NOT NULL,        -- the portal's `_id`
    modified   TEXT NOT NULL,
    hash       BLOB NOT NULL,
    seq        INTEGER NOT NULL,     -- changes.seq of the record's last change
    deleted_at TEXT,                 -- since when the portal has it no more; null: it has
    body       TEXT NOT NULL         -- the portal's bytes, unchanged
, readable TEXT) STRICT;
INSERT INTO records VALUES('claim_attendance','65f35b06e30c8a2e4578d110','2024-03-12T08:00:00.0000000Z',X'cf754985a31708c6d218f8c5d8951f528f588ccd70613b70afd89b54bb68c22e',1,NULL,'{"_id":"65f35b06e30c8a2e4578d110","modified":"2024-03-12T08:00:00.0000000Z","comment":"Zoë \"x\" it''s","claimId":17}',NULL);
INSERT INTO records VALUES('claim_attendance','65f35b06e30c8a2e4578d111','2024-03-13T08:00:00.0000000Z',X'26945c9e871fe68bfc3b3adb60459b9007ae4e6b1f8533f26e23eae02b393f31',3,NULL,'{"_id":"65f35b06e30c8a2e4578d111","modified":"2024-03-13T08:00:00.0000000Z","v":2}',NULL);
INSERT INTO records VALUES('claim_attendance','65f35b06e30c8a2e4578d112','2024-03-13T09:00:00.0000000Z',X'57cb67c1e82a0010fac8b6c9552670dd008867558f21c00689f9e90db96e7eb6',5,NULL,'{"_id":"65f35b06e30c8a2e4578d112","modified":"2024-03-13T09:00:00.0000000Z","disabled":true}',NULL);
INSERT INTO records VALUES('claim_attendance','65f35b06e30c8a2e4578d113','2024-03-12T10:00:00.0000000Z',X'270053bb708171e12964952cc0262c23de7f314170f20cb0b136785db78e4f55',7,'2024-03-13T12:00:00.000Z','{"_id":"65f35b06e30c8a2e4578d113","modified":"2024-03-12T10:00:00.0000000Z"}',NULL);
INSERT INTO records VALUES('claim_attendance','65f35b06e30c8a2e4578d118','2024-03-13T19:08:57.1630000Z',X'8c6c6ddcc28201e26a63604068cfec8603f7946401038fe4f83aa46e8efebf58',8,NULL,'{"_id":"65f35b06e30c8a2e4578d118","modified":"2024-03-13T19:08:57.1630000Z","big":"xxxxxxxxxxxxxxxxxxxx"}',NULL);
INSERT INTO records VALUES('claim_attendance','65f35b06e30c8a2e4578d120','2024-03-13T19:08:57.0640000Z',X'b3389d70e53736ec634f11c4a6f9b9f7f31d7c0415bebf4331508a4927163953',9,NULL,'{"_id":"65f35b06e30c8a2e4578d120","modified":"2024-03-13T19:08:57.0640000Z","startDate":"20240301","endDate":"20240331"}',NULL);
INSERT INTO records VALUES('claim_attendance','65f35b06e30c8a2e4578d121','2024-03-13T19:08:57.1640000Z',X'e57b8115c14310624e517a0bf0f88d3b4314aaf4786e64dac95c77f74a7cc214',10,NULL,'{"_id":"65f35b06e30c8a2e4578d121","modified":"2024-03-13T19:08:57.1640000Z","startDate":20240310083000,"endDate":null}',NULL);
INSERT INTO records VALUES('claim_attendance','65f35b06e30c8a2e4578d122','2024-03-13T19:08:57.2640000Z',X'e0eb074cf204ce83548711e70e0dcadd2f1f4e6757b060007b64f7bbcdcd7f84',11,NULL,'{"_id":"65f35b06e30c8a2e4578d122","modified":"2024-03-13T19:08:57.2640000Z","endDate":"2024-04-30T18:00:00"}',NULL);
INSERT INTO records VALUES('claim_attendance','65f35b06e30c8a2e4578d123','2024-03-13T19:08:57.3640000Z',X'afb1a2fd06301844b0e007834793674cab8256e152af794f48cb0c3ce5048928',12,NULL,'{"_id":"65f35b06e30c8a2e4578d123","modified":"2024-03-13T19:08:57.3640000Z","startDate":"March","endDate":"x"}',NULL);
INSERT INTO records VALUES('claim_attendance','65f35b06e30c8a2e4578d124','2024-03-13T19:08:57.4640000Z',X'6e5698f711717d4d8cd597a18322d99d5bb643f58fc0655f70d34e156a68d2c4',13,NULL,'{"_id":"65f35b06e30c8a2e4578d124","modified":"2024-03-13T19:08:57.4640000Z","startDate":{"a":1},"endDate":[20240101]}',NULL);
INSERT INTO records VALUES('claim_attendance','65f35b06e30c8a2e4578d125','2024-03-13T19:08:57.5640000Z',X'6270fb40686b121b601940e9eb64f8f2ff9abc44a7a1570059a5e6ca8fe33c41',14,NULL,'{"_id":"65f35b06e30c8a2e4578d125","modified":"2024-03-13T19:08:57.5640000Z","comment":"half \ud800 and nul \u0000","claimId":"a\\ud800"}','{"_id":"65f35b06e30c8a2e4578d125","modified":"2024-03-13T19:08:57.5640000Z","comment":"half \ufffd and nul \ufffd","claimId":"a\\ud800"}');
CREATE TABLE changes (
    seq          INTEGER PRIMARY KEY NOT NULL,
    stream       TEXT NOT NULL,
    id           TEXT NOT NULL,
    kind         TEXT NOT NULL,      -- created updated disabled deleted restored
    modified     TEXT NOT NULL,
    hash         BLOB NOT NULL,
    committed_at TEXT NOT NULL
, modified_s INTEGER, start_day INTEGER, end_day INTEGER, previous INTEGER, reversal INTEGER) STRICT;
INSERT INTO changes VALUES(1,'claim_attendance','65f35b06e30c8a2e4578d110','created','2024-03-12T08:00:00.0000000Z',X'cf754985a31708c6d218f8c5d8951f528f588ccd70613b70afd89b54bb68c22e','2024-03-13T19:09:01.001Z',1710230400,NULL,NULL,NULL,NULL);
INSERT INTO changes VALUES(2,'claim_attendance','65f35b06e30c8a2e4578d111','created','2024-03-12T09:00:00.0000000Z',X'afbf9d0f3560b0fd7795e81c42a0a79ee6b6fc67e064f77826aee642cad28d91','2024-03-13T19:09:01.002Z',1710234000,NULL,NULL,NULL,NULL);
INSERT INTO changes VALUES(3,'claim_attendance','65f35b06e30c8a2e4578d111','updated','2024-03-13T08:00:00.0000000Z',X'26945c9e871fe68bfc3b3adb60459b9007ae4e6b1f8533f26e23eae02b393f31','2024-03-13T19:09:01.003Z',1710316800,NULL,NULL,2,NULL);
INSERT INTO changes VALUES(4,'claim_attendance','65f35b06e30c8a2e4578d112','created','2024-03-12T09:00:00.0000000Z',X'afbf9d0f3560b0fd7795e81c42a0a79ee6b6fc67e064f77826aee642cad28d91','2024-03-13T19:09:01.004Z',1710234000,NULL,NULL,NULL,NULL);
INSERT INTO changes VALUES(5,'claim_attendance','65f35b06e30c8a2e4578d112','disabled','2024-03-13T09:00:00.0000000Z',X'57cb67c1e82a0010fac8b6c9552670dd008867558f21c00689f9e90db96e7eb6','2024-03-13T19:09:01.005Z',1710320400,NULL,NULL,4,NULL);
INSERT INTO changes VALUES(6,'claim_attendance','65f35b06e30c8a2e4578d113','created','2024-03-12T10:00:00.0000000Z',X'270053bb708171e12964952cc0262c23de7f314170f20cb0b136785db78e4f55','2024-03-13T19:09:01.006Z',1710237600,NULL,NULL,NULL,NULL);
INSERT INTO changes VALUES(7,'claim_attendance','65f35b06e30c8a2e4578d113','deleted','2024-03-12T10:00:00.0000000Z',X'270053bb708171e12964952cc0262c23de7f314170f20cb0b136785db78e4f55','2024-03-13T19:09:01.007Z',1710237600,NULL,NULL,6,NULL);
INSERT INTO changes VALUES(8,'claim_attendance','65f35b06e30c8a2e4578d118','created','2024-03-13T19:08:57.1630000Z',X'8c6c6ddcc28201e26a63604068cfec8603f7946401038fe4f83aa46e8efebf58','2024-03-13T19:09:01.008Z',1710356937,NULL,NULL,NULL,NULL);
INSERT INTO changes VALUES(9,'claim_attendance','65f35b06e30c8a2e4578d120','created','2024-03-13T19:08:57.0640000Z',X'b3389d70e53736ec634f11c4a6f9b9f7f31d7c0415bebf4331508a4927163953','2024-03-13T19:09:01.009Z',1710356937,20240301,20240331,NULL,NULL);
INSERT INTO changes VALUES(10,'claim_attendance','65f35b06e30c8a2e4578d121','created','2024-03-13T19:08:57.1640000Z',X'e57b8115c14310624e517a0bf0f88d3b4314aaf4786e64dac95c77f74a7cc214','2024-03-13T19:09:01.010Z',1710356937,20240310,20240310,NULL,NULL);
INSERT INTO changes VALUES(11,'claim_attendance','65f35b06e30c8a2e4578d122','created','2024-03-13T19:08:57.2640000Z',X'e0eb074cf204ce83548711e70e0dcadd2f1f4e6757b060007b64f7bbcdcd7f84','2024-03-13T19:09:01.011Z',1710356937,20240430,20240430,NULL,NULL);
INSERT INTO changes VALUES(12,'claim_attendance','65f35b06e30c8a2e4578d123','created','2024-03-13T19:08:57.3640000Z',X'afb1a2fd06301844b0e007834793674cab8256e152af794f48cb0c3ce5048928','2024-03-13T19:09:01.012Z',1710356937,NULL,NULL,NULL,NULL);
INSERT INTO changes VALUES(13,'claim_attendance','65f35b06e30c8a2e4578d124','created','2024-03-13T19:08:57.4640000Z',X'6e5698f711717d4d8cd597a18322d99d5bb643f58fc0655f70d34e156a68d2c4','2024-03-13T19:09:01.013Z',1710356937,NULL,NULL,NULL,NULL);
INSERT INTO changes VALUES(14,'claim_attendance','65f35b06e30c8a2e4578d125','created','2024-03-13T19:08:57.5640000Z',X'6270fb40686b121b601940e9eb64f8f2ff9abc44a7a1570059a5e6ca8fe33c41','2024-03-13T19:09:01.013Z',1710356937,NULL,NULL,NULL,NULL);
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
, held_seq INTEGER) STRICT;
INSERT INTO events VALUES('5ff1bd3e-0001','arn:aws:sns:us-west-2:123456789012:carecloud','attendance','claim_attendance','65f35b06e30c8a2e4578d118','2024-03-13T19:08:57.1634567Z','2024-03-13T19:09:00.000Z','open',NULL,'{"Type":"Notification"}',NULL);
INSERT INTO events VALUES('5ff1bd3e-0002','arn:aws:sns:us-west-2:123456789012:carecloud','attendance','claim_attendance','65f35b06e30c8a2e4578d111','2024-03-13T08:00:00.0000000Z','2024-03-13T08:00:01.000Z','settled','2024-03-13T08:00:01.500Z','{"Type":"Notification"}',NULL);
INSERT INTO events VALUES('5ff1bd3e-0003','arn:aws:sns:us-west-2:123456789012:carecloud','parent-attendance',NULL,NULL,NULL,'2024-03-13T08:00:02.000Z','not_in_stream','2024-03-13T08:00:02.000Z','{"Type":"Notification"}',NULL);
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
, sent INTEGER NOT NULL DEFAULT 0, reserved INTEGER NOT NULL DEFAULT 0) STRICT;
INSERT INTO quota VALUES('2024-02',41234,41234,0);
INSERT INTO quota VALUES('2024-03',17,14,3);
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
, holes INTEGER NOT NULL DEFAULT 0, awaiting INTEGER NOT NULL DEFAULT 0, reason TEXT NOT NULL DEFAULT '', unexplained INTEGER NOT NULL DEFAULT 0) STRICT;
INSERT INTO passes VALUES(1,'backfill','claim_attendance','running',0,0,0,0,'20240101','20240331','2024-03-12T08:00:00.0000000Z','65f35b06e30c8a2e4578d110',4,2,17,40,1,2,0,0,9,'','','2024-03-13T19:10:00.000Z','2024-03-13T19:10:01.000Z','2024-03-13T19:10:09.000Z',0,0,'',0);
INSERT INTO passes VALUES(2,'reconcile','claim_attendance','done',1,0,1,0,'','',NULL,NULL,0,0,10,10,0,0,1,1,3,'','','2024-03-13T12:00:00.000Z','2024-03-13T12:00:00.000Z','2024-03-13T12:00:00.000Z',0,0,'',0);
INSERT INTO passes VALUES(3,'reconcile','claim_attendance','awaiting_confirmation',1,0,1,0,'','',NULL,NULL,0,0,10,10,0,0,4,0,3,'4 of 10 records are not at the portal any more, and at most 1 may be marked as deleted unasked (reconcile.stop_above, stop_above_count)','look whether the portal, the filter and the key are right; then carecloudctl reconcile claim_attendance --confirm-deletes','2024-03-14T12:00:00.000Z','2024-03-14T12:00:00.000Z','2024-03-14T12:00:01.000Z',0,0,'',0);
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
INSERT INTO doubted VALUES('claim_attendance','65f35b06e30c8a2e4578d118','2024-03-13T19:08:56.0000000Z',X'da925a30e31f7fdaa7044e3e5ba4ae17670de82d677b0e7adf5700428a137a36','2024-03-13T19:09:00.0000000Z','2024-03-13T19:18:57.0000000Z',0);
CREATE TABLE omitted (
    stream         TEXT NOT NULL,
    id             TEXT NOT NULL,
    first_at       TEXT NOT NULL,     -- when the portal was first asked for it by id, with the filter, in vain
    filter_changed INTEGER NOT NULL,  -- 1: the filter had changed since the record was known to be within it
    PRIMARY KEY (stream, id)
) STRICT, WITHOUT ROWID;
INSERT INTO omitted VALUES('claim_attendance','65f35b06e30c8a2e4578d112','2024-03-13T19:09:00.0000000Z',0);
CREATE TABLE first_passes (
    stream   TEXT PRIMARY KEY NOT NULL,
    ended_at TEXT NOT NULL
) STRICT;
INSERT INTO first_passes VALUES('claim_attendance','2024-03-13T19:09:01.250Z');
CREATE TABLE signing_certificates (
    url        TEXT PRIMARY KEY NOT NULL,  -- as in SigningCertURL
    pem        TEXT NOT NULL,
    fetched_at TEXT NOT NULL               -- when it was fetched last; a day later it is fetched again
) STRICT;
INSERT INTO signing_certificates VALUES('https://sns.us-west-2.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem',replace('-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n','\n',char(10)),'2024-03-13T19:09:00.000Z');
CREATE TABLE versions (
    seq      INTEGER PRIMARY KEY NOT NULL,
    stream   TEXT NOT NULL,
    id       TEXT NOT NULL,
    modified TEXT NOT NULL,     -- of the version itself
    hash     BLOB NOT NULL,     -- of its body, unpacked
    bytes    INTEGER NOT NULL,  -- of its body, unpacked
    body     BLOB NOT NULL      -- packed: lib/versions/packed_body.hpp; carecloudctl and the API show it as it came
) STRICT;
INSERT INTO versions VALUES(3,'claim_attendance','65f35b06e30c8a2e4578d111','2024-03-12T09:00:00.0000000Z',X'ec783f4b6b0147207f076d8860577255589a4f60c1f73157e12a5d343fd7d626',82,X'02370404325430391501013101');
CREATE TABLE version_totals (
    versions INTEGER NOT NULL,
    bytes    INTEGER NOT NULL   -- of the packed bodies
) STRICT;
INSERT INTO version_totals VALUES(1,13);
CREATE TABLE corrections (
    seq     INTEGER NOT NULL,
    n       INTEGER NOT NULL,   -- from 0
    day     TEXT NOT NULL,      -- of attendance, "2024-03-05"; empty: the field is the record's own
    sign_in TEXT NOT NULL,      -- the signInId; empty: the field is none of a sign-in's
    field   TEXT NOT NULL,      -- "attendance.body.familyfee"; of a day or a sign-in from there: "signin"
    was     TEXT,               -- as text; null: nothing. A signature is "present"
    is_now  TEXT,               -- likewise; "changed": another signature
    PRIMARY KEY (seq, n)
) STRICT, WITHOUT ROWID;
INSERT INTO corrections VALUES(3,0,'','','v','1','2');
CREATE TABLE erasures (
    stream       TEXT NOT NULL,
    id           TEXT NOT NULL,
    erased_at    TEXT NOT NULL,
    requested_by TEXT NOT NULL   -- as the operator said it
) STRICT;
INSERT INTO erasures VALUES('claim_attendance','65f35b06e30c8a2e4578d1ff','2024-03-13T19:09:01.009Z','the privacy officer');
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('passes',3);
CREATE UNIQUE INDEX records_by_id ON records (stream, id);
CREATE UNIQUE INDEX quarantine_by_id ON quarantine (stream, id);
CREATE INDEX events_open ON events (stream, received_at) WHERE state = 'open';
CREATE INDEX events_by_arrival ON events (stream, received_at, record_id);
CREATE TRIGGER changes_keep_high AFTER DELETE ON changes
BEGIN
    UPDATE meta SET value = old.seq WHERE name = 'seq_high' AND CAST(value AS INTEGER) < old.seq;
END;
CREATE INDEX changes_by_modified ON changes (stream, modified_s);
CREATE INDEX changes_by_days ON changes (stream, end_day, seq, start_day) WHERE end_day IS NOT NULL;
CREATE INDEX records_deleted ON records (stream) WHERE deleted_at IS NOT NULL;
CREATE INDEX records_by_modified ON records (stream, modified, id) WHERE deleted_at IS NULL;
CREATE INDEX changes_reversals ON changes (stream, seq) WHERE reversal IS NOT NULL;
CREATE INDEX doubted_by_time ON doubted (stream, ask_at);
CREATE VIEW claim_attendance AS
SELECT
    r.stream, r.id, r.seq, r.modified,
    ifnull((SELECT type = 'true' FROM json_tree(r.body, '$.disabled')), 0) AS disabled,
    (SELECT CAST(atom AS TEXT) FROM json_tree(r.body, '$.status')) AS status,
    (SELECT CAST(atom AS TEXT) FROM json_tree(r.body, '$.entityId')) AS entityId,
    (SELECT CAST(atom AS TEXT) FROM json_tree(r.body, '$.claimId')) AS claimId,
    (SELECT CAST(atom AS TEXT) FROM json_tree(r.body, '$.childId')) AS childId,
    (SELECT CAST(atom AS TEXT) FROM json_tree(r.body, '$.childName')) AS childName,
    (SELECT CASE WHEN s IN (strftime('%Y%m%d', iso, '+0 days'), strftime('%Y%m%d%H%M%S', iso, '+0 days')) THEN iso END
     FROM (SELECT s, rtrim(format('%.4s-%.2s-%.2sT%.2s:%.2s:%.2s', s, substr(s, 5), substr(s, 7), substr(s, 9),
                                  substr(s, 11), substr(s, 13)), 'T:') AS iso
           FROM (SELECT CAST(atom AS TEXT) AS s
                 FROM json_tree(r.body, '$.childDOB')))) AS childDOB,
    (SELECT CAST(atom AS TEXT) FROM json_tree(r.body, '$.providerId')) AS providerId,
    (SELECT CAST(atom AS TEXT) FROM json_tree(r.body, '$.providerName')) AS providerName,
    (SELECT CAST(atom AS TEXT) FROM json_tree(r.body, '$.providerType')) AS providerType,
    (SELECT CAST(atom AS TEXT) FROM json_tree(r.body, '$.familyId')) AS familyId,
    (SELECT CASE WHEN s IN (strftime('%Y%m%d', iso, '+0 days'), strftime('%Y%m%d%H%M%S', iso, '+0 days')) THEN iso END
     FROM (SELECT s, rtrim(format('%.4s-%.2s-%.2sT%.2s:%.2s:%.2s', s, substr(s, 5), substr(s, 7), substr(s, 9),
                                  substr(s, 11), substr(s, 13)), 'T:') AS iso
           FROM (SELECT CAST(atom AS TEXT) AS s
                 FROM json_tree(r.body, '$.startDate')))) AS startDate,
    (SELECT CASE WHEN s IN (strftime('%Y%m%d', iso, '+0 days'), strftime('%Y%m%d%H%M%S', iso, '+0 days')) THEN iso END
     FROM (SELECT s, rtrim(format('%.4s-%.2s-%.2sT%.2s:%.2s:%.2s', s, substr(s, 5), substr(s, 7), substr(s, 9),
                                  substr(s, 11), substr(s, 13)), 'T:') AS iso
           FROM (SELECT CAST(atom AS TEXT) AS s
                 FROM json_tree(r.body, '$.endDate')))) AS endDate,
    (SELECT CASE WHEN s IN (strftime('%Y%m%d', iso, '+0 days'), strftime('%Y%m%d%H%M%S', iso, '+0 days')) THEN iso END
     FROM (SELECT s, rtrim(format('%.4s-%.2s-%.2sT%.2s:%.2s:%.2s', s, substr(s, 5), substr(s, 7), substr(s, 9),
                                  substr(s, 11), substr(s, 13)), 'T:') AS iso
           FROM (SELECT CAST(atom AS TEXT) AS s
                 FROM json_tree(r.body, '$.parentSignDate')))) AS parentSignDate,
    nullif(ifnull((SELECT CASE type WHEN 'text' THEN atom <> '' WHEN 'null' THEN 0 ELSE -1 END
                       FROM json_tree(r.body, '$.parentSignature')), 0), -1) AS parentSignature,
    (SELECT CASE WHEN s IN (strftime('%Y%m%d', iso, '+0 days'), strftime('%Y%m%d%H%M%S', iso, '+0 days')) THEN iso END
     FROM (SELECT s, rtrim(format('%.4s-%.2s-%.2sT%.2s:%.2s:%.2s', s, substr(s, 5), substr(s, 7), substr(s, 9),
                                  substr(s, 11), substr(s, 13)), 'T:') AS iso
           FROM (SELECT CAST(atom AS TEXT) AS s
                 FROM json_tree(r.body, '$.providerSignDate')))) AS providerSignDate,
    nullif(ifnull((SELECT CASE type WHEN 'text' THEN atom <> '' WHEN 'null' THEN 0 ELSE -1 END
                       FROM json_tree(r.body, '$.providerSignature')), 0), -1) AS providerSignature,
    (SELECT CAST(atom AS TEXT) FROM json_tree(r.body, '$.comment')) AS comment,
    (SELECT CAST(atom AS TEXT) FROM json_tree(r.body, '$.category')) AS category,
    (SELECT value FROM json_tree(r.body, '$.tags') WHERE type <> 'null') AS tags,
    (SELECT value FROM json_tree(r.body, '$.data') WHERE type <> 'null') AS data,
    (SELECT value FROM json_tree(r.body, '$.metadata') WHERE type <> 'null') AS metadata,
    (SELECT CAST(atom AS TEXT) FROM json_tree(r.body, '$.created')) AS created,
    (SELECT CAST(atom AS TEXT) FROM json_tree(r.body, '$.attendance.header.agencycode')) AS agencycode,
    (SELECT CAST(atom AS TEXT) FROM json_tree(r.body, '$.attendance.header.type')) AS type,
    (SELECT CASE WHEN s IN (strftime('%Y%m%d', iso, '+0 days'), strftime('%Y%m%d%H%M%S', iso, '+0 days')) THEN iso END
     FROM (SELECT s, rtrim(format('%.4s-%.2s-%.2sT%.2s:%.2s:%.2s', s, substr(s, 5), substr(s, 7), substr(s, 9),
                                  substr(s, 11), substr(s, 13)), 'T:') AS iso
           FROM (SELECT CAST(atom AS TEXT) AS s
                 FROM json_tree(r.body, '$.attendance.header.createtime')))) AS createtime,
    (SELECT CASE WHEN type IN ('text', 'integer', 'real')
                  AND atom BETWEEN CAST(-1e308 AS REAL) AND CAST(1e308 AS REAL) THEN CAST(atom AS REAL) END
     FROM json_each(r.body, '$.attendance.body')
     WHERE type <> 'null' AND lower(key) IN ('invoiceamount', 'invocieamount')) AS invoiceamount,
    (SELECT CASE WHEN type IN ('text', 'integer', 'real')
                  AND atom BETWEEN CAST(-1e308 AS REAL) AND CAST(1e308 AS REAL) THEN CAST(atom AS REAL) END
     FROM json_tree(r.body, '$.attendance.body.familyfee')) AS familyfee,
    (SELECT CASE WHEN type IN ('text', 'integer', 'real')
                  AND atom BETWEEN CAST(-1e308 AS REAL) AND CAST(1e308 AS REAL) THEN CAST(atom AS REAL) END
     FROM json_tree(r.body, '$.attendance.body.summary.wk1')) AS wk1,
    (SELECT CASE WHEN type IN ('text', 'integer', 'real')
                  AND atom BETWEEN CAST(-1e308 AS REAL) AND CAST(1e308 AS REAL) THEN CAST(atom AS REAL) END
     FROM json_tree(r.body, '$.attendance.body.summary.wk2')) AS wk2,
    (SELECT CASE WHEN type IN ('text', 'integer', 'real')
                  AND atom BETWEEN CAST(-1e308 AS REAL) AND CAST(1e308 AS REAL) THEN CAST(atom AS REAL) END
     FROM json_tree(r.body, '$.attendance.body.summary.wk3')) AS wk3,
    (SELECT CASE WHEN type IN ('text', 'integer', 'real')
                  AND atom BETWEEN CAST(-1e308 AS REAL) AND CAST(1e308 AS REAL) THEN CAST(atom AS REAL) END
     FROM json_tree(r.body, '$.attendance.body.summary.wk4')) AS wk4,
    (SELECT CASE WHEN type IN ('text', 'integer', 'real')
                  AND atom BETWEEN CAST(-1e308 AS REAL) AND CAST(1e308 AS REAL) THEN CAST(atom AS REAL) END
     FROM json_tree(r.body, '$.attendance.body.summary.wk5')) AS wk5,
    (SELECT CASE WHEN type IN ('text', 'integer', 'real')
                  AND atom BETWEEN CAST(-1e308 AS REAL) AND CAST(1e308 AS REAL) THEN CAST(atom AS REAL) END
     FROM json_tree(r.body, '$.attendance.body.summary.wk6')) AS wk6,
    (SELECT CASE WHEN type IN ('text', 'integer', 'real')
                  AND atom BETWEEN CAST(-1e308 AS REAL) AND CAST(1e308 AS REAL) THEN CAST(atom AS REAL) END
     FROM json_tree(r.body, '$.attendance.body.summary.month')) AS month,
    (SELECT CAST(atom AS TEXT) FROM json_tree(r.body, '$.attendance.body.version')) AS version,
    (SELECT CASE WHEN s IN (strftime('%Y%m%d', iso, '+0 days'), strftime('%Y%m%d%H%M%S', iso, '+0 days')) THEN iso END
     FROM (SELECT s, rtrim(format('%.4s-%.2s-%.2sT%.2s:%.2s:%.2s', s, substr(s, 5), substr(s, 7), substr(s, 9),
                                  substr(s, 11), substr(s, 13)), 'T:') AS iso
           FROM (SELECT CAST(atom AS TEXT) AS s
                 FROM json_tree(r.body, '$.attendance.body.versiondate')))) AS versiondate,
    (SELECT CASE WHEN lower(atom) IN ('1', 'y', 'yes', 'true') THEN 1
                 WHEN lower(atom) IN ('0', 'n', 'no', 'false') THEN 0 END
     FROM json_each(r.body, '$.attendance.body')
     WHERE type <> 'null' AND lower(key) = 'digitalsubmission') AS DigitalSubmission,
    (SELECT CASE WHEN s IN (strftime('%Y%m%d', iso, '+0 days'), strftime('%Y%m%d%H%M%S', iso, '+0 days')) THEN iso END
     FROM (SELECT s, rtrim(format('%.4s-%.2s-%.2sT%.2s:%.2s:%.2s', s, substr(s, 5), substr(s, 7), substr(s, 9),
                                  substr(s, 11), substr(s, 13)), 'T:') AS iso
           FROM (SELECT CAST(atom AS TEXT) AS s
                 FROM json_each(r.body, '$.attendance.body')
                 WHERE type <> 'null' AND lower(key) = 'submitdate'))) AS SubmitDate,
    (SELECT CASE WHEN lower(atom) IN ('1', 'y', 'yes', 'true') THEN 1
                 WHEN lower(atom) IN ('0', 'n', 'no', 'false') THEN 0 END
     FROM json_each(r.body, '$.attendance.body')
     WHERE type <> 'null' AND lower(key) IN ('missingdailysignature', 'missingdailysiguature'))
        AS MissingDailySignature,
    (SELECT CASE WHEN lower(atom) IN ('1', 'y', 'yes', 'true') THEN 1
                 WHEN lower(atom) IN ('0', 'n', 'no', 'false') THEN 0 END
     FROM json_each(r.body, '$.attendance.body')
     WHERE type <> 'null' AND lower(key) IN ('missingconfirmsignature', 'missingconfirmsiguature'))
        AS MissingConfirmSignature
FROM (SELECT stream, id, seq, modified, deleted_at, ifnull(readable, body) AS body FROM records) AS r
WHERE r.stream IN (SELECT stream FROM streams WHERE entity = 'claim_attendance') AND r.deleted_at IS NULL;
CREATE VIEW claim_attendance_day AS
SELECT
    r.stream, r.id,
    d.key AS day,
    (SELECT CASE WHEN s IN (strftime('%Y%m%d', iso, '+0 days'), strftime('%Y%m%d%H%M%S', iso, '+0 days')) THEN iso END
     FROM (SELECT s, rtrim(format('%.4s-%.2s-%.2sT%.2s:%.2s:%.2s', s, substr(s, 5), substr(s, 7), substr(s, 9),
                                  substr(s, 11), substr(s, 13)), 'T:') AS iso
           FROM (SELECT CAST(atom AS TEXT) AS s
                 FROM json_tree(CASE d.type WHEN 'object' THEN d.value END, '$.attendancedate')))) AS attendancedate,
    (SELECT CASE WHEN lower(atom) IN ('1', 'y', 'yes', 'true') THEN 1
                 WHEN lower(atom) IN ('0', 'n', 'no', 'false') THEN 0 END
     FROM json_tree(CASE d.type WHEN 'object' THEN d.value END, '$.isabsence')) AS isabsence,
    (SELECT CAST(atom AS TEXT) FROM json_tree(CASE d.type WHEN 'object' THEN d.value END, '$.absencetype'))
        AS absencetype,
    (SELECT count(*) FROM json_each(CASE d.type WHEN 'object' THEN d.value END, '$.signinout')
     WHERE typeof(key) = 'integer') AS signs,
    (SELECT CASE WHEN type IN ('text', 'integer', 'real')
                  AND atom BETWEEN CAST(-1e308 AS REAL) AND CAST(1e308 AS REAL) THEN CAST(atom AS REAL) END
     FROM json_tree(CASE d.type WHEN 'object' THEN d.value END, '$.dailysummary.totaldays')) AS totaldays,
    (SELECT CASE WHEN type IN ('text', 'integer', 'real')
                  AND atom BETWEEN CAST(-1e308 AS REAL) AND CAST(1e308 AS REAL) THEN CAST(atom AS REAL) END
     FROM json_tree(CASE d.type WHEN 'object' THEN d.value END, '$.dailysummary.nhtotaldays')) AS nhtotaldays,
    (SELECT CASE WHEN type IN ('text', 'integer', 'real')
                  AND atom BETWEEN CAST(-1e308 AS REAL) AND CAST(1e308 AS REAL) THEN CAST(atom AS REAL) END
     FROM json_tree(CASE d.type WHEN 'object' THEN d.value END, '$.dailysummary.ahtotaldays')) AS ahtotaldays,
    (SELECT CASE WHEN type IN ('text', 'integer', 'real')
                  AND atom BETWEEN CAST(-1e308 AS REAL) AND CAST(1e308 AS REAL) THEN CAST(atom AS REAL) END
     FROM json_tree(CASE d.type WHEN 'object' THEN d.value END, '$.dailysummary.thtotalhours')) AS thtotalhours,
    (SELECT CASE WHEN type IN ('text', 'integer', 'real')
                  AND atom BETWEEN CAST(-1e308 AS REAL) AND CAST(1e308 AS REAL) THEN CAST(atom AS REAL) END
     FROM json_tree(CASE d.type WHEN 'object' THEN d.value END, '$.dailysummary.nhtotalhours')) AS nhtotalhours,
    (SELECT CASE WHEN type IN ('text', 'integer', 'real')
                  AND atom BETWEEN CAST(-1e308 AS REAL) AND CAST(1e308 AS REAL) THEN CAST(atom AS REAL) END
     FROM json_tree(CASE d.type WHEN 'object' THEN d.value END, '$.dailysummary.ahtotalhours')) AS ahtotalhours,
    (SELECT CASE WHEN type IN ('text', 'integer', 'real')
                  AND atom BETWEEN CAST(-1e308 AS REAL) AND CAST(1e308 AS REAL) THEN CAST(atom AS REAL) END
     FROM json_tree(CASE d.type WHEN 'object' THEN d.value END, '$.dailysummary.satotalhours')) AS satotalhours,
    (SELECT CASE WHEN type IN ('text', 'integer', 'real')
                  AND atom BETWEEN CAST(-1e308 AS REAL) AND CAST(1e308 AS REAL) THEN CAST(atom AS REAL) END
     FROM json_tree(CASE d.type WHEN 'object' THEN d.value END, '$.dailysummary.sutotalhours')) AS sutotalhours,
    (SELECT CASE WHEN type IN ('text', 'integer', 'real')
                  AND atom BETWEEN CAST(-1e308 AS REAL) AND CAST(1e308 AS REAL) THEN CAST(atom AS REAL) END
     FROM json_tree(CASE d.type WHEN 'object' THEN d.value END, '$.dailysummary.totalabsence')) AS totalabsence,
    (SELECT CAST(atom AS TEXT) FROM json_tree(CASE d.type WHEN 'object' THEN d.value END, '$.comment')) AS comment
FROM (SELECT stream, id, seq, modified, deleted_at, ifnull(readable, body) AS body FROM records) AS r, json_each(r.body, '$.attendance.body.attendanceinfo') AS d
WHERE r.stream IN (SELECT stream FROM streams WHERE entity = 'claim_attendance') AND r.deleted_at IS NULL
  AND typeof(d.key) = 'integer';
CREATE VIEW claim_attendance_sign AS
SELECT
    r.stream, r.id,
    d.key AS day,
    (SELECT CASE WHEN s IN (strftime('%Y%m%d', iso, '+0 days'), strftime('%Y%m%d%H%M%S', iso, '+0 days')) THEN iso END
     FROM (SELECT s, rtrim(format('%.4s-%.2s-%.2sT%.2s:%.2s:%.2s', s, substr(s, 5), substr(s, 7), substr(s, 9),
                                  substr(s, 11), substr(s, 13)), 'T:') AS iso
           FROM (SELECT CAST(atom AS TEXT) AS s
                 FROM json_tree(CASE d.type WHEN 'object' THEN d.value END, '$.attendancedate')))) AS attendancedate,
    s.key AS sign,
    (SELECT CASE WHEN s GLOB '???????? [01][0-9]:[0-5][0-9] [AP]M' AND substr(s, 10, 2) BETWEEN '01' AND '12'
                  AND strftime('%Y%m%d', iso, '+0 days') = substr(s, 1, 8) THEN iso END
     FROM (SELECT s, format('%.4s-%.2s-%.2sT%02d:%.2s:00', s, substr(s, 5), substr(s, 7),
                            substr(s, 10, 2) % 12 + 12 * (substr(s, 16) = 'PM'), substr(s, 13)) AS iso
           FROM (SELECT upper(atom) AS s
                 FROM json_tree(CASE s.type WHEN 'object' THEN s.value END, '$.signin')))) AS signin,
    (SELECT CASE WHEN s GLOB '???????? [01][0-9]:[0-5][0-9] [AP]M' AND substr(s, 10, 2) BETWEEN '01' AND '12'
                  AND strftime('%Y%m%d', iso, '+0 days') = substr(s, 1, 8) THEN iso END
     FROM (SELECT s, format('%.4s-%.2s-%.2sT%02d:%.2s:00', s, substr(s, 5), substr(s, 7),
                            substr(s, 10, 2) % 12 + 12 * (substr(s, 16) = 'PM'), substr(s, 13)) AS iso
           FROM (SELECT upper(atom) AS s
                 FROM json_tree(CASE s.type WHEN 'object' THEN s.value END, '$.signout')))) AS signout,
    (SELECT CAST(atom AS TEXT) FROM json_tree(CASE s.type WHEN 'object' THEN s.value END, '$.signInId')) AS signInId,
    (SELECT CAST(atom AS TEXT) FROM json_tree(CASE s.type WHEN 'object' THEN s.value END, '$.signOutId')) AS signOutId,
    (SELECT CAST(atom AS TEXT) FROM json_tree(CASE s.type WHEN 'object' THEN s.value END, '$.comment')) AS comment
FROM (SELECT stream, id, seq, modified, deleted_at, ifnull(readable, body) AS body FROM records) AS r, json_each(r.body, '$.attendance.body.attendanceinfo') AS d,
     json_each(CASE d.type WHEN 'object' THEN d.value END, '$.signinout') AS s
WHERE r.stream IN (SELECT stream FROM streams WHERE entity = 'claim_attendance') AND r.deleted_at IS NULL
  AND typeof(d.key) = 'integer' AND typeof(s.key) = 'integer';
CREATE VIEW claim_attendance_malformed AS
SELECT stream, id, field, type, CASE kind WHEN 'image' THEN NULL ELSE substr(atom, 1, 40) END AS value
FROM (SELECT r.stream, r.id, t.fullkey AS field, t.type, t.atom, t.key, r.replaced,
             CASE
                 WHEN typeof(t.key) = 'integer'
                   OR t.key IN ('attendance', 'header', 'body', 'summary', 'dailysummary') THEN 'object'
                 WHEN t.key IN ('attendanceinfo', 'signinout') THEN 'array'
                 WHEN t.key IN ('signin', 'signout') THEN 'time'
                 WHEN t.key IN ('isabsence') OR lower(t.key) IN (
                     'digitalsubmission', 'missingdailysignature', 'missingdailysiguature', 'missingconfirmsignature',
                     'missingconfirmsiguature') THEN 'flag'
                 WHEN t.key IN ('childDOB', 'startDate', 'endDate', 'parentSignDate', 'providerSignDate', 'createtime',
                     'versiondate', 'attendancedate') OR lower(t.key) = 'submitdate' THEN 'date'
                 WHEN t.key IN ('totaldays', 'nhtotaldays', 'ahtotaldays', 'thtotalhours', 'nhtotalhours',
                     'ahtotalhours', 'satotalhours', 'sutotalhours', 'totalabsence', 'wk1', 'wk2', 'wk3', 'wk4', 'wk5',
                     'wk6', 'month', 'familyfee') OR lower(t.key) IN ('invoiceamount', 'invocieamount') THEN 'number'
                 WHEN t.key IN ('parentSignature', 'providerSignature') THEN 'image'
                 ELSE 'text'
             END AS kind,
             CASE substr(t.path, 1, 33)
                 WHEN '$.attendance.body.attendanceinfo[' THEN
                     'day' || rtrim(ltrim(substr(t.path, 34), '0123456789'), '0123456789]')
                 ELSE t.path
             END AS place
      FROM (SELECT stream, id, deleted_at, ifnull(readable, body) AS body, readable IS NOT NULL AS replaced
            FROM records) AS r, json_tree(r.body) AS t
      WHERE r.stream IN (SELECT stream FROM streams WHERE entity = 'claim_attendance') AND r.deleted_at IS NULL
        AND t.type <> 'null' AND t.atom IS NOT '')
WHERE replaced AND type = 'text' AND instr(atom, char(65533)) > 0
   OR CASE kind
        WHEN 'text' THEN atom IS NOT NULL
        WHEN 'image' THEN type = 'text'
        WHEN 'number' THEN type IN ('text', 'integer', 'real')
            AND atom BETWEEN CAST(-1e308 AS REAL) AND CAST(1e308 AS REAL)
        WHEN 'flag' THEN lower(atom) IN ('1', 'y', 'yes', 'true', '0', 'n', 'no', 'false')
        WHEN 'date' THEN (
            SELECT s IN (strftime('%Y%m%d', iso, '+0 days'), strftime('%Y%m%d%H%M%S', iso, '+0 days'))
            FROM (SELECT CAST(atom AS TEXT) AS s,
                         rtrim(format('%.4s-%.2s-%.2sT%.2s:%.2s:%.2s', atom, substr(atom, 5), substr(atom, 7),
                                      substr(atom, 9), substr(atom, 11), substr(atom, 13)), 'T:') AS iso))
        WHEN 'time' THEN upper(atom) GLOB '???????? [01][0-9]:[0-5][0-9] [AP]M'
            AND substr(atom, 10, 2) BETWEEN '01' AND '12'
            AND strftime('%Y%m%d', format('%.4s-%.2s-%.2s', atom, substr(atom, 5), substr(atom, 7)), '+0 days')
                = substr(atom, 1, 8)
        ELSE type = kind
    END IS NOT 1
  AND CASE place
        WHEN '$' THEN key IN (
            'status', 'entityId', 'claimId', 'childId', 'childName', 'childDOB', 'providerId', 'providerName',
            'providerType', 'familyId', 'startDate', 'endDate', 'parentSignDate', 'parentSignature',
            'providerSignDate', 'providerSignature', 'comment', 'category', 'created', 'attendance')
        WHEN '$.attendance' THEN key IN ('header', 'body')
        WHEN '$.attendance.header' THEN key IN ('agencycode', 'type', 'createtime')
        WHEN '$.attendance.body' THEN key IN ('familyfee', 'version', 'versiondate', 'attendanceinfo', 'summary')
            OR lower(key) IN ('invoiceamount', 'invocieamount', 'digitalsubmission', 'submitdate',
                'missingdailysignature', 'missingdailysiguature', 'missingconfirmsignature', 'missingconfirmsiguature')
        WHEN '$.attendance.body.summary' THEN key IN ('wk1', 'wk2', 'wk3', 'wk4', 'wk5', 'wk6', 'month')
        WHEN '$.attendance.body.attendanceinfo' THEN typeof(key) = 'integer'
        WHEN 'day' THEN key IN (
            'attendancedate', 'isabsence', 'absencetype', 'signinout', 'dailysummary', 'comment')
        WHEN 'day].dailysummary' THEN key IN (
            'totaldays', 'nhtotaldays', 'ahtotaldays', 'thtotalhours', 'nhtotalhours', 'ahtotalhours', 'satotalhours',
            'sutotalhours', 'totalabsence')
        WHEN 'day].signinout' THEN typeof(key) = 'integer'
        WHEN 'day].signinout[' THEN key IN ('signin', 'signout', 'signInId', 'signOutId', 'comment')
    END;
CREATE VIEW claim_attendance_corrections AS
SELECT
    c.stream, c.id, c.seq, c.kind, c.committed_at AS changed_at,
    (SELECT CAST(atom AS TEXT) FROM records AS r, json_tree(ifnull(r.readable, r.body), '$.claimId')
     WHERE r.stream = c.stream AND r.id = c.id) AS claimId,
    (SELECT CAST(atom AS TEXT) FROM records AS r, json_tree(ifnull(r.readable, r.body), '$.childId')
     WHERE r.stream = c.stream AND r.id = c.id) AS childId,
    (SELECT CAST(atom AS TEXT) FROM records AS r, json_tree(ifnull(r.readable, r.body), '$.childName')
     WHERE r.stream = c.stream AND r.id = c.id) AS childName,
    (SELECT CAST(atom AS TEXT) FROM records AS r, json_tree(ifnull(r.readable, r.body), '$.providerId')
     WHERE r.stream = c.stream AND r.id = c.id) AS providerId,
    (SELECT CAST(atom AS TEXT) FROM records AS r, json_tree(ifnull(r.readable, r.body), '$.providerName')
     WHERE r.stream = c.stream AND r.id = c.id) AS providerName,
    substr(c.start_day, 1, 4) || '-' || substr(c.start_day, 5, 2) AS month,
    nullif(k.day, '') AS day, nullif(k.sign_in, '') AS signInId, k.field, k.was, k.is_now
FROM corrections AS k JOIN changes AS c ON c.seq = k.seq
WHERE c.stream IN (SELECT stream FROM streams WHERE entity = 'claim_attendance')
UNION ALL
SELECT
    c.stream, c.id, c.seq, c.kind, c.committed_at,
    (SELECT CAST(atom AS TEXT) FROM records AS r, json_tree(ifnull(r.readable, r.body), '$.claimId')
     WHERE r.stream = c.stream AND r.id = c.id),
    (SELECT CAST(atom AS TEXT) FROM records AS r, json_tree(ifnull(r.readable, r.body), '$.childId')
     WHERE r.stream = c.stream AND r.id = c.id),
    (SELECT CAST(atom AS TEXT) FROM records AS r, json_tree(ifnull(r.readable, r.body), '$.childName')
     WHERE r.stream = c.stream AND r.id = c.id),
    (SELECT CAST(atom AS TEXT) FROM records AS r, json_tree(ifnull(r.readable, r.body), '$.providerId')
     WHERE r.stream = c.stream AND r.id = c.id),
    (SELECT CAST(atom AS TEXT) FROM records AS r, json_tree(ifnull(r.readable, r.body), '$.providerName')
     WHERE r.stream = c.stream AND r.id = c.id),
    (SELECT substr(s.start_day, 1, 4) || '-' || substr(s.start_day, 5, 2) FROM changes AS s
     WHERE s.seq = CASE c.kind WHEN 'deleted' THEN c.previous ELSE c.seq END),
    NULL, NULL, '_record', NULL, c.kind
FROM changes AS c
WHERE c.stream IN (SELECT stream FROM streams WHERE entity = 'claim_attendance') AND c.kind <> 'updated'
  AND (c.kind <> 'disabled' OR (SELECT kind FROM changes AS b WHERE b.seq = c.previous) IS NOT 'disabled');
COMMIT;
