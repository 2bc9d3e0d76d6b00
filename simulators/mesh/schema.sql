-- One row a message. Its body is apart, in chunk, so that listing and tracking never read bodies.
CREATE TABLE IF NOT EXISTS message (
    seq                 INTEGER PRIMARY KEY,
    message_id          TEXT NOT NULL UNIQUE,
    kind                TEXT NOT NULL,
    status              TEXT NOT NULL,
    sender              TEXT NOT NULL,
    recipient           TEXT NOT NULL,
    mex_to              TEXT NOT NULL,
    workflow_id         TEXT NOT NULL,
    position            INTEGER,
    due_at              REAL,
    in_outbox           INTEGER NOT NULL,
    created_at          REAL NOT NULL,
    accepted_at         REAL,
    expires_at          REAL,
    acknowledged_at     REAL,
    total_chunks        INTEGER NOT NULL,
    file_size           INTEGER NOT NULL,
    local_id            TEXT,
    subject             TEXT,
    file_name           TEXT,
    content_type        TEXT,
    content_encoding    TEXT,
    checksum            TEXT,
    partner_id          TEXT,
    compressed          INTEGER NOT NULL,
    encrypted           INTEGER NOT NULL,
    failed_at           REAL,
    failure_code        TEXT,
    failure_event       TEXT,
    failure_description TEXT,
    linked_message_id   TEXT
);

-- The inbox: small however many messages were ever held, and listed without touching message.
CREATE INDEX IF NOT EXISTS inbox ON message (recipient, position, workflow_id, message_id)
    WHERE position IS NOT NULL;
CREATE INDEX IF NOT EXISTS sent ON message (sender, local_id) WHERE local_id IS NOT NULL AND in_outbox;
CREATE INDEX IF NOT EXISTS due ON message (due_at) WHERE due_at IS NOT NULL;

-- With a rowid: a table without one would keep bodies of this size on pages of their own.
CREATE TABLE IF NOT EXISTS chunk (
    seq    INTEGER NOT NULL,
    number INTEGER NOT NULL,
    body   BLOB NOT NULL,
    UNIQUE (seq, number)
);

-- Tokens already used. The minute leads, so that old ones go in one sweep and new ones land side by side.
CREATE TABLE IF NOT EXISTS token (
    minute      TEXT NOT NULL,
    mailbox_id  TEXT NOT NULL,
    nonce       TEXT NOT NULL,
    nonce_count TEXT NOT NULL,
    PRIMARY KEY (minute, mailbox_id, nonce, nonce_count)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS tally (
    mailbox_id   TEXT PRIMARY KEY,
    inbox        INTEGER NOT NULL DEFAULT 0,
    sent         INTEGER NOT NULL DEFAULT 0,
    acknowledged INTEGER NOT NULL DEFAULT 0,
    expired      INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS handshake (
    mailbox_id     TEXT PRIMARY KEY,
    at             REAL NOT NULL,
    client_version TEXT NOT NULL
) WITHOUT ROWID;

-- What every server process on this file shares. `generation` rises whenever the control plane changes it.
CREATE TABLE IF NOT EXISTS control (
    id         INTEGER PRIMARY KEY CHECK (id = 1),
    generation INTEGER NOT NULL,
    sequence   INTEGER NOT NULL,
    clock      REAL,          -- virtual time, NULL while real time holds
    clock_set  REAL NOT NULL, -- real time at which it was set
    rate       REAL NOT NULL, -- virtual seconds that pass in a real one: 0 stands still
    faults     TEXT NOT NULL,
    inactive   TEXT NOT NULL,
    added      TEXT NOT NULL  -- mailboxes and workflows added at run time
);
INSERT OR IGNORE INTO control VALUES (1, 1, 0, NULL, 0, 0, '[]', '{}', '{}');
