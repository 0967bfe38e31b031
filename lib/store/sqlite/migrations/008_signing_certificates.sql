-- SNS's signing certificates that were found good, so that messages are verified after a restart without a fetch. They
-- are public, and checked again whenever they are read.
CREATE TABLE signing_certificates (
    url        TEXT PRIMARY KEY NOT NULL,  -- as in SigningCertURL
    pem        TEXT NOT NULL,
    fetched_at TEXT NOT NULL               -- when it was fetched last; a day later it is fetched again
) STRICT;
