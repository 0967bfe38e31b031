-- How the views of attendance (migration 3 and later) read a body. The answers are those of the SQLite store's views:
--
--   text    unchanged; a number as SQLite writes it: 12, 12.5, 1.0e+20; true and false as 1 and 0
--   date    text: "2024-03-01" or "2024-03-31T18:30:00", local time, no zone. Not date or timestamp: a column has
--           both forms, and the year 0000 is valid
--   time    text: "2017-01-03T14:44:00"
--   number  double precision, SQLite's REAL, whether it came as a number or as text ("3.28"). Not numeric: 1e308 would
--           have 309 digits, and sums would differ from SQLite's. round(x::numeric, 2) rounds
--   flag    integer, 1 or 0. Not boolean: sum(isabsence) counts
--
-- Absent, null and unreadable values are NULL.
--
-- - A body is read as json, never as jsonb: jsonb keeps the last of two members with the same name, where SQLite reads
--   the first; it loses their order; and it rewrites numbers or refuses them (1e999999).
-- - json cannot decode \u0000 and unpaired surrogates (\ud800). The daemon stores a body without them in
--   records.readable.
-- - Each object is parsed once, into an array of names and an array of values.
-- - Functions that consist of one expression or query are bound to the functions they call when they are created, so
--   that no search_path changes their meaning. The planner inlines them. The others have a search_path of their own.

-- The body as json; NULL: PostgreSQL cannot read it as JSON. The daemon stores no such body, but one that another
-- program wrote, or one nested deeper than this server's stack allows, must not make a list of payments fail. PARALLEL
-- UNSAFE: an EXCEPTION block is a subtransaction, which parallel queries refuse.
CREATE FUNCTION attendance_body(body text) RETURNS json
    LANGUAGE plpgsql IMMUTABLE PARALLEL UNSAFE COST 1000 SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- A cast accepts escapes that cannot be decoded; the search for a member, whatever its name, decodes them all.
    IF strpos(body, '\u') > 0 THEN
        PERFORM body::json -> '';
    END IF;
    RETURN body::json;
EXCEPTION WHEN data_exception OR statement_too_complex THEN
    RETURN NULL;
END
$$;

-- The value if it is an object, or an array; otherwise an empty one.
CREATE FUNCTION attendance_as_object(part json) RETURNS json
    IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN json_typeof(part) = 'object' THEN part ELSE '{}'::json END;

CREATE FUNCTION attendance_as_array(part json) RETURNS json
    IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN json_typeof(part) = 'array' THEN part ELSE '[]'::json END;

-- One row: the members of an object, in their order in the body.
CREATE FUNCTION attendance_members(part json) RETURNS TABLE (names text[], parts json[])
    IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT array_agg(key), array_agg(value) FROM json_each(attendance_as_object(part));
END;

-- The first of the members with this name.
CREATE FUNCTION attendance_part(names text[], parts json[], name text) RETURNS json
    IMMUTABLE PARALLEL SAFE
    RETURN parts[array_position(names, name)];

-- The first value that is not null of the members with one of these names, in upper or lower case: the vendor's
-- spelling varies.
CREATE FUNCTION attendance_part_spelled(names text[], parts json[], VARIADIC spellings text[]) RETURNS json
    IMMUTABLE PARALLEL SAFE
    RETURN (SELECT m.part FROM ROWS FROM (unnest(names), unnest(parts)) WITH ORDINALITY AS m (name, part, n)
            WHERE lower(m.name COLLATE "C") = ANY (spellings) AND json_typeof(m.part) <> 'null' ORDER BY m.n LIMIT 1);

-- One row: the members of the objects within `attendance` that the views show; `month` is its `body`.
CREATE FUNCTION attendance_inner(part json) RETURNS TABLE (
    header_names text[], header_parts json[], month_names text[], month_parts json[], summary_names text[],
    summary_parts json[])
    IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT array_agg(m.key) FILTER (WHERE m.place = 'header'), array_agg(m.value) FILTER (WHERE m.place = 'header'),
           array_agg(m.key) FILTER (WHERE m.place = 'month'), array_agg(m.value) FILTER (WHERE m.place = 'month'),
           array_agg(m.key) FILTER (WHERE m.place = 'summary'), array_agg(m.value) FILTER (WHERE m.place = 'summary')
    FROM attendance_members(part) AS own
    CROSS JOIN LATERAL attendance_members(attendance_part(own.names, own.parts, 'body')) AS month
    CROSS JOIN LATERAL (
        SELECT 'header' AS place, key, value
        FROM json_each(attendance_as_object(attendance_part(own.names, own.parts, 'header')))
        UNION ALL
        SELECT 'month', key, value FROM ROWS FROM (unnest(month.names), unnest(month.parts)) AS m (key, value)
        UNION ALL
        SELECT 'summary', key, value
        FROM json_each(attendance_as_object(attendance_part(month.names, month.parts, 'summary')))) AS m;
END;

