-- What counts for how much a user may have, besides what is published.

ALTER TABLE overlays ADD COLUMN held_bytes INTEGER;                   -- of the kind files: what its source holds; NULL: not weighed yet
ALTER TABLE uploads ADD COLUMN unpacked INTEGER NOT NULL DEFAULT 0; -- what an archive holds that is unpacked and waits to come to its place
