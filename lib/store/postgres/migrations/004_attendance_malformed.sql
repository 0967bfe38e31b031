-- The values that the views of attendance show as NULL because they are unreadable, and texts with U+FFFD in place of
-- characters that no text can contain. A body that is no JSON has one row, whose type is 'invalid'.
--
-- The objects and arrays that the views read are named by their place: record, attendance, header, month, summary,
-- days, day, daily, signs and sign. The `name` of an array's element is null.

-- The place that this member or element is; null: no view reads it.
CREATE FUNCTION attendance_place(place text, name text) RETURNS text
    IMMUTABLE PARALLEL SAFE
    RETURN CASE place
        WHEN 'record' THEN CASE name WHEN 'attendance' THEN 'attendance' END
        WHEN 'attendance' THEN CASE name WHEN 'header' THEN 'header' WHEN 'body' THEN 'month' END
        WHEN 'month' THEN CASE name WHEN 'summary' THEN 'summary' WHEN 'attendanceinfo' THEN 'days' END
        WHEN 'days' THEN CASE WHEN name IS NULL THEN 'day' END
        WHEN 'day' THEN CASE name WHEN 'dailysummary' THEN 'daily' WHEN 'signinout' THEN 'signs' END
        WHEN 'signs' THEN CASE WHEN name IS NULL THEN 'sign' END
    END;

-- What the views expect there; null: nothing.
CREATE FUNCTION attendance_kind(place text, name text) RETURNS text
    IMMUTABLE PARALLEL SAFE
    RETURN CASE place
        WHEN 'record' THEN CASE
            WHEN name = 'attendance' THEN 'object'
            WHEN name IN ('parentSignature', 'providerSignature') THEN 'image'
            WHEN name IN ('childDOB', 'startDate', 'endDate', 'parentSignDate', 'providerSignDate') THEN 'date'
            WHEN name IN ('status', 'entityId', 'claimId', 'childId', 'childName', 'providerId', 'providerName',
                          'providerType', 'familyId', 'comment', 'category', 'created') THEN 'text'
        END
        WHEN 'attendance' THEN CASE WHEN name IN ('header', 'body') THEN 'object' END
        WHEN 'header' THEN CASE
            WHEN name IN ('agencycode', 'type') THEN 'text'
            WHEN name = 'createtime' THEN 'date'
        END
        WHEN 'month' THEN CASE
            WHEN name = 'attendanceinfo' THEN 'array'
            WHEN name = 'summary' THEN 'object'
            WHEN name = 'version' THEN 'text'
            WHEN name = 'versiondate' OR lower(name COLLATE "C") = 'submitdate' THEN 'date'
            WHEN name = 'familyfee' OR lower(name COLLATE "C") IN ('invoiceamount', 'invocieamount') THEN 'number'
            WHEN lower(name COLLATE "C") IN (
                'digitalsubmission', 'missingdailysignature', 'missingdailysiguature', 'missingconfirmsignature',
                'missingconfirmsiguature') THEN 'flag'
        END
        WHEN 'summary' THEN CASE WHEN name IN ('wk1', 'wk2', 'wk3', 'wk4', 'wk5', 'wk6', 'month') THEN 'number' END
        WHEN 'days' THEN CASE WHEN name IS NULL THEN 'object' END
        WHEN 'day' THEN CASE
            WHEN name = 'attendancedate' THEN 'date'
            WHEN name = 'isabsence' THEN 'flag'
            WHEN name IN ('absencetype', 'comment') THEN 'text'
            WHEN name = 'signinout' THEN 'array'
            WHEN name = 'dailysummary' THEN 'object'
        END
        WHEN 'daily' THEN CASE WHEN name IN (
            'totaldays', 'nhtotaldays', 'ahtotaldays', 'thtotalhours', 'nhtotalhours', 'ahtotalhours', 'satotalhours',
            'sutotalhours', 'totalabsence') THEN 'number' END
        WHEN 'signs' THEN CASE WHEN name IS NULL THEN 'object' END
        WHEN 'sign' THEN CASE
            WHEN name IN ('signin', 'signout') THEN 'time'
            WHEN name IN ('signInId', 'signOutId', 'comment') THEN 'text'
        END
    END;