-- A row a day, number `day` from 0: its members, and those of its daily summary.
CREATE FUNCTION attendance_days(body json) RETURNS TABLE (
    day bigint, names text[], parts json[], daily_names text[], daily_parts json[])
    IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT d.ordinality - 1, own.names, own.parts, daily.names, daily.parts
    FROM attendance_members(body) AS record
    CROSS JOIN LATERAL attendance_members(attendance_part(record.names, record.parts, 'attendance')) AS attendance
    CROSS JOIN LATERAL attendance_members(attendance_part(attendance.names, attendance.parts, 'body')) AS month
    CROSS JOIN LATERAL json_array_elements(
        attendance_as_array(attendance_part(month.names, month.parts, 'attendanceinfo'))) WITH ORDINALITY AS d
    CROSS JOIN LATERAL attendance_members(d.value) AS own
    LEFT JOIN LATERAL attendance_members(attendance_part(own.names, own.parts, 'dailysummary')) AS daily ON true
    OFFSET 0;
END;

-- A row a sign-in and sign-out, number `sign` from 0 in its day: its members, and the date of its day.
CREATE FUNCTION attendance_signs(body json) RETURNS TABLE (
    day bigint, attendancedate json, sign bigint, names text[], parts json[])
    IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT d.day, attendance_part(d.names, d.parts, 'attendancedate'), s.ordinality - 1, own.names, own.parts
    FROM attendance_days(body) AS d
    CROSS JOIN LATERAL json_array_elements(attendance_as_array(attendance_part(d.names, d.parts, 'signinout')))
        WITH ORDINALITY AS s
    CROSS JOIN LATERAL attendance_members(s.value) AS own
    OFFSET 0;
END;

-- SQLite's text of a REAL: 15 digits, always with a point.
CREATE FUNCTION attendance_real_text(number double precision) RETURNS text
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET extra_float_digits = 0
AS $$
DECLARE
    digits text := number + 0;  -- not -0
BEGIN
    RETURN CASE
        WHEN digits LIKE '%Infinity' THEN replace(digits, 'Infinity', 'Inf')
        WHEN strpos(digits, '.') > 0 THEN digits
        WHEN strpos(digits, 'e') > 0 THEN replace(digits, 'e', '.0e')
        ELSE digits || '.0'
    END;
END
$$;

-- A number of any size and form, possibly infinite; NULL: the text is no number. A cast fails beyond a type's limits.
CREATE FUNCTION attendance_wide_number(number text) RETURNS double precision
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    part text[] := regexp_match(number, '^[ \t\n\v\f\r]*([+-]?)([0-9]*)(?:[.]([0-9]*))?'
                                        '(?:[eE]([+-]?)0*([0-9]+))?[ \t\n\v\f\r]*$');
    written text := part[2] || coalesce(part[3], '');
    digits text := ltrim(written, '0');
    -- The number is 0.DIGITS times ten to the power of this.
    point bigint := length(part[2]) - (length(written) - length(digits));
    exponent bigint := CASE WHEN length(part[5]) > 9 THEN '999999999' ELSE coalesce(part[5], '0') END;
    found numeric;
BEGIN
    IF part IS NULL OR written = '' THEN
        RETURN NULL;
    ELSIF digits = '' THEN
        RETURN 0;
    END IF;
    point := point + CASE part[4] WHEN '-' THEN -exponent ELSE exponent END;
    IF point > 310 THEN
        RETURN part[1] || 'Infinity';
    ELSIF point < -330 THEN
        RETURN 0;
    END IF;
    -- 800 digits decide between any two neighboring doubles.
    found := part[1] || '0.' || left(digits, 800) || 'e' || point;
    RETURN CASE
        WHEN abs(found) >= 1.7976931348623158e308 THEN (part[1] || 'Infinity')::double precision
        WHEN abs(found) <= 2.4703282292062328e-324 THEN 0  -- half of the smallest double
        ELSE found
    END;
END
$$;

CREATE FUNCTION attendance_number_text(number text) RETURNS text
    IMMUTABLE PARALLEL SAFE
    RETURN CASE
        WHEN number ~ '^-?[0-9]{1,18}$' THEN number::bigint::text
        WHEN number ~ '^-?[0-9]{19}$'
             AND number::numeric BETWEEN -9223372036854775808 AND 9223372036854775807 THEN number
        ELSE attendance_real_text(attendance_wide_number(number))
    END;

