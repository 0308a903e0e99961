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
CREATE TABLE load (             -- what the server did
    begin TEXT NOT NULL,        -- UTC minute, hour or day: 2026-11-23T19:08Z, 2026-11-23T19Z, 2026-11-23Z
    route TEXT NOT NULL,        -- '' for all requests, a template by hour or day, '(other)' for those with too few
    metric TEXT NOT NULL,       -- by minute, no threshold: requests, busiest_second, most_at_once,
                                -- of at least the threshold: served (requests), bytes, status_2xx, ..., and took_N,
                                -- which were served within about 2^((N + 0.5) / 8) microseconds
    count INTEGER NOT NULL,
    PRIMARY KEY (begin, route, metric)
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
CREATE TABLE gaps (             -- times of which counts are missing
    begin TEXT NOT NULL,        -- UTC, as 2026-11-23T19:08:07Z
    until TEXT NOT NULL,
    reason TEXT NOT NULL,       -- killed: a worker ended without writing its last counts, batches: some never came,
                                -- restored: the private store was put back from a backup
    batches INTEGER NOT NULL    -- how many, 0 where that is not known
);
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
