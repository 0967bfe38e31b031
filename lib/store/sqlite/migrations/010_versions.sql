-- Former versions: what an agency paid a claim from, after the portal has corrected it.

-- The version that change `seq` replaced: also the one before a record came back (`restored`). A version that was replaced
-- by one that only spells it another way (the order of members, numbers, times, escapes) is not kept, nor is what was
-- replaced before this table was there. Versions of a record are found by its chain of changes (changes.previous), not by
-- an index, of which each would touch a page of its own.
CREATE TABLE versions (
    seq      INTEGER PRIMARY KEY NOT NULL,
    stream   TEXT NOT NULL,
    id       TEXT NOT NULL,
    modified TEXT NOT NULL,     -- of the version itself
    hash     BLOB NOT NULL,     -- of its body, unpacked
    bytes    INTEGER NOT NULL,  -- of its body, unpacked
    body     BLOB NOT NULL      -- packed: lib/versions/packed_body.hpp; carecloudctl and the API show it as it came
) STRICT;

-- One row: what `versions` holds, so that nobody has to read it all to know.
CREATE TABLE version_totals (
    versions INTEGER NOT NULL,
    bytes    INTEGER NOT NULL   -- of the packed bodies
) STRICT;
INSERT INTO version_totals (versions, bytes) VALUES (0, 0);

-- What change `seq` corrected in the version before it: a row a field.
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

-- Records whose content was erased by an operator: body, former versions, corrections, events and quarantine. Their hashes
-- and changes stay, so that the portal's present version is not stored again before it changes.
CREATE TABLE erasures (
    stream       TEXT NOT NULL,
    id           TEXT NOT NULL,
    erased_at    TEXT NOT NULL,
    requested_by TEXT NOT NULL   -- as the operator said it
) STRICT;

-- A row a field and change of claim_attendance, and a row a record that was created, deleted, disabled or restored, whose
-- field is `_record`. `month` is that of the version which the change brought, of a deleted one that of the version
-- before; claim, child and provider are as the record has them now.
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
