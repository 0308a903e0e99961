-- The proof of consent. Documented in docs/proof.md.
CREATE TABLE events (
    sequence INTEGER PRIMARY KEY,
    time INTEGER NOT NULL,
    subject TEXT,
    content TEXT,
    content_hash TEXT NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL
);
CREATE INDEX events_subject ON events (subject) WHERE subject IS NOT NULL;
CREATE TABLE notices (hash TEXT PRIMARY KEY, html TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE counts (day TEXT, kind TEXT, count INTEGER NOT NULL, digest TEXT NOT NULL, PRIMARY KEY (day, kind)) WITHOUT ROWID;
CREATE TABLE head (id INTEGER PRIMARY KEY CHECK (id = 1), sequence INTEGER NOT NULL, hash TEXT NOT NULL);
