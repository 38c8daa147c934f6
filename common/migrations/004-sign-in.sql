-- How people sign in: a password, a second factor, sessions; what an approver signed; who exported what. Schema `platform`.

-- Numbers that somebody may want otherwise.
CREATE TABLE platform.sign_in_rule (
  name  text    PRIMARY KEY,
  value integer NOT NULL CHECK (value > 0),
  means text    NOT NULL
);
INSERT INTO platform.sign_in_rule (name, value, means) VALUES
  ('idle-minutes', 15, 'a session nobody works in ends'),
  ('longest-minutes', 600, 'every session ends'),
  ('sessions-per-user', 5, 'a further one ends the oldest'),
  ('step-up-minutes', 5, 'a code covers dangerous acts for so long'),
  ('free-failures', 5, 'failures of a name until it has to pause'),
  ('free-failures-of-address', 30, 'failures from an address until it has to pause'),
  ('first-pause-seconds', 30, 'the first pause; each further one is twice as long'),
  ('longest-pause-seconds', 900, 'no pause is longer'),
  ('failures-forgotten-minutes', 1440, 'without a failure for so long, counting begins again'),
  ('password-length', 12, 'characters of a password at least'),
  ('passwords-remembered', 5, 'passwords of before that are not taken again'),
  ('first-password-hours', 72, 'a password given out ends unless its owner has chosen another'),
  ('signature-minutes', 5, 'age of an approval signature when it arrives, at most'),
  ('exports-per-day', 50, 'lists a person may export on a day'),
  ('export-rows-per-day', 200000, 'rows a person may export on a day');

-- Acts where it is not proven who acted: attempts to sign in that were refused. Nobody has its token.
INSERT INTO platform.principal (id, name, kind, roles, token_sha256)
  VALUES ('sign-in', 'Sign-in', 'service', '{system}', sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')));

-- The key under which names and passwords are hashed, sealed with a key the database does not hold.
CREATE TABLE platform.sign_in_key (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  sealed   bytea   NOT NULL
);

CREATE TABLE platform.sign_in (
  principal        text        PRIMARY KEY REFERENCES platform.principal (id),
  -- argon2id, keyed, in PHC form.
  password         text        NOT NULL CHECK (password LIKE '$argon2id$%'),
  password_set_at  timestamptz NOT NULL DEFAULT now(),
  -- Of a password given out; null once its owner has chosen one.
  password_until   timestamptz,
  -- The secret behind the codes, sealed; the one being enrolled beside the one in force.
  totp_sealed      bytea,
  totp_pending     bytea,
  totp_enrolled_at timestamptz,
  -- The last interval of 30 s whose code was used: no code counts twice.
  totp_step        bigint      NOT NULL DEFAULT 0,
  suspended_at     timestamptz,
  CONSTRAINT sign_in_totp_whole CHECK ((totp_sealed IS NULL) = (totp_enrolled_at IS NULL))
);

CREATE TABLE platform.former_password (
  principal text        NOT NULL REFERENCES platform.principal (id),
  until     timestamptz NOT NULL DEFAULT clock_timestamp(),
  password  text        NOT NULL,
  PRIMARY KEY (principal, until)
);

-- Half of a password to be given out: proposer and approver learn one half each.
CREATE TABLE platform.first_password_half (
  approval_id bigint PRIMARY KEY REFERENCES platform.approval (id),
  sealed      bytea  NOT NULL
);

-- Attempts that failed, by keyed hash of a name or an address: a password typed where the name belongs is not kept in clear.
CREATE TABLE platform.sign_in_failure (
  who_hmac     bytea       PRIMARY KEY CHECK (octet_length(who_hmac) = 32),
  failures     integer     NOT NULL CHECK (failures >= 0),
  last_at      timestamptz NOT NULL DEFAULT now(),
  paused_until timestamptz
);

CREATE TABLE platform.session (
  session_no    bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  token_sha256  bytea       NOT NULL CHECK (octet_length(token_sha256) = 32),
  principal     text        NOT NULL REFERENCES platform.sign_in (principal),
  begun_at      timestamptz NOT NULL DEFAULT now(),
  seen_at       timestamptz NOT NULL DEFAULT now(),
  -- The last code given in it.
  stepped_up_at timestamptz,
  address       text        NOT NULL,
  agent         text        NOT NULL,
  ended_at      timestamptz,
  ended_why     text        CHECK (ended_why IN ('signed-out', 'idle', 'too-long', 'too-many', 'ended-by-officer', 'password-changed', 'reset', 'suspended')),
  CONSTRAINT session_token_unique UNIQUE (token_sha256),
  CONSTRAINT session_end_whole CHECK ((ended_at IS NULL) = (ended_why IS NULL))
);
CREATE INDEX session_of_principal ON platform.session (principal, begun_at);

-- What an approver signed with the own certificate: exactly what was shown. The statement may hold personal data and is sealed.
CREATE TABLE platform.act_signature (
  signature_no     bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  principal        text        NOT NULL REFERENCES platform.principal (id),
  session_no       bigint      NOT NULL REFERENCES platform.session (session_no),
  method           text        NOT NULL,
  -- The pattern of the route, without the names and numbers in the address.
  route            text        NOT NULL,
  nonce            text        NOT NULL CHECK (length(nonce) BETWEEN 16 AND 64),
  signed_at        timestamptz NOT NULL,
  received_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
  certificate      text        NOT NULL CHECK (certificate ~ '^[0-9a-f]{32}$'),
  statement_sealed bytea       NOT NULL,
  statement_sha256 bytea       NOT NULL CHECK (octet_length(statement_sha256) = 32),
  signature        bytea       NOT NULL,
  CONSTRAINT act_signature_nonce_unique UNIQUE (principal, nonce)
);

CREATE FUNCTION platform.act_signature_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'signatures of acts are only ever added';
END $$;
CREATE TRIGGER act_signature_guard BEFORE UPDATE OR DELETE OR TRUNCATE ON platform.act_signature
  FOR EACH STATEMENT EXECUTE FUNCTION platform.act_signature_guard();

ALTER TABLE platform.approval ADD COLUMN signature_no bigint REFERENCES platform.act_signature (signature_no);
CREATE INDEX approval_open ON platform.approval (made_at, id) WHERE checker IS NULL;

CREATE TABLE platform.export_note (
  export_no bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  principal text        NOT NULL REFERENCES platform.principal (id),
  at        timestamptz NOT NULL DEFAULT now(),
  list      text        NOT NULL CHECK (list <> ''),
  rows      integer     NOT NULL CHECK (rows >= 0)
);
CREATE INDEX export_note_of_principal ON platform.export_note (principal, at);
