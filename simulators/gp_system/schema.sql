-- One arm's GP systems. The record is `entries`; everything else says how an entry came about.

CREATE TABLE IF NOT EXISTS practices (
    ods       TEXT PRIMARY KEY,
    name      TEXT NOT NULL,
    supplier  TEXT NOT NULL,
    list_size INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS patients (
    practice        TEXT NOT NULL,
    nhs_number      TEXT NOT NULL,
    surname         TEXT NOT NULL COLLATE NOCASE,
    forename        TEXT NOT NULL COLLATE NOCASE,
    title           TEXT NOT NULL,
    date_of_birth   TEXT NOT NULL,
    registered_from TEXT NOT NULL,
    registered_to   TEXT,
    died_on         TEXT,
    PRIMARY KEY (practice, nhs_number)
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS patients_by_name ON patients (practice, surname, forename);

-- An entry in one patient's record. `code`: what was found, `question`: what was asked, both NULL: `text` alone. `preliminary`: on the record
-- since it arrived, as some suppliers do, but not reviewed. `visible_at`: from when the patient can see it.
CREATE TABLE IF NOT EXISTS entries (
    id               INTEGER PRIMARY KEY,
    practice         TEXT NOT NULL,
    nhs_number       TEXT NOT NULL,
    screening_number TEXT NOT NULL,
    code             TEXT,
    term             TEXT NOT NULL,
    text             TEXT NOT NULL,
    effective        TEXT,
    issued           TEXT NOT NULL,
    source           TEXT NOT NULL,
    entered_by       TEXT NOT NULL,
    status           TEXT NOT NULL CHECK (status IN ('final', 'preliminary', 'entered-in-error')),
    visible_at       TEXT,
    question         TEXT,
    question_term    TEXT NOT NULL DEFAULT '',
    interpretation   TEXT
) STRICT;

CREATE INDEX IF NOT EXISTS entries_by_patient ON entries (practice, nhs_number);
CREATE INDEX IF NOT EXISTS entries_to_review ON entries (practice, source) WHERE status = 'preliminary';

-- The print that came with a message, or the letter as scanned. `nhs_number` NULL until it is filed for somebody.
CREATE TABLE IF NOT EXISTS documents (
    id           INTEGER PRIMARY KEY,
    practice     TEXT NOT NULL,
    nhs_number   TEXT,
    source       TEXT NOT NULL,
    kept_at      TEXT NOT NULL,
    content_type TEXT NOT NULL,
    data         BLOB NOT NULL
) STRICT;

CREATE INDEX IF NOT EXISTS documents_by_patient ON documents (practice, nhs_number);
CREATE INDEX IF NOT EXISTS documents_by_source ON documents (practice, source);

-- Every message collected from MESH. `received` is the result as understood.
CREATE TABLE IF NOT EXISTS messages (
    mesh_id      TEXT PRIMARY KEY,
    practice     TEXT NOT NULL,
    workflow     TEXT NOT NULL,
    sender       TEXT NOT NULL,
    message_id   TEXT NOT NULL,
    content      TEXT,
    collected_at TEXT NOT NULL,
    state        TEXT NOT NULL CHECK (state IN (
        'filed', 'archived', 'awaiting_review', 'replaced', 'not_filed', 'refused', 'duplicate', 'document', 'apart')),
    business     INTEGER,
    why          TEXT NOT NULL,
    received     BLOB
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS messages_by_message ON messages (practice, message_id);
CREATE INDEX IF NOT EXISTS messages_by_content ON messages (practice, content);

-- The outbox: written with the filing in one transaction, sent after it, at least once.
CREATE TABLE IF NOT EXISTS acknowledgements (
    id        INTEGER PRIMARY KEY,
    practice  TEXT NOT NULL,
    recipient TEXT NOT NULL,
    local_id  TEXT NOT NULL,
    body      BLOB NOT NULL,
    due       TEXT NOT NULL,
    workflow  TEXT NOT NULL,
    media_type TEXT NOT NULL,
    sent_at   TEXT,
    failed    TEXT
) STRICT;

CREATE INDEX IF NOT EXISTS acknowledgements_to_send ON acknowledgements (practice, id)
    WHERE sent_at IS NULL AND failed IS NULL;

-- What people have to do. Minutes count from the desk's epoch. `source` makes posting twice harmless.
CREATE TABLE IF NOT EXISTS tasks (
    id       INTEGER PRIMARY KEY,
    practice TEXT NOT NULL,
    kind     TEXT NOT NULL,
    role     TEXT NOT NULL,
    source   TEXT NOT NULL,
    arrived  REAL NOT NULL,
    minutes  REAL NOT NULL,
    finishes REAL,
    state    TEXT NOT NULL CHECK (state IN (
        'waiting', 'on_pile', 'in_hand', 'done', 'lost', 'ignored')),
    ending   TEXT,
    subject  BLOB NOT NULL,
    UNIQUE (practice, kind, source)
) STRICT;

CREATE INDEX IF NOT EXISTS tasks_by_state ON tasks (state, practice, role, arrived);

-- Where each pile and its people stood when they last worked (JSON), so that a killed process goes on.
CREATE TABLE IF NOT EXISTS desks (
    practice TEXT NOT NULL,
    role     TEXT NOT NULL,
    standing BLOB NOT NULL,
    PRIMARY KEY (practice, role)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS polls (
    practice TEXT PRIMARY KEY,
    last     TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS settings (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Who answers for a practice that has merged into another.
CREATE TABLE IF NOT EXISTS mergers (
    ods       TEXT PRIMARY KEY,
    successor TEXT NOT NULL
) STRICT, WITHOUT ROWID;
