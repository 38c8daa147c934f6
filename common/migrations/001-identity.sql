-- Who acts. Schema `platform`.

-- A person, a service or a partner that may act. The token itself is never stored: only whoever holds it can be it.
CREATE TABLE platform.principal (
  id             text        PRIMARY KEY CHECK (id <> ''),
  name           text        NOT NULL CHECK (name <> ''),
  kind           text        NOT NULL CHECK (kind IN ('person', 'service', 'partner')),
  roles          text[]      NOT NULL,
  participant_no text,
  token_sha256   bytea       NOT NULL CHECK (octet_length(token_sha256) = 32),
  created_at     timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT principal_token_unique UNIQUE (token_sha256)
);

-- An act that needs two people: made by one, checked by another. The content is bound by its hash, so what was checked
-- is what was proposed. The checks hold whatever the program does.
CREATE TABLE platform.approval (
  id             bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  act            text        NOT NULL CHECK (act <> ''),
  subject        text        NOT NULL CHECK (subject <> ''),
  content_sha256 bytea       NOT NULL CHECK (octet_length(content_sha256) = 32),
  maker          text        NOT NULL REFERENCES platform.principal (id),
  made_at        timestamptz NOT NULL DEFAULT now(),
  checker        text        REFERENCES platform.principal (id),
  checked_at     timestamptz,
  CONSTRAINT approval_two_people CHECK (maker <> checker),
  CONSTRAINT approval_checked_whole CHECK ((checker IS NULL) = (checked_at IS NULL)),
  CONSTRAINT approval_once UNIQUE (act, subject, content_sha256)
);

-- A proposal is immutable; checking it happens once and is final.
CREATE FUNCTION platform.approval_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'an approval is never deleted';
  END IF;
  IF OLD.checker IS NOT NULL
     OR (NEW.id, NEW.act, NEW.subject, NEW.content_sha256, NEW.maker, NEW.made_at)
        IS DISTINCT FROM (OLD.id, OLD.act, OLD.subject, OLD.content_sha256, OLD.maker, OLD.made_at) THEN
    RAISE EXCEPTION 'an approval never changes once it is made, and is checked once';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER approval_guard BEFORE UPDATE OR DELETE ON platform.approval
  FOR EACH ROW EXECUTE FUNCTION platform.approval_guard();

-- What was done, in order. Each line carries the hash of the line before it: a line changed, removed or slipped in
-- later shows. The detail is stored as the text that was hashed; jsonb would change its bytes.
CREATE TABLE platform.act_log (
  sequence        bigint      PRIMARY KEY CHECK (sequence > 0),
  at              timestamptz NOT NULL,
  actor           text        NOT NULL REFERENCES platform.principal (id),
  act             text        NOT NULL CHECK (act <> ''),
  subject         text        NOT NULL,
  detail          text        NOT NULL,
  previous_sha256 bytea       NOT NULL CHECK (octet_length(previous_sha256) = 32),
  sha256          bytea       NOT NULL CHECK (octet_length(sha256) = 32)
);

-- The end of the chain, one row: its lock puts writers in order.
CREATE TABLE platform.act_log_head (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  sequence bigint  NOT NULL,
  sha256   bytea   NOT NULL CHECK (octet_length(sha256) = 32)
);
INSERT INTO platform.act_log_head (sequence, sha256) VALUES (0, decode(repeat('00', 32), 'hex'));

CREATE FUNCTION platform.act_log_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the act log is only ever added to';
END $$;

CREATE TRIGGER act_log_guard BEFORE UPDATE OR DELETE OR TRUNCATE ON platform.act_log
  FOR EACH STATEMENT EXECUTE FUNCTION platform.act_log_guard();