CREATE FUNCTION attendance_text(part json) RETURNS text
    IMMUTABLE PARALLEL SAFE
    RETURN CASE json_typeof(part)
        WHEN 'string' THEN part #>> '{}'
        WHEN 'number' THEN attendance_number_text(part #>> '{}')
        WHEN 'boolean' THEN CASE part #>> '{}' WHEN 'true' THEN '1' ELSE '0' END
    END;

-- A number beyond ±1e308 is unreadable.
CREATE FUNCTION attendance_bounded(number double precision) RETURNS double precision
    IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN abs(number) <= 1e308::double precision THEN number END;

CREATE FUNCTION attendance_number(part json) RETURNS double precision
    IMMUTABLE PARALLEL SAFE
    RETURN CASE
        WHEN json_typeof(part) NOT IN ('string', 'number') THEN NULL
        WHEN length(part #>> '{}') <= 15 AND (part #>> '{}') ~ '^[0-9]+([.][0-9]+)?$' THEN
            (part #>> '{}')::double precision
        ELSE attendance_bounded(attendance_wide_number(part #>> '{}'))
    END;

-- Whether the text is a yyyyMMdd of the Gregorian calendar, from the year 0000 on as in SQLite: a PostgreSQL date
-- begins with the year 0001. No regular expression: PostgreSQL needs several times as long for one of this size.
CREATE FUNCTION attendance_is_day(digits text) RETURNS boolean
    IMMUTABLE PARALLEL SAFE
    RETURN CASE
        WHEN length(digits) <> 8 OR translate(digits, '0123456789', '') <> '' THEN false
        WHEN substr(digits, 5, 2)::integer NOT BETWEEN 1 AND 12 THEN false
        WHEN substr(digits, 7)::integer BETWEEN 1 AND 28 THEN true
        WHEN substr(digits, 5) = '0229' THEN
            substr(digits, 1, 4)::integer % 4 = 0
            AND (substr(digits, 1, 4)::integer % 100 <> 0 OR substr(digits, 1, 4)::integer % 400 = 0)
        WHEN substr(digits, 5, 2) = '02' THEN false
        WHEN substr(digits, 5, 2) IN ('04', '06', '09', '11') THEN substr(digits, 7) IN ('29', '30')
        ELSE substr(digits, 7) IN ('29', '30', '31')
    END;

CREATE FUNCTION attendance_dashed(digits text) RETURNS text
    IMMUTABLE PARALLEL SAFE
    RETURN substr(digits, 1, 4) || '-' || substr(digits, 5, 2) || '-' || substr(digits, 7, 2);

-- yyyyMMdd or yyyyMMddHHmmss.
CREATE FUNCTION attendance_date(part json) RETURNS text
    IMMUTABLE PARALLEL SAFE
    RETURN CASE
        WHEN json_typeof(part) NOT IN ('string', 'number') THEN NULL
        WHEN NOT attendance_is_day(left(part #>> '{}', 8)) THEN NULL
        WHEN length(part #>> '{}') = 8 THEN attendance_dashed(part #>> '{}')
        WHEN substr(part #>> '{}', 9) ~ '^([01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]$' THEN
            attendance_dashed(part #>> '{}') || 'T' || substr(part #>> '{}', 9, 2) || ':'
            || substr(part #>> '{}', 11, 2) || ':' || substr(part #>> '{}', 13)
    END;

-- "20170103 02:44 PM".
CREATE FUNCTION attendance_time(part json) RETURNS text
    IMMUTABLE PARALLEL SAFE
    RETURN CASE
        WHEN json_typeof(part) <> 'string' OR length(part #>> '{}') <> 17 THEN NULL
        WHEN substr(part #>> '{}', 9) ~ '^ (0[1-9]|1[0-2]):[0-5][0-9] [AaPp][Mm]$'
             AND attendance_is_day(left(part #>> '{}', 8)) THEN
            attendance_dashed(part #>> '{}') || 'T'
            || CASE upper(substr(part #>> '{}', 16, 1)) || substr(part #>> '{}', 10, 2)
                WHEN 'A12' THEN '00'
                WHEN 'P12' THEN '12'
                ELSE lpad((substr(part #>> '{}', 10, 2)::integer
                           + CASE WHEN upper(substr(part #>> '{}', 16, 1)) = 'P' THEN 12 ELSE 0 END)::text, 2, '0')
            END
            || substr(part #>> '{}', 12, 3) || ':00'
    END;

CREATE FUNCTION attendance_flag(part json) RETURNS integer
    IMMUTABLE PARALLEL SAFE
    RETURN CASE lower(attendance_text(part) COLLATE "C")
        WHEN 'y' THEN 1 WHEN 'yes' THEN 1 WHEN 'true' THEN 1 WHEN '1' THEN 1
        WHEN 'n' THEN 0 WHEN 'no' THEN 0 WHEN 'false' THEN 0 WHEN '0' THEN 0
    END;

-- 1: present, 0: absent; never the image.
CREATE FUNCTION attendance_signature(part json) RETURNS integer
    IMMUTABLE PARALLEL SAFE
    RETURN CASE coalesce(json_typeof(part), 'null')
        WHEN 'null' THEN 0
        WHEN 'string' THEN CASE part #>> '{}' WHEN '' THEN 0 ELSE 1 END
    END;

-- Any value as text; an object or array as its JSON, without white space between its tokens.
CREATE FUNCTION attendance_value(part json) RETURNS text
    IMMUTABLE PARALLEL SAFE
    RETURN CASE
        WHEN json_typeof(part) IN ('object', 'array') THEN
            regexp_replace(part #>> '{}', '("([^"\\]|\\.)*")|[ \t\r\n]+', '\1', 'g')
        ELSE attendance_text(part)
    END;