-- Whether the value is of that kind, or null or empty.
CREATE FUNCTION attendance_is(kind text, part json) RETURNS boolean
    IMMUTABLE PARALLEL SAFE
    RETURN CASE
        WHEN json_typeof(part) = 'null' OR part::text = '""' THEN true
        WHEN kind = 'text' THEN json_typeof(part) NOT IN ('object', 'array')
        WHEN kind = 'number' THEN attendance_number(part) IS NOT NULL
        WHEN kind = 'date' THEN attendance_date(part) IS NOT NULL
        WHEN kind = 'time' THEN attendance_time(part) IS NOT NULL
        WHEN kind = 'flag' THEN attendance_flag(part) IS NOT NULL
        WHEN kind = 'image' THEN json_typeof(part) = 'string'
        ELSE json_typeof(part) = kind
    END;

-- The value's type by SQLite's name.
CREATE FUNCTION attendance_type(part json) RETURNS text
    IMMUTABLE PARALLEL SAFE
    RETURN CASE json_typeof(part)
        WHEN 'string' THEN 'text'
        WHEN 'boolean' THEN part #>> '{}'
        WHEN 'number' THEN CASE WHEN (part #>> '{}') ~ '^-?[0-9]+$' THEN 'integer' ELSE 'real' END
        ELSE json_typeof(part)
    END;

-- One step of a path in SQLite's notation: .name, ."a name" or [12].
CREATE FUNCTION attendance_step(name text, element bigint) RETURNS text
    IMMUTABLE PARALLEL SAFE
    RETURN CASE
        WHEN name IS NULL THEN '[' || element || ']'
        WHEN name ~ '^[A-Za-z][A-Za-z0-9]*$' THEN '.' || name
        ELSE '.' || to_json(name)
    END;

-- A row per member or element, including members with the same name.
CREATE FUNCTION attendance_children(part json) RETURNS TABLE (name text, element bigint, child json)
    IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT m.key, NULL::bigint, m.value FROM json_each(attendance_as_object(part)) AS m
    UNION ALL
    SELECT NULL, e.ordinality - 1, e.value FROM json_array_elements(attendance_as_array(part)) WITH ORDINALITY AS e;
END;

-- `replaced`: the body has U+FFFD in place of other characters, possibly at a place that no view reads.
CREATE FUNCTION attendance_malformed(body json, replaced boolean) RETURNS TABLE (field text, type text, value text)
    IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH RECURSIVE node (place, inside, name, field, part) AS (
        SELECT NULL::text, 'record'::text, NULL::text, '$'::text, body
        UNION ALL
        SELECT n.inside, attendance_place(n.inside, c.name), c.name, n.field || attendance_step(c.name, c.element),
               c.child
        FROM node AS n CROSS JOIN LATERAL attendance_children(n.part) AS c
        WHERE n.inside IS NOT NULL OR replaced
    )
    SELECT n.field, attendance_type(n.part),
           CASE WHEN k.kind IS DISTINCT FROM 'image' THEN left(attendance_text(n.part), 40) END
    FROM node AS n CROSS JOIN LATERAL (SELECT attendance_kind(n.place, n.name) AS kind OFFSET 0) AS k
    WHERE NOT attendance_is(k.kind, n.part)
       OR replaced AND json_typeof(n.part) = 'string' AND strpos(n.part #>> '{}', chr(65533)) > 0;
END;

CREATE VIEW claim_attendance_malformed AS
SELECT r.stream, r.id, m.field, m.type, m.value
FROM records AS r
CROSS JOIN LATERAL (SELECT attendance_body(coalesce(r.readable, r.body)) AS json OFFSET 0) AS b
CROSS JOIN LATERAL (
    SELECT field, type, value FROM attendance_malformed(b.json, r.readable IS NOT NULL)
    UNION ALL
    SELECT '$', 'invalid', NULL WHERE b.json IS NULL) AS m
WHERE r.stream = ANY (ARRAY (SELECT stream FROM streams WHERE entity = 'claim_attendance')) AND r.deleted_at IS NULL;
