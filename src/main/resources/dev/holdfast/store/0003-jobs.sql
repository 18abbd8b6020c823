-- Durable jobs. Times as in 0001; a row's seq is the order in which jobs came.

-- One row a queue: whatever is asked of all its jobs is a number here, kept in the transaction that changes it.
CREATE TABLE job_queue (
  name TEXT PRIMARY KEY,
  gate INTEGER NOT NULL DEFAULT 0, -- 0 open, 1 paused, 2 drained
  gate_by TEXT NOT NULL DEFAULT '',
  waiting INTEGER NOT NULL DEFAULT 0, -- states 0 to 2
  delayed INTEGER NOT NULL DEFAULT 0, -- state 0
  running INTEGER NOT NULL DEFAULT 0,
  succeeded INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0,
  cancelled INTEGER NOT NULL DEFAULT 0,
  per_key INTEGER NOT NULL DEFAULT 0, -- as the last claim said; 0: no bound
  free_us INTEGER NOT NULL DEFAULT 0 -- the theoretical arrival time of the next claim (GCRA)
) STRICT, WITHOUT ROWID;

-- States: 0 waits for its time, 1 for its turn, 2 behind another of its key; 3 runs; 4 succeeded, 5 failed, 6 cancelled.
CREATE TABLE job (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  queue TEXT NOT NULL,
  state INTEGER NOT NULL,
  payload TEXT NOT NULL,
  priority INTEGER NOT NULL,
  key TEXT,
  order_us INTEGER NOT NULL,
  submitted_us INTEGER NOT NULL,
  due_us INTEGER, -- only while it waits: no sooner
  noted_us INTEGER, -- only in state 0: when due_us was written, to notice a clock set back
  attempt INTEGER NOT NULL DEFAULT 0,
  token INTEGER NOT NULL DEFAULT 0,
  host TEXT,
  started_us INTEGER,
  lease_us INTEGER, -- only while it runs
  cancel INTEGER NOT NULL DEFAULT 0,
  progress REAL,
  failure TEXT,
  detail TEXT NOT NULL DEFAULT '',
  ended_us INTEGER -- only when it is over
) STRICT;
-- What a claim walks; each holds only the rows of its state. All end with seq.
CREATE INDEX job_ready ON job (queue, order_us) WHERE state = 1;
CREATE INDEX job_held ON job (queue, key, order_us) WHERE state = 2;
CREATE INDEX job_due ON job (queue, state, due_us) WHERE due_us IS NOT NULL;
CREATE INDEX job_noted ON job (queue, noted_us) WHERE noted_us IS NOT NULL;
CREATE INDEX job_lease ON job (queue, lease_us) WHERE lease_us IS NOT NULL;
-- What people list, and what is tidied.
CREATE INDEX job_by_queue ON job (queue);
CREATE INDEX job_over ON job (queue, state) WHERE ended_us IS NOT NULL;
CREATE INDEX job_ended ON job (queue, state, ended_us) WHERE ended_us IS NOT NULL;

-- Keys of which something waits or runs. Of each only the first that waits stands in the line of its queue, its head;
-- none while as many run as may.
CREATE TABLE job_key (
  queue TEXT NOT NULL,
  name TEXT NOT NULL,
  running INTEGER NOT NULL,
  head_order_us INTEGER,
  head_seq INTEGER,
  PRIMARY KEY (queue, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX job_key_running ON job_key (queue, running) WHERE running > 0;

CREATE TABLE job_attempt (
  job INTEGER NOT NULL, -- its seq
  token INTEGER NOT NULL,
  number INTEGER NOT NULL,
  lost INTEGER NOT NULL, -- noted by another than its holder
  host TEXT NOT NULL,
  started_us INTEGER,
  ended_us INTEGER,
  failure TEXT,
  detail TEXT NOT NULL,
  exit_code INTEGER,
  signal INTEGER,
  cpu_seconds REAL,
  peak_bytes INTEGER,
  read_bytes INTEGER,
  written_bytes INTEGER,
  output TEXT,
  PRIMARY KEY (job, token)
) STRICT;

-- What ended, by minute: a window of any length costs its minutes, however many jobs there were.
CREATE TABLE job_minute (
  queue TEXT NOT NULL,
  minute INTEGER NOT NULL, -- since 1970
  succeeded INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  PRIMARY KEY (queue, minute)
) STRICT, WITHOUT ROWID;

-- Ends that somebody is to be told of, as they were then.
CREATE TABLE job_notice (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  job INTEGER NOT NULL, -- its seq; a job is kept as long as its notices are
  token INTEGER NOT NULL,
  state INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  ended_us INTEGER NOT NULL,
  failure TEXT,
  detail TEXT NOT NULL,
  due_us INTEGER NOT NULL,
  noted_us INTEGER NOT NULL, -- when due_us was written
  tries INTEGER NOT NULL
) STRICT;
CREATE INDEX job_notice_due ON job_notice (due_us);
CREATE INDEX job_notice_noted ON job_notice (noted_us);
CREATE INDEX job_notice_of ON job_notice (job);
