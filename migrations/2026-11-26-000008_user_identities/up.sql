-- Users whom an OpenID provider outside identifies.

CREATE TABLE user_identities (
    issuer     varchar(200) NOT NULL,
    subject    varchar(255) NOT NULL,
    user_id    bigint       NOT NULL,
    created_at timestamptz  NOT NULL,
    CONSTRAINT user_identities_pkey PRIMARY KEY (issuer, subject),
    CONSTRAINT user_identities_user_id_fkey FOREIGN KEY (user_id) REFERENCES accounts (user_id),
    CONSTRAINT user_identities_issuer_check CHECK (issuer ~ '^[!-~]+$'),
    CONSTRAINT user_identities_subject_check CHECK (subject ~ '^[\u0020-\u007E]+$'),
    CONSTRAINT user_identities_created_at_check
        CHECK ('0001-01-01 00:00Z' <= created_at AND created_at < '9999-12-30 00:00Z')
);
CREATE INDEX idx_user_identities_user ON user_identities (user_id);
COMMENT ON TABLE user_identities IS
    'Whom an OpenID provider outside means by a subject. Written when the subject is first seen with a '
    'verified address, and never changed: what the provider says of addresses later moves nobody to '
    'another account.';
COMMENT ON COLUMN user_identities.issuer IS
    'The `iss` of its tokens, exactly. Contract: none, no operation answers it.';
COMMENT ON COLUMN user_identities.subject IS
    'The `sub` of its tokens, which may tell of a person. Contract: none, no operation answers it.';
COMMENT ON COLUMN user_identities.user_id IS 'Whose account it is. Several subjects may mean one user.';

GRANT SELECT, INSERT ON user_identities TO booking_service;
