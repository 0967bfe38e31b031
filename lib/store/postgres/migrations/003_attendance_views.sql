-- Attendance for SQL users: the records of claim_attendance that the portal still has. The views are computed at query
-- time, so that loading costs nothing; a query parses the bodies that it reads. No body makes a SELECT fail: migration
-- 2 states how values are read.
--
-- Column names are the vendor's in lower case: PostgreSQL reads names without quotation marks as lower case, so that
-- `claimId` in a query finds the column, as it does in SQLite.
--
-- Each LEFT JOIN adds exactly one row, and the planner omits it if no column of it is used: reading columns of the
-- record alone does not parse its days. The views consist of few tables and subqueries, because the planner finds the
-- best order of no more than eight (join_collapse_limit): a provider's records are found before their days are read.

-- A row per record. Signatures are 1 or 0 (present or absent), never the images.
CREATE VIEW claim_attendance AS
SELECT
    r.stream, r.id, r.seq, r.modified,
    CASE attendance_part(own.names, own.parts, 'disabled')::text WHEN 'true' THEN 1 ELSE 0 END AS disabled,
    attendance_text(attendance_part(own.names, own.parts, 'status')) AS status,
    attendance_text(attendance_part(own.names, own.parts, 'entityId')) AS entityId,
    attendance_text(attendance_part(own.names, own.parts, 'claimId')) AS claimId,
    attendance_text(attendance_part(own.names, own.parts, 'childId')) AS childId,
    attendance_text(attendance_part(own.names, own.parts, 'childName')) AS childName,
    attendance_date(attendance_part(own.names, own.parts, 'childDOB')) AS childDOB,
    attendance_text(attendance_part(own.names, own.parts, 'providerId')) AS providerId,
    attendance_text(attendance_part(own.names, own.parts, 'providerName')) AS providerName,
    attendance_text(attendance_part(own.names, own.parts, 'providerType')) AS providerType,
    attendance_text(attendance_part(own.names, own.parts, 'familyId')) AS familyId,
    attendance_date(attendance_part(own.names, own.parts, 'startDate')) AS startDate,
    attendance_date(attendance_part(own.names, own.parts, 'endDate')) AS endDate,
    attendance_date(attendance_part(own.names, own.parts, 'parentSignDate')) AS parentSignDate,
    attendance_signature(attendance_part(own.names, own.parts, 'parentSignature')) AS parentSignature,
    attendance_date(attendance_part(own.names, own.parts, 'providerSignDate')) AS providerSignDate,
    attendance_signature(attendance_part(own.names, own.parts, 'providerSignature')) AS providerSignature,
    attendance_text(attendance_part(own.names, own.parts, 'comment')) AS comment,
    attendance_text(attendance_part(own.names, own.parts, 'category')) AS category,
    attendance_value(attendance_part(own.names, own.parts, 'tags')) AS tags,
    attendance_value(attendance_part(own.names, own.parts, 'data')) AS data,
    attendance_value(attendance_part(own.names, own.parts, 'metadata')) AS metadata,
    attendance_text(attendance_part(own.names, own.parts, 'created')) AS created,
    attendance_text(attendance_part(deep.header_names, deep.header_parts, 'agencycode')) AS agencycode,
    attendance_text(attendance_part(deep.header_names, deep.header_parts, 'type')) AS type,
    attendance_date(attendance_part(deep.header_names, deep.header_parts, 'createtime')) AS createtime,
    attendance_number(
        attendance_part_spelled(deep.month_names, deep.month_parts, 'invoiceamount', 'invocieamount')) AS invoiceamount,
    attendance_number(attendance_part(deep.month_names, deep.month_parts, 'familyfee')) AS familyfee,
    attendance_number(attendance_part(deep.summary_names, deep.summary_parts, 'wk1')) AS wk1,
    attendance_number(attendance_part(deep.summary_names, deep.summary_parts, 'wk2')) AS wk2,
    attendance_number(attendance_part(deep.summary_names, deep.summary_parts, 'wk3')) AS wk3,
    attendance_number(attendance_part(deep.summary_names, deep.summary_parts, 'wk4')) AS wk4,
    attendance_number(attendance_part(deep.summary_names, deep.summary_parts, 'wk5')) AS wk5,
    attendance_number(attendance_part(deep.summary_names, deep.summary_parts, 'wk6')) AS wk6,
    attendance_number(attendance_part(deep.summary_names, deep.summary_parts, 'month')) AS month,
    attendance_text(attendance_part(deep.month_names, deep.month_parts, 'version')) AS version,
    attendance_date(attendance_part(deep.month_names, deep.month_parts, 'versiondate')) AS versiondate,
    attendance_flag(attendance_part_spelled(deep.month_names, deep.month_parts, 'digitalsubmission'))
        AS DigitalSubmission,
    attendance_date(attendance_part_spelled(deep.month_names, deep.month_parts, 'submitdate')) AS SubmitDate,
    attendance_flag(attendance_part_spelled(
        deep.month_names, deep.month_parts, 'missingdailysignature', 'missingdailysiguature')) AS MissingDailySignature,
    attendance_flag(attendance_part_spelled(
        deep.month_names, deep.month_parts, 'missingconfirmsignature', 'missingconfirmsiguature'))
        AS MissingConfirmSignature
