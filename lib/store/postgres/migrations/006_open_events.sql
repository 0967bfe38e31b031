-- Compatible: open events are read in pages, the newest first.
CREATE INDEX events_open_by_number ON events (n) WHERE state = 'open';
