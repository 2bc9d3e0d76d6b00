-- The ledger: one row a result, and every move it ever made. Times are ISO 8601, UTC.

-- Whose ledger this is (office, mailbox, folder), written by the first intake: no other may use it.
CREATE TABLE IF NOT EXISTS belonging (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS intake (
  id     INTEGER PRIMARY KEY,
  at     TEXT NOT NULL,
  memory BLOB NOT NULL                  -- what it adds to what later batches are held against, as JSON
) STRICT;

CREATE TABLE IF NOT EXISTS emitted_file (
  sha256 TEXT PRIMARY KEY,              -- the same file twice is one batch
  name   TEXT NOT NULL,
  kind   TEXT NOT NULL,
  intake INTEGER NOT NULL REFERENCES intake (id)
) STRICT;

CREATE TABLE IF NOT EXISTS result (
  id               INTEGER PRIMARY KEY,
  state            TEXT NOT NULL,
  reason           TEXT NOT NULL,       -- why it is there, as a word of pilot.pipeline.reasons
  since            TEXT NOT NULL,       -- when it came into this state
  owner            TEXT NOT NULL DEFAULT '',  -- whose list it is on: 'office' or 'practice'
  assigned_to      TEXT NOT NULL DEFAULT '',
  due              TEXT NOT NULL DEFAULT '',  -- the day by which somebody should have dealt with it, where one is set
  received_at      TEXT NOT NULL,
  source           TEXT NOT NULL,       -- sha256 of the file it was read from
  file             TEXT NOT NULL,
  page             INTEGER NOT NULL,
  record           INTEGER NOT NULL,
  screening_number TEXT,
  nhs_number       TEXT,
  practice         TEXT,
  outcome          TEXT,
  document         BLOB NOT NULL,       -- the ScreeningResult or the Rejected, whole, as JSON
  readable         INTEGER NOT NULL,    -- 1: document is a ScreeningResult; 0: a Rejected
  versions         BLOB NOT NULL,       -- where two sources disagree: what each says, as JSON
  ready_at         TEXT NOT NULL DEFAULT '',  -- since when it could have been sent: outages count from here
  attempt          INTEGER NOT NULL DEFAULT 0,
  route            TEXT NOT NULL DEFAULT '',  -- a payload's route, or 'paper'
  mailbox          TEXT NOT NULL DEFAULT '',
  message_id       TEXT UNIQUE,         -- ours: Mex-LocalID, and the id of the FHIR message
  mesh_id          TEXT UNIQUE,         -- MESH's
  code             TEXT,
  code_set         TEXT
) STRICT;

-- What is where, and why: counted from the index alone.
CREATE INDEX IF NOT EXISTS result_part ON result (state, reason, owner, since);
CREATE INDEX IF NOT EXISTS result_nhs_number ON result (nhs_number);

-- Every message id a result was ever sent under: a late answer to an earlier attempt must still be understood.
CREATE TABLE IF NOT EXISTS attempt (
  message_id TEXT PRIMARY KEY,
  mesh_id    TEXT UNIQUE,
  result_id  INTEGER NOT NULL REFERENCES result (id),
  attempt    INTEGER NOT NULL,
  sends      INTEGER NOT NULL DEFAULT 1,  -- how often it was handed to MESH from here; 0: it was found there
  route      TEXT NOT NULL DEFAULT '',
  mailbox    TEXT NOT NULL DEFAULT '',  -- where it went: nobody else answers for it
  version    TEXT NOT NULL DEFAULT '',  -- sha256 of the result that it carried
  workflow   TEXT NOT NULL DEFAULT '',
  media_type TEXT NOT NULL DEFAULT '',
  sent_at    TEXT NOT NULL DEFAULT '',
  sha256     TEXT NOT NULL DEFAULT '',  -- of the bytes sent
  body       BLOB                       -- the bytes, deflated; NULL once their time to be kept is over
) STRICT;

CREATE TABLE IF NOT EXISTS history (
  id         INTEGER PRIMARY KEY,
  result_id  INTEGER NOT NULL REFERENCES result (id),
  at         TEXT NOT NULL,
  from_state TEXT,
  to_state   TEXT NOT NULL,
  reason     TEXT NOT NULL,
  who        TEXT NOT NULL,             -- 'pipeline', or the person who decided
  why        TEXT NOT NULL DEFAULT '',
  seal       TEXT NOT NULL              -- sha256 over the row and the seal of the row before it
) STRICT;

CREATE INDEX IF NOT EXISTS history_result ON history (result_id);

-- Answers already acted on, so that one delivered twice changes nothing. What could not be read is kept whole.
CREATE TABLE IF NOT EXISTS answer (
  mesh_id   TEXT PRIMARY KEY,
  result_id INTEGER REFERENCES result (id),  -- NULL: it answers nothing of ours
  at        TEXT NOT NULL,
  words     TEXT NOT NULL,
  about     TEXT NOT NULL DEFAULT '',        -- the message of ours that it answers
  sender    TEXT NOT NULL DEFAULT '',
  meant     TEXT NOT NULL DEFAULT '',        -- a row of answers.toml
  said      TEXT NOT NULL DEFAULT '',        -- code and disposition
  body      BLOB                             -- as it came, where a person must look
) STRICT;

CREATE INDEX IF NOT EXISTS answer_about ON answer (about);
CREATE INDEX IF NOT EXISTS attempt_result ON attempt (result_id, attempt);
-- Whose bytes are past their time: asked at each settling, of a table that is mostly bytes.
CREATE INDEX IF NOT EXISTS attempt_kept ON attempt (sent_at) WHERE body IS NOT NULL;

-- What practices were asked to say whether they hold, and what they said. `mailbox` empty: asked on paper.
CREATE TABLE IF NOT EXISTS reconciliation (
  id       TEXT PRIMARY KEY,
  practice TEXT NOT NULL,
  mailbox  TEXT NOT NULL,
  at       TEXT NOT NULL,
  sent     TEXT NOT NULL DEFAULT '',
  answered TEXT NOT NULL DEFAULT '',
  who      TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS reconciliation_line (
  reconciliation TEXT NOT NULL REFERENCES reconciliation (id),
  result_id      INTEGER NOT NULL REFERENCES result (id),
  said           TEXT NOT NULL DEFAULT '',   -- 'held', 'waiting' or 'not_held'
  PRIMARY KEY (reconciliation, result_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS reconciliation_line_result ON reconciliation_line (result_id);

CREATE TRIGGER IF NOT EXISTS history_is_kept BEFORE DELETE ON history
BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END;

CREATE TRIGGER IF NOT EXISTS history_is_not_rewritten BEFORE UPDATE ON history
BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END;

-- What a result was before each decision of a person: so that it can be taken back until anything follows from it,
-- and shown beside what it became. `history` is the last line that the decision wrote; `before` the row as JSON.
CREATE TABLE IF NOT EXISTS decision (
  id        INTEGER PRIMARY KEY,
  result_id INTEGER NOT NULL REFERENCES result (id),
  history   INTEGER NOT NULL REFERENCES history (id),
  before    BLOB NOT NULL
) STRICT;

CREATE INDEX IF NOT EXISTS decision_result ON decision (result_id);

-- Who signed the list of a day, and the hash of what was signed.
CREATE TABLE IF NOT EXISTS signed_day (
  day    TEXT NOT NULL,
  at     TEXT NOT NULL,
  who    TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  PRIMARY KEY (day, at)
) STRICT, WITHOUT ROWID;

-- What results are found by, narrow enough to be read from end to end while somebody types.
CREATE TABLE IF NOT EXISTS sought (
  result_id        INTEGER PRIMARY KEY REFERENCES result (id),
  surname          TEXT,
  born             TEXT,
  nhs_number       TEXT,
  screening_number TEXT,
  practice         TEXT,
  file             TEXT NOT NULL
) STRICT;

CREATE INDEX IF NOT EXISTS sought_surname ON sought (surname);
CREATE INDEX IF NOT EXISTS sought_nhs_number ON sought (nhs_number);
CREATE INDEX IF NOT EXISTS sought_screening_number ON sought (screening_number);
CREATE INDEX IF NOT EXISTS sought_practice ON sought (practice);
CREATE INDEX IF NOT EXISTS sought_file ON sought (file);

CREATE TRIGGER IF NOT EXISTS result_is_sought AFTER INSERT ON result
BEGIN
  INSERT INTO sought VALUES (
    new.id,
    CASE WHEN json_valid(CAST(new.document AS TEXT))
      THEN upper(json_extract(CAST(new.document AS TEXT), '$.participant.surname')) END,
    CASE WHEN json_valid(CAST(new.document AS TEXT))
      THEN json_extract(CAST(new.document AS TEXT), '$.participant.date_of_birth') END,
    new.nhs_number, new.screening_number, new.practice, new.file
  );
END;

CREATE TRIGGER IF NOT EXISTS result_is_sought_as_put_right AFTER UPDATE OF document, practice, nhs_number ON result
WHEN new.document IS NOT old.document OR new.practice IS NOT old.practice OR new.nhs_number IS NOT old.nhs_number
BEGIN
  UPDATE sought SET
    surname = CASE WHEN json_valid(CAST(new.document AS TEXT))
      THEN upper(json_extract(CAST(new.document AS TEXT), '$.participant.surname')) END,
    born = CASE WHEN json_valid(CAST(new.document AS TEXT))
      THEN json_extract(CAST(new.document AS TEXT), '$.participant.date_of_birth') END,
    nhs_number = new.nhs_number,
    practice = new.practice
  WHERE result_id = new.id;
END;

-- Where results are, by practice: counted from the index alone.
CREATE INDEX IF NOT EXISTS result_where ON result (practice, state, reason, owner, since);

-- What was done on a day.
CREATE INDEX IF NOT EXISTS history_at ON history (at);
