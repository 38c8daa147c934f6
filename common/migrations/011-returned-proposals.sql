-- A proposal that does not go through: whoever could approve it returns it with a reason, or its maker takes it back. The proposal
-- itself never changes; proposed again by its maker, the same content waits anew. Schema `platform`.
CREATE TABLE platform.approval_return (
  return_no   bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  approval_id bigint      NOT NULL REFERENCES platform.approval (id),
  returned_by text        NOT NULL REFERENCES platform.principal (id),
  reason      text        NOT NULL CHECK (char_length(reason) BETWEEN 1 AND 500),
  returned_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- When its maker proposed the same again.
  reopened_at timestamptz CHECK (reopened_at >= returned_at)
);
CREATE UNIQUE INDEX approval_return_open ON platform.approval_return (approval_id) WHERE reopened_at IS NULL;

COMMENT ON TABLE platform.approval_return IS 'proposals that were returned by a second person or taken back by their maker, with the reason';
COMMENT ON COLUMN platform.approval_return.approval_id IS 'the proposal';
COMMENT ON COLUMN platform.approval_return.returned_by IS 'who returned it, or its maker who took it back';
COMMENT ON COLUMN platform.approval_return.reason IS 'why, in words';
COMMENT ON COLUMN platform.approval_return.reopened_at IS 'when its maker proposed the same again; empty while it is returned';
