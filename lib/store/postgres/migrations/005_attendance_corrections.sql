-- A time that the store recorded, as the SQLite store writes it: "2024-03-05T08:15:00.000Z".
CREATE FUNCTION attendance_instant(at timestamptz) RETURNS text
    STABLE PARALLEL SAFE
    RETURN to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');

-- A row per field and change of claim_attendance, and a row for each record that was created, deleted, disabled or
-- restored, whose field is `_record`. `month` is that of the change's version; of a deleted record, that of the version
-- before. Claim, child and provider are those of the current record.
CREATE VIEW claim_attendance_corrections AS
SELECT
    c.stream, c.id, c.seq, c.kind, c.changed_at,
    attendance_text(attendance_part(own.names, own.parts, 'claimId')) AS claimId,
    attendance_text(attendance_part(own.names, own.parts, 'childId')) AS childId,
    attendance_text(attendance_part(own.names, own.parts, 'childName')) AS childName,
    attendance_text(attendance_part(own.names, own.parts, 'providerId')) AS providerId,
    attendance_text(attendance_part(own.names, own.parts, 'providerName')) AS providerName,
    substr(c.start_day::text, 1, 4) || '-' || substr(c.start_day::text, 5, 2) AS month,
    c.day, c.sign_in AS signInId, c.field, c.was, c.is_now
FROM (
    SELECT c.stream, c.id, c.seq, c.kind, attendance_instant(c.committed_at) AS changed_at, c.start_day,
           nullif(k.day, '') AS day, nullif(k.sign_in, '') AS sign_in, k.field, k.was, k.is_now
    FROM corrections AS k JOIN changes AS c ON c.seq = k.seq
    UNION ALL
    SELECT c.stream, c.id, c.seq, c.kind, attendance_instant(c.committed_at),
           CASE c.kind WHEN 'deleted' THEN b.start_day ELSE c.start_day END, NULL, NULL, '_record', NULL, c.kind
    FROM changes AS c LEFT JOIN changes AS b ON b.seq = c.previous
    WHERE c.kind <> 'updated' AND (c.kind <> 'disabled' OR b.kind IS DISTINCT FROM 'disabled')) AS c
LEFT JOIN records AS r ON r.stream = c.stream AND r.id = c.id
LEFT JOIN LATERAL attendance_members(attendance_body(coalesce(r.readable, r.body))) AS own ON true
WHERE c.stream = ANY (ARRAY (SELECT stream FROM streams WHERE entity = 'claim_attendance'));
