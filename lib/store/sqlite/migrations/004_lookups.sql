-- What lists of records are asked for by, beside the id: when they changed, and which days they are of. Both are looked
-- up in the log, whose rows are small and hold the newest version of every record. Days in `records` would stand behind
-- the body, and an index over them would read every body to its end.

ALTER TABLE changes ADD COLUMN modified_s INTEGER;  -- `modified` in whole seconds since 1970, UTC
ALTER TABLE changes ADD COLUMN start_day INTEGER;   -- of the version's startDate, 20240301; null with end_day: no day
ALTER TABLE changes ADD COLUMN end_day INTEGER;     -- of its endDate; where one of the two is no day, the other's

UPDATE changes SET modified_s = CAST(strftime('%s', modified) AS INTEGER);

WITH
    texts AS (
        SELECT seq, CASE WHEN json_valid(body) THEN json_extract(body, '$.startDate') END AS first,
               CASE WHEN json_valid(body) THEN json_extract(body, '$.endDate') END AS last
        FROM records),
    digits AS (
        SELECT seq, substr(replace(first, '-', ''), 1, 8) AS first, substr(replace(last, '-', ''), 1, 8) AS last
        FROM texts),
    days AS (
        SELECT seq, CASE WHEN first GLOB '[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]' THEN CAST(first AS INTEGER) END AS first,
               CASE WHEN last GLOB '[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]' THEN CAST(last AS INTEGER) END AS last
        FROM digits)
UPDATE changes SET start_day = ifnull(days.first, days.last), end_day = ifnull(days.last, days.first)
FROM days WHERE days.seq = changes.seq;

-- Both are in the order of seq where they tie (every index ends with its row's key), so that a list goes on behind the
-- last row that was shown. Like records_by_id they are missing while an empty store is filled for the first time.
CREATE INDEX changes_by_modified ON changes (stream, modified_s);
CREATE INDEX changes_by_days ON changes (stream, end_day, seq, start_day) WHERE end_day IS NOT NULL;

-- Few: to count the others without a look at each.
CREATE INDEX records_deleted ON records (stream) WHERE deleted_at IS NOT NULL;
