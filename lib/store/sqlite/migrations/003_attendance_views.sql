-- Attendance for SQL users: the records of claim_attendance that the portal still has, read when they are asked for.
-- Nothing is stored twice, so that loading costs nothing; a query parses the bodies that it meets.
--
-- Columns are spelled as the vendor spells the fields. What is absent or null is NULL; so is what cannot be read, and
-- then claim_attendance_malformed has a row for it. No body makes a SELECT fail.
--   text    as it came; a number as its digits
--   date    yyyyMMdd is shown as "2024-03-01", yyyyMMddHHmmss as "2024-03-31T18:30:00": local time, no zone
--   time    "20170103 02:44 PM" is shown as "2017-01-03T14:44:00", likewise
--   number  REAL, whether it came as a number or as text ("3.28")
--   flag    1: Y, yes, true, 1; 0: N, no, false, 0
--
-- How it is done:
-- - JSON functions of SQLite 3.38 to 3.40 may not stand in a view where trusted_schema is off; json_each and json_tree
--   may. The first row of json_tree is the value itself, and a subquery takes that one. Its `atom` is NULL where the
--   value is an object or an array.
-- - A text that is a number as a whole is one when compared with a REAL (affinity); any other exceeds all numbers.
-- - The date functions let February 30 pass; with a modifier, "+0 days", it becomes March 1 and is found out.

-- A row a record. Signatures are 1 or 0 (there or not), never the images.
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
FROM records AS r
WHERE r.stream IN (SELECT stream FROM streams WHERE entity = 'claim_attendance') AND r.deleted_at IS NULL;

-- A row an element of attendanceinfo, which is number `day` from 0. What is no object there is a row of NULLs.
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
FROM records AS r, json_each(r.body, '$.attendance.body.attendanceinfo') AS d
WHERE r.stream IN (SELECT stream FROM streams WHERE entity = 'claim_attendance') AND r.deleted_at IS NULL
  AND typeof(d.key) = 'integer';

-- A row an element of a day's signinout, which is number `sign` from 0.
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
FROM records AS r, json_each(r.body, '$.attendance.body.attendanceinfo') AS d,
     json_each(CASE d.type WHEN 'object' THEN d.value END, '$.signinout') AS s
WHERE r.stream IN (SELECT stream FROM streams WHERE entity = 'claim_attendance') AND r.deleted_at IS NULL
  AND typeof(d.key) = 'integer' AND typeof(s.key) = 'integer';

-- A row a value that the views above show as NULL because it cannot be read, at `field` in the body; `value` is its
-- beginning, where it is no object, array or signature. What a field ought to be goes by its name; whether it is one of
-- the views' goes by its place, which takes longer and is asked last.
CREATE VIEW claim_attendance_malformed AS
SELECT stream, id, field, type, CASE kind WHEN 'image' THEN NULL ELSE substr(atom, 1, 40) END AS value
FROM (SELECT r.stream, r.id, t.fullkey AS field, t.type, t.atom, t.key,
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
      FROM records AS r, json_tree(r.body) AS t
      WHERE r.stream IN (SELECT stream FROM streams WHERE entity = 'claim_attendance') AND r.deleted_at IS NULL
        AND t.type <> 'null' AND t.atom IS NOT '')
WHERE CASE kind
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
