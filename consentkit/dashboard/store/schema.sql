CREATE TABLE users (
    name TEXT PRIMARY KEY,
    password_hash TEXT NOT NULL,    -- argon2id
    role TEXT NOT NULL,             -- reader, editor, administrator
    disabled INTEGER NOT NULL,      -- 1: may not sign in by any way
    created TEXT NOT NULL           -- ISO date, UTC
) WITHOUT ROWID;
CREATE TABLE sessions (             -- who is signed in; a row taken away ends the session
    id_hash TEXT PRIMARY KEY,       -- SHA-256
    name TEXT NOT NULL,
    source TEXT NOT NULL,           -- password, link: the role is the user's; oidc: the role is in the row
    role TEXT NOT NULL,
    began TEXT NOT NULL,            -- ISO date, UTC
    expires REAL NOT NULL           -- epoch seconds
) WITHOUT ROWID;
CREATE INDEX sessions_by_name ON sessions (name, expires);
CREATE TABLE spent (                -- sign-in links that were used
    id_hash TEXT PRIMARY KEY,
    expires REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE tokens (               -- for programs, which read figures
    name TEXT PRIMARY KEY,
    token_hash TEXT NOT NULL UNIQUE,
    created TEXT NOT NULL,
    last_used TEXT                  -- ISO date, UTC
) WITHOUT ROWID;
CREATE TABLE annotations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    first TEXT NOT NULL,            -- ISO dates, both included
    last TEXT NOT NULL,
    text TEXT NOT NULL,
    author TEXT NOT NULL
);
CREATE TABLE shares (               -- links for partners
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    token_hash TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    cards TEXT NOT NULL,            -- JSON list
    period TEXT NOT NULL,           -- 28d, or 2026-10-01/2026-10-31
    threshold INTEGER NOT NULL,
    epsilon REAL,                   -- of a card and period; NULL: figures without noise
    budget REAL,                    -- the epsilon that all draws together may use
    author TEXT NOT NULL,
    created TEXT NOT NULL,
    expires TEXT NOT NULL,          -- the last day, ISO date in the site's time zone
    revoked INTEGER NOT NULL,
    last_opened TEXT
);
CREATE TABLE draws (                -- differentially private figures, drawn once
    share INTEGER NOT NULL,
    card TEXT NOT NULL,
    first TEXT NOT NULL,
    last TEXT NOT NULL,
    epsilon REAL NOT NULL,
    figures TEXT NOT NULL,          -- JSON
    PRIMARY KEY (share, card, first, last)
) WITHOUT ROWID;
CREATE TABLE trail (                -- who did what
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,               -- UTC minute: 2026-11-23T14:30Z
    who TEXT NOT NULL,
    what TEXT NOT NULL,
    subject TEXT NOT NULL,
    times INTEGER NOT NULL,         -- the same in the same minute is one row, so that a flood cannot fill the disk
    UNIQUE (at, who, what, subject)
);
CREATE TRIGGER user_changed AFTER UPDATE OF password_hash, role, disabled ON users BEGIN
    DELETE FROM sessions WHERE name = OLD.name;
END;
CREATE TRIGGER user_removed AFTER DELETE ON users BEGIN
    DELETE FROM sessions WHERE name = OLD.name;
END;
