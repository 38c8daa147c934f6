-- Which lines of the act log were written under an approver's signature, by the hash of what was signed. The hash stands in
-- the line's detail too, where the chain holds it; here it is found.
CREATE TABLE platform.signed_act (
  sequence bigint PRIMARY KEY REFERENCES platform.act_log (sequence),
  sha256   text   NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$')
);
CREATE INDEX signed_act_by_statement ON platform.signed_act (sha256);
