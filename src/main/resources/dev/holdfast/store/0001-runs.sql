-- What schedules did. Times are microseconds since 1970-01-01 UTC; a NULL is unknown.
CREATE TABLE run (
  id INTEGER PRIMARY KEY,
  run TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  schedule TEXT NOT NULL,
  at_us INTEGER NOT NULL, -- its end; of what did not run, when it was due
  due_us INTEGER NOT NULL,
  cause TEXT NOT NULL,
  result TEXT NOT NULL,
  result_class TEXT NOT NULL,
  last INTEGER NOT NULL,
  detail TEXT NOT NULL,
  started_us INTEGER,
  ended_us INTEGER,
  exit_code INTEGER,
  signal INTEGER,
  cpu_seconds REAL,
  peak_bytes INTEGER,
  read_bytes INTEGER,
  written_bytes INTEGER,
  times INTEGER NOT NULL,
  output TEXT,
  UNIQUE (run, attempt)
) STRICT;
CREATE INDEX run_by_schedule ON run (schedule, at_us);
CREATE INDEX run_by_time ON run (at_us);
