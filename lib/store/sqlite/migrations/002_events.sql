-- Events are met in three ways: by their MessageId, by the stream whose pass may settle them, and by their record when
-- changes are counted that no event announced.
CREATE INDEX events_open ON events (stream, received_at) WHERE state = 'open';
CREATE INDEX events_by_record ON events (stream, record_id, received_at);

-- Where the subscription of each topic stands, as far as the endpoint was told.
CREATE TABLE subscriptions (
    topic_arn        TEXT PRIMARY KEY NOT NULL,
    state            TEXT NOT NULL,  -- pending confirmed gone
    subscription_arn TEXT,           -- null: SNS did not say it
    changed_at       TEXT NOT NULL
) STRICT;
