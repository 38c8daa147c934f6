-- The first answer to each keyed request. Schema `platform`. A repeat of the request gets it again; the row is written in
-- the transaction of the work, so there is either both or neither.
CREATE TABLE platform.idempotency (
  principal      text        NOT NULL REFERENCES platform.principal (id),
  key            text        NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
  request_sha256 bytea       NOT NULL CHECK (octet_length(request_sha256) = 32),
  status         integer     NOT NULL CHECK (status BETWEEN 100 AND 599),
  body           text,
  answered_at    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (principal, key)
);
