-- The hosts that work here, each as it last said itself: for people. Nothing is decided by it; leases are.
CREATE TABLE host (
  name TEXT PRIMARY KEY,
  version TEXT NOT NULL,
  started_us BIGINT NOT NULL,
  seen_us BIGINT NOT NULL,
  -- when it went in good order; null: it has not
  left_us BIGINT,
  cores INTEGER NOT NULL,
  load1 DOUBLE PRECISION NOT NULL,
  memory BIGINT NOT NULL,
  available BIGINT NOT NULL,
  running INTEGER NOT NULL,
  places INTEGER NOT NULL,
  queues TEXT NOT NULL
);
