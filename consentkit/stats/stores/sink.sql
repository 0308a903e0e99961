CREATE TABLE cells (
    day TEXT NOT NULL, breakdown TEXT NOT NULL, value TEXT NOT NULL, metric TEXT NOT NULL,
    count INTEGER NOT NULL, increments INTEGER NOT NULL, smallest INTEGER NOT NULL,
    PRIMARY KEY (day, breakdown, value, metric)
) WITHOUT ROWID;
CREATE TABLE totals (
    day TEXT NOT NULL, metric TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (day, metric)
) WITHOUT ROWID;
CREATE TABLE load (
    minute TEXT NOT NULL, metric TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (minute, metric)
) WITHOUT ROWID;
CREATE TABLE releases (
    day TEXT NOT NULL, metric TEXT NOT NULL, threshold INTEGER NOT NULL,
    releases INTEGER NOT NULL, events INTEGER NOT NULL, smallest INTEGER NOT NULL,
    PRIMARY KEY (day, metric, threshold)
) WITHOUT ROWID;
CREATE TABLE applied (source TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE delivered (
    source TEXT NOT NULL, breakdown TEXT NOT NULL, metric TEXT NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (source, breakdown, metric)
) WITHOUT ROWID;
CREATE TABLE forgotten (
    breakdown TEXT NOT NULL, metric TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (breakdown, metric)
) WITHOUT ROWID;
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
