CREATE TABLE periods (          -- what counts are kept for
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,  -- a day 2026-11-23 (of the release, in the site's time zone), and what sums days up to be
                                -- read faster: a part of a month 2026-11-22/30, a month 2026-11
    shown INTEGER NOT NULL      -- 1 for days, and for a month whose days are forgotten, 0 for what only sums days up
);
CREATE TABLE series (           -- what is counted by what
    id INTEGER PRIMARY KEY,
    breakdown TEXT NOT NULL,    -- page, referrer, ..., page_by_channel
    metric TEXT NOT NULL,       -- views, visits, ...
    UNIQUE (breakdown, metric)
);
CREATE TABLE words (            -- values
    id INTEGER PRIMARY KEY,
    text TEXT NOT NULL UNIQUE   -- '(other)': over a bound, or waited too long
);
INSERT INTO words VALUES (0, '');
CREATE TABLE counts (           -- published counts by value, each at least the threshold, to be read by the view cells
    period INTEGER NOT NULL,
    series INTEGER NOT NULL,
    second INTEGER NOT NULL,    -- the second value of a crossing, else 0
    value INTEGER NOT NULL,
    count INTEGER NOT NULL,
    increments INTEGER NOT NULL, -- how many releases added to the count
    smallest INTEGER NOT NULL,  -- the smallest of these additions
    PRIMARY KEY (period, series, second, value)
) WITHOUT ROWID;
CREATE TABLE named (            -- what counts add up to, '(other)' left out
    period INTEGER NOT NULL,
    series INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (period, series)
) WITHOUT ROWID;
CREATE TABLE seconds (          -- the second values that a crossing has
    series INTEGER NOT NULL,
    second INTEGER NOT NULL,
    PRIMARY KEY (series, second)
) WITHOUT ROWID;
CREATE VIEW cells AS
    SELECT p.name AS day, s.breakdown AS breakdown,
        CASE c.second WHEN 0 THEN v.text ELSE v.text || ' × ' || w.text END AS value,
        s.metric AS metric, c.count AS count, c.increments AS increments, c.smallest AS smallest
    FROM periods p CROSS JOIN series s CROSS JOIN counts c ON c.period = p.id AND c.series = s.id
        CROSS JOIN words v ON v.id = c.value CROSS JOIN words w ON w.id = c.second
    WHERE p.shown;
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
CREATE TABLE load_hours (       -- the load of all requests by the hour, to be read faster
    metric TEXT NOT NULL,       -- as in load, and busiest_minute: the most requests of one minute
    begin TEXT NOT NULL,        -- UTC hour, or the day for what is kept by the day
    count INTEGER NOT NULL,
    PRIMARY KEY (metric, begin)
) WITHOUT ROWID;
CREATE TABLE load_days (        -- the load of all requests, and of each route, by the UTC day, to be read faster
    route TEXT NOT NULL,
    metric TEXT NOT NULL,
    day TEXT NOT NULL,          -- 2026-11-23
    count INTEGER NOT NULL,
    PRIMARY KEY (route, metric, day)
) WITHOUT ROWID;
CREATE TABLE releases (         -- the proof: how many releases there were, and how many new events they held
    day TEXT NOT NULL,          -- or the month, where its days are forgotten
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
                                -- restored: the private store was put back from a backup,
                                -- replaced: the sink was deleted or put back from one
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
CREATE TABLE changes (          -- another number after each change, so that readers need not read again
    number INTEGER NOT NULL
);
INSERT INTO changes VALUES (abs(random() % 1000000000) * 1000000)
