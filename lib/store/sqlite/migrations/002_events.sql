-- Beside their MessageId events are met in two ways: open ones by the stream whose pass may settle them, and recent ones
-- when changes are counted that no event announced. Both indexes grow at their end: one by record would have each event
-- touch a page of its own.
CREATE INDEX events_open ON events (stream, received_at) WHERE state = 'open';
CREATE INDEX events_by_arrival ON events (stream, received_at, record_id);

-- Where the subscription of each topic stands, as far as the endpoint was told.
CREATE TABLE subscriptions (
    topic_arn        TEXT PRIMARY KEY NOT NULL,
    state            TEXT NOT NULL,  -- pending confirmed gone
    subscription_arn TEXT,           -- null: SNS did not say it
    changed_at       TEXT NOT NULL
) STRICT;
