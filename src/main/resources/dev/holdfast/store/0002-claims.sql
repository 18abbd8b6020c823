-- Who runs a due time: the first whose row is here, for ever.
CREATE TABLE claim (
  schedule TEXT NOT NULL,
  due_us INTEGER NOT NULL,
  run TEXT NOT NULL,
  host TEXT NOT NULL,
  at_us INTEGER NOT NULL,
  PRIMARY KEY (schedule, due_us)
) STRICT, WITHOUT ROWID;

-- Up to here all of a schedule counts as claimed: the rows of long ago are one number.
CREATE TABLE claim_floor (
  schedule TEXT PRIMARY KEY,
  due_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
