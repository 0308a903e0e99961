CREATE TABLE cells (            -- published counts by value, each at least the threshold
    day TEXT NOT NULL,          -- of the release, ISO date in the site's time zone
    breakdown TEXT NOT NULL,    -- page, referrer, country, browser, os, device, language, host, status
    value TEXT NOT NULL,        -- '(other)': over a bound, or waited too long
    metric TEXT NOT NULL,       -- views, visits, or requests for status
    count INTEGER NOT NULL,
    increments INTEGER NOT NULL, -- how many releases added to the count
    smallest INTEGER NOT NULL,  -- the smallest of these additions
    PRIMARY KEY (day, breakdown, value, metric)
) WITHOUT ROWID;
CREATE TABLE totals (           -- sums without a value, no threshold
    day TEXT NOT NULL,          -- of the event, ISO date in the site's time zone
    metric TEXT NOT NULL,       -- requests, views, visits, bytes, uncounted, class:person, class:crawler, ...
    count INTEGER NOT NULL,
    PRIMARY KEY (day, metric)
) WITHOUT ROWID;
CREATE TABLE load (             -- what the server did, by minute, no threshold
    minute TEXT NOT NULL,       -- UTC, as 2026-11-23T19:08Z
    metric TEXT NOT NULL,       -- requests, bytes, status_2xx, status_3xx, status_4xx, status_5xx
    count INTEGER NOT NULL,
    PRIMARY KEY (minute, metric)
) WITHOUT ROWID;
CREATE TABLE releases (         -- the proof: how many releases there were, and how many new events they held
    day TEXT NOT NULL,
    metric TEXT NOT NULL,
    threshold INTEGER NOT NULL, -- in force at the time
    releases INTEGER NOT NULL,
    events INTEGER NOT NULL,    -- new events of the metric in all of them
    smallest INTEGER NOT NULL,  -- new events in the smallest of them
    PRIMARY KEY (day, metric, threshold)
) WITHOUT ROWID;
CREATE TABLE applied (source TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE delivered (        -- what each private store brought, breakdown '' is the totals
    source TEXT NOT NULL,
    breakdown TEXT NOT NULL,
    metric TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (source, breakdown, metric)
) WITHOUT ROWID;
CREATE TABLE forgotten (        -- what retention removed, breakdown '' is the totals
    breakdown TEXT NOT NULL,
    metric TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (breakdown, metric)
) WITHOUT ROWID;
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