FROM records AS r
LEFT JOIN LATERAL attendance_members(attendance_body(coalesce(r.readable, r.body))) AS own ON true
LEFT JOIN LATERAL attendance_inner(attendance_part(own.names, own.parts, 'attendance')) AS deep ON true
WHERE r.stream = ANY (ARRAY (SELECT stream FROM streams WHERE entity = 'claim_attendance')) AND r.deleted_at IS NULL;

-- A row per element of attendanceinfo, which is number `day` from 0. An element that is no object is a row of NULLs.
CREATE VIEW claim_attendance_day AS
SELECT
    r.stream, r.id, d.day,
    attendance_date(attendance_part(d.names, d.parts, 'attendancedate')) AS attendancedate,
    attendance_flag(attendance_part(d.names, d.parts, 'isabsence')) AS isabsence,
    attendance_text(attendance_part(d.names, d.parts, 'absencetype')) AS absencetype,
    json_array_length(attendance_as_array(attendance_part(d.names, d.parts, 'signinout'))) AS signs,
    attendance_number(attendance_part(d.daily_names, d.daily_parts, 'totaldays')) AS totaldays,
    attendance_number(attendance_part(d.daily_names, d.daily_parts, 'nhtotaldays')) AS nhtotaldays,
    attendance_number(attendance_part(d.daily_names, d.daily_parts, 'ahtotaldays')) AS ahtotaldays,
    attendance_number(attendance_part(d.daily_names, d.daily_parts, 'thtotalhours')) AS thtotalhours,
    attendance_number(attendance_part(d.daily_names, d.daily_parts, 'nhtotalhours')) AS nhtotalhours,
    attendance_number(attendance_part(d.daily_names, d.daily_parts, 'ahtotalhours')) AS ahtotalhours,
    attendance_number(attendance_part(d.daily_names, d.daily_parts, 'satotalhours')) AS satotalhours,
    attendance_number(attendance_part(d.daily_names, d.daily_parts, 'sutotalhours')) AS sutotalhours,
    attendance_number(attendance_part(d.daily_names, d.daily_parts, 'totalabsence')) AS totalabsence,
    attendance_text(attendance_part(d.names, d.parts, 'comment')) AS comment
FROM records AS r
CROSS JOIN LATERAL attendance_days(attendance_body(coalesce(r.readable, r.body))) AS d
WHERE r.stream = ANY (ARRAY (SELECT stream FROM streams WHERE entity = 'claim_attendance')) AND r.deleted_at IS NULL;

-- A row per element of a day's signinout, which is number `sign` from 0.
CREATE VIEW claim_attendance_sign AS
SELECT
    r.stream, r.id, s.day,
    attendance_date(s.attendancedate) AS attendancedate,
    s.sign,
    attendance_time(attendance_part(s.names, s.parts, 'signin')) AS signin,
    attendance_time(attendance_part(s.names, s.parts, 'signout')) AS signout,
    attendance_text(attendance_part(s.names, s.parts, 'signInId')) AS signInId,
    attendance_text(attendance_part(s.names, s.parts, 'signOutId')) AS signOutId,
    attendance_text(attendance_part(s.names, s.parts, 'comment')) AS comment
FROM records AS r
CROSS JOIN LATERAL attendance_signs(attendance_body(coalesce(r.readable, r.body))) AS s
WHERE r.stream = ANY (ARRAY (SELECT stream FROM streams WHERE entity = 'claim_attendance')) AND r.deleted_at IS NULL;
