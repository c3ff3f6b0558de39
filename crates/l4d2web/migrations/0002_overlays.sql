-- What overlays are made of, and how much a user may have.

-- == quotas, scripts and builds

ALTER TABLE users ADD COLUMN max_servers INTEGER CHECK (max_servers >= 0); -- NULL: no limit
ALTER TABLE users ADD COLUMN max_overlay_bytes INTEGER CHECK (max_overlay_bytes >= 0); -- of the overlays that are theirs; NULL: no limit

ALTER TABLE overlays ADD COLUMN script TEXT;          -- of the kind script
ALTER TABLE overlays ADD COLUMN bytes INTEGER;        -- of what is published; NULL: not known
ALTER TABLE overlays ADD COLUMN files INTEGER;        -- likewise, how many
ALTER TABLE overlays ADD COLUMN source_at INTEGER;    -- when what it is made of last changed: each change makes it higher
ALTER TABLE overlays ADD COLUMN built_at INTEGER;     -- when the last build that worked began; NULL: never built
ALTER TABLE overlays ADD COLUMN built_source INTEGER; -- the `source_at` that this build was made of

ALTER TABLE jobs ADD COLUMN reset INTEGER NOT NULL DEFAULT 0 CHECK (reset IN (0, 1)); -- of a build: begin with nothing
CREATE INDEX jobs_overlay ON jobs (overlay_id, id) WHERE overlay_id IS NOT NULL;

-- == workshop

-- == uploads

-- == maps
