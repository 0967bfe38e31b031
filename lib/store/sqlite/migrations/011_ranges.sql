-- Wide loads: a stream's and a backfill's unfinished ranges, so that a crash repeats nothing that was committed.
ALTER TABLE streams ADD COLUMN ranges TEXT NOT NULL DEFAULT '';  -- JSON; empty: none are under way
ALTER TABLE passes ADD COLUMN ranges TEXT NOT NULL DEFAULT '';   -- JSON; empty: of a job that has not begun, or is none of days
