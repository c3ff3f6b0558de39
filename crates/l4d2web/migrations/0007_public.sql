-- Pages of servers that everybody may see.

ALTER TABLE servers ADD COLUMN public INTEGER NOT NULL DEFAULT 0 CHECK (public IN (0, 1)); -- whether there is one
ALTER TABLE servers ADD COLUMN public_files INTEGER NOT NULL DEFAULT 0 CHECK (public_files IN (0, 1)); -- whether it hands out the .vpk files
