-- What whoever runs the installation looks at and writes down: processes that live, shifts that are handed over, proofs of
-- the act log that were asked for. Schema `platform`.

-- A process of the product, and when it last said so. A row stays when the process ends: that it was there is an answer too.
CREATE TABLE platform.process (
  process_id text        PRIMARY KEY CHECK (process_id <> ''),
  name       text        NOT NULL CHECK (name <> ''),
  host       text        NOT NULL,
  pid        integer     NOT NULL CHECK (pid > 0),
  version    text        NOT NULL,
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  heard_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
  ended_at   timestamptz
);
CREATE INDEX process_by_heard ON platform.process (heard_at);

-- A point that stays open until somebody says how it ended. Open points are carried by every hand-over until then.
CREATE TABLE platform.shift_point (
  point_no  bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  words     text        NOT NULL CHECK (char_length(words) BETWEEN 1 AND 500),
  opened_by text        NOT NULL REFERENCES platform.principal (id),
  opened_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE platform.shift_point_end (
  point_no bigint      PRIMARY KEY REFERENCES platform.shift_point,
  words    text        NOT NULL CHECK (char_length(words) BETWEEN 1 AND 500),
  ended_by text        NOT NULL REFERENCES platform.principal (id),
  ended_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- A shift given away by one person, with what was open then, and how that ended: taken by another, or taken back.
CREATE TABLE platform.shift_handover (
  handover_no bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  words       text        NOT NULL CHECK (char_length(words) BETWEEN 1 AND 2000),
  handed_by   text        NOT NULL REFERENCES platform.principal (id),
  handed_at   timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE platform.shift_handover_point (
  handover_no bigint NOT NULL REFERENCES platform.shift_handover,
  point_no    bigint NOT NULL REFERENCES platform.shift_point,
  CONSTRAINT shift_handover_point_key PRIMARY KEY (handover_no, point_no)
);
CREATE TABLE platform.shift_handover_end (
  handover_no bigint      PRIMARY KEY REFERENCES platform.shift_handover,
  outcome     text        NOT NULL CHECK (outcome IN ('taken', 'withdrawn')),
  words       text        NOT NULL DEFAULT '' CHECK (char_length(words) <= 2000),
  ended_by    text        NOT NULL REFERENCES platform.principal (id),
  ended_at    timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Two persons, whatever the program does: nobody takes over from himself, under another name neither.
CREATE FUNCTION platform.shift_handover_end_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_giver platform.principal;
  v_ender platform.principal;
BEGIN
  SELECT p.* INTO v_giver FROM platform.shift_handover h JOIN platform.principal p ON p.id = h.handed_by WHERE h.handover_no = NEW.handover_no;
  SELECT p.* INTO v_ender FROM platform.principal p WHERE p.id = NEW.ended_by;
  IF (NEW.outcome = 'taken') = (v_giver.id = v_ender.id OR coalesce(v_giver.person_no = v_ender.person_no, false)) THEN
    RAISE EXCEPTION 'a shift is taken over by another person, and taken back by its own';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER shift_handover_end_guard BEFORE INSERT ON platform.shift_handover_end
  FOR EACH ROW EXECUTE FUNCTION platform.shift_handover_end_guard();

CREATE FUNCTION platform.shift_log_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the log of shifts is only ever added to';
END $$;
CREATE TRIGGER shift_point_guard BEFORE UPDATE OR DELETE OR TRUNCATE ON platform.shift_point
  FOR EACH STATEMENT EXECUTE FUNCTION platform.shift_log_guard();
CREATE TRIGGER shift_point_end_guard BEFORE UPDATE OR DELETE OR TRUNCATE ON platform.shift_point_end
  FOR EACH STATEMENT EXECUTE FUNCTION platform.shift_log_guard();
CREATE TRIGGER shift_handover_guard BEFORE UPDATE OR DELETE OR TRUNCATE ON platform.shift_handover
  FOR EACH STATEMENT EXECUTE FUNCTION platform.shift_log_guard();
CREATE TRIGGER shift_handover_point_guard BEFORE UPDATE OR DELETE OR TRUNCATE ON platform.shift_handover_point
  FOR EACH STATEMENT EXECUTE FUNCTION platform.shift_log_guard();
CREATE TRIGGER shift_handover_end_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON platform.shift_handover_end
  FOR EACH STATEMENT EXECUTE FUNCTION platform.shift_log_guard();

-- A proof of the act log that somebody asked for. `through` and `head` say how far it has come, so that a worker that is
-- killed loses a batch at the most.
CREATE TABLE platform.act_verification (
  verification_no bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  state           text        NOT NULL DEFAULT 'ordered' CHECK (state IN ('ordered', 'running', 'held', 'broken')),
  -- The last line there was when it was ordered: what is added meanwhile is the next proof's.
  lines_total     bigint      NOT NULL CHECK (lines_total >= 0),
  -- Its hash, as the head row had it then: lines cut off the end leave a chain that is right in itself.
  ends_with       bytea       NOT NULL CHECK (octet_length(ends_with) = 32),
  through         bigint      NOT NULL DEFAULT 0 CHECK (through >= 0),
  head            bytea       NOT NULL DEFAULT decode(repeat('00', 32), 'hex') CHECK (octet_length(head) = 32),
  broken_at       bigint,
  ordered_by      text        NOT NULL REFERENCES platform.principal (id),
  ordered_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
  finished_at     timestamptz,
  CONSTRAINT act_verification_broken CHECK ((state = 'broken') = (broken_at IS NOT NULL)),
  CONSTRAINT act_verification_finished CHECK ((state IN ('held', 'broken')) = (finished_at IS NOT NULL))
);

-- The act log is looked through by who, what and on what, newest first.
CREATE INDEX act_log_by_actor ON platform.act_log (actor, sequence);
CREATE INDEX act_log_by_act ON platform.act_log (act, sequence);
CREATE INDEX act_log_by_subject ON platform.act_log (subject text_pattern_ops, sequence);
CREATE INDEX act_log_by_time ON platform.act_log (at);
