-- What counts for how much a user may have, besides what is published; and how much of what jobs print is kept.

ALTER TABLE overlays ADD COLUMN held_bytes INTEGER;                   -- of the kind files: what its source holds; NULL: not weighed yet
ALTER TABLE uploads ADD COLUMN unpacked INTEGER NOT NULL DEFAULT 0; -- what an archive holds that is unpacked and waits to come to its place

ALTER TABLE jobs ADD COLUMN log_bytes INTEGER NOT NULL DEFAULT 0; -- how long the lines are that are kept of it
CREATE INDEX jobs_logs ON jobs (user_id, id) WHERE log_bytes > 0;
