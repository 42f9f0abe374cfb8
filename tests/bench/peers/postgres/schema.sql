-- The register's tables as one would make them in PostgreSQL. `id` is theme and hash of the identity, `slot` the
-- provider's version, `content` a hash of what is compared, `body` the public items as JSON.
CREATE TABLE record (
  id bytea NOT NULL,
  theme int NOT NULL,
  subject text NOT NULL,
  category smallint NOT NULL,
  day int NOT NULL,
  slot bigint NOT NULL,
  received bigint NOT NULL,
  public_until int NOT NULL,
  content bytea NOT NULL,
  body text NOT NULL
);
ALTER TABLE record ALTER body SET COMPRESSION lz4;
CREATE UNIQUE INDEX record_id ON record (id);
CREATE INDEX record_subject ON record (subject, category, day DESC);

CREATE TABLE history (id bytea NOT NULL, slot bigint NOT NULL, received bigint NOT NULL, body text NOT NULL);
CREATE TABLE verdict (batch int NOT NULL, row int NOT NULL, verdict smallint NOT NULL);
CREATE TABLE ledger (batch int NOT NULL, theme int NOT NULL, verdict smallint NOT NULL, rows int NOT NULL);

-- One for each connection; what is in it need not survive.
CREATE UNLOGGED TABLE staging_0 (
  row int, id bytea, theme int, subject text, category smallint, day int, slot bigint, public_until int, content bytea,
  body text
);
CREATE UNLOGGED TABLE staging_1 (LIKE staging_0);

CREATE TABLE subject (code text PRIMARY KEY, name text NOT NULL, grams text[] NOT NULL);
CREATE INDEX subject_grams ON subject USING gin (grams);
