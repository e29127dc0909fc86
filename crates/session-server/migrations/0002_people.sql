-- What is to happen when the last host leaves: keep, promote, end.
ALTER TABLE sessions ADD COLUMN when_host_leaves TEXT NOT NULL DEFAULT 'keep';
-- Who is host and co-host, who is on the stage, who is kept out, whether it is locked: JSON.
ALTER TABLE sessions ADD COLUMN people TEXT NOT NULL DEFAULT '{}';
