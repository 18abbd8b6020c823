-- Durable jobs. Times are microseconds since 1970-01-01 UTC; a row's seq is the order in which jobs came.

-- One row a queue: whatever is asked of all its jobs is a number here, kept in the transaction that changes it.
CREATE TABLE job_queue (
  name TEXT PRIMARY KEY,
  gate INTEGER NOT NULL DEFAULT 0, -- 0 open, 1 paused, 2 drained
  gate_by TEXT NOT NULL DEFAULT '',
  waiting BIGINT NOT NULL DEFAULT 0, -- states 0 to 2
  delayed BIGINT NOT NULL DEFAULT 0, -- state 0
  running BIGINT NOT NULL DEFAULT 0,
  succeeded BIGINT NOT NULL DEFAULT 0,
  failed BIGINT NOT NULL DEFAULT 0,
  cancelled BIGINT NOT NULL DEFAULT 0,
  per_key INTEGER NOT NULL DEFAULT 0, -- as the last claim said; 0: no bound
  free_us BIGINT NOT NULL DEFAULT 0 -- the theoretical arrival time of the next claim (GCRA)
) WITH (fillfactor = 50); -- changed with each job: a new version is to find room beside the old one

-- States: 0 waits for its time, 1 for its turn, 2 behind another of its key; 3 runs; 4 succeeded, 5 failed, 6 cancelled.
CREATE TABLE job (
  seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  queue TEXT NOT NULL,
  state INTEGER NOT NULL,
  payload TEXT NOT NULL,
  priority INTEGER NOT NULL,
  key TEXT,
  order_us BIGINT NOT NULL,
  submitted_us BIGINT NOT NULL,
  due_us BIGINT, -- only while it waits: no sooner
  noted_us BIGINT, -- only in state 0: when due_us was written, to notice a clock set back
  attempt INTEGER NOT NULL DEFAULT 0,
  token BIGINT NOT NULL DEFAULT 0,
  host TEXT,
  started_us BIGINT,
  lease_us BIGINT, -- only while it runs
  cancel INTEGER NOT NULL DEFAULT 0,
  progress DOUBLE PRECISION,
  failure TEXT,
  detail TEXT NOT NULL DEFAULT '',
  ended_us BIGINT -- only when it is over
);
-- What a claim walks; each holds only the rows of its state.
CREATE INDEX job_ready ON job (queue, order_us, seq) WHERE state = 1;
CREATE INDEX job_held ON job (queue, key, order_us, seq) WHERE state = 2;
CREATE INDEX job_due ON job (queue, state, due_us, seq) WHERE due_us IS NOT NULL;
CREATE INDEX job_noted ON job (queue, noted_us) WHERE noted_us IS NOT NULL;
CREATE INDEX job_lease ON job (queue, lease_us) WHERE lease_us IS NOT NULL;
-- What people list, and what is tidied.
CREATE INDEX job_by_queue ON job (queue, seq);
CREATE INDEX job_over ON job (queue, state, seq) WHERE ended_us IS NOT NULL;
CREATE INDEX job_ended ON job (queue, state, ended_us) WHERE ended_us IS NOT NULL;

-- Keys of which something waits or runs. Of each only the first that waits stands in the line of its queue, its head;
-- none while as many run as may.
CREATE TABLE job_key (
  queue TEXT NOT NULL,
  name TEXT NOT NULL,
  running BIGINT NOT NULL,
  head_order_us BIGINT,
  head_seq BIGINT,
  PRIMARY KEY (queue, name)
);
CREATE INDEX job_key_running ON job_key (queue, running) WHERE running > 0;

CREATE TABLE job_attempt (
  job BIGINT NOT NULL, -- its seq
  token BIGINT NOT NULL,
  number INTEGER NOT NULL,
  lost INTEGER NOT NULL, -- noted by another than its holder
  host TEXT NOT NULL,
  started_us BIGINT,
  ended_us BIGINT,
  failure TEXT,
  detail TEXT NOT NULL,
  exit_code INTEGER,
  signal INTEGER,
  cpu_seconds DOUBLE PRECISION,
  peak_bytes BIGINT,
  read_bytes BIGINT,
  written_bytes BIGINT,
  output TEXT,
  PRIMARY KEY (job, token)
);

-- What ended, by minute: a window of any length costs its minutes, however many jobs there were.
CREATE TABLE job_minute (
  queue TEXT NOT NULL,
  minute BIGINT NOT NULL, -- since 1970
  succeeded BIGINT NOT NULL,
  failed BIGINT NOT NULL,
  attempts BIGINT NOT NULL,
  PRIMARY KEY (queue, minute)
);

-- Ends that somebody is to be told of, as they were then.
CREATE TABLE job_notice (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  job BIGINT NOT NULL, -- its seq; a job is kept as long as its notices are
  token BIGINT NOT NULL,
  state INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  ended_us BIGINT NOT NULL,
  failure TEXT,
  detail TEXT NOT NULL,
  due_us BIGINT NOT NULL,
  noted_us BIGINT NOT NULL, -- when due_us was written
  tries INTEGER NOT NULL
);
CREATE INDEX job_notice_due ON job_notice (due_us);
CREATE INDEX job_notice_noted ON job_notice (noted_us);
CREATE INDEX job_notice_of ON job_notice (job);

-- Who runs a schedule's due time: the first whose row is here, for ever.
CREATE TABLE claim (
  schedule TEXT NOT NULL,
  due_us BIGINT NOT NULL,
  run TEXT NOT NULL,
  host TEXT NOT NULL,
  at_us BIGINT NOT NULL,
  PRIMARY KEY (schedule, due_us)
);

-- Up to here all of a schedule counts as claimed: the rows of long ago are one number.
CREATE TABLE claim_floor (
  schedule TEXT PRIMARY KEY,
  due_us BIGINT NOT NULL
);
