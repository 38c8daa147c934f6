-- What the parts of a process that work by themselves said with its last sign of life: ages in milliseconds before that, so that the
-- clocks of two machines are never compared.
ALTER TABLE platform.process ADD COLUMN parts jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(parts) = 'array');
COMMENT ON COLUMN platform.process.parts IS 'its parts that work by themselves: last round, what it is at, until when it has to give its next sign';
