-- Programs of others, which people let act for them.

CREATE TABLE authorization_codes (
    digest         bytea         NOT NULL,
    user_id        bigint        NOT NULL,
    client_id      varchar(64)   NOT NULL,
    redirect_uri   varchar(2000) NOT NULL,
    code_challenge bytea         NOT NULL,
    scopes         varchar(200)  NOT NULL,
    created_at     timestamptz   NOT NULL,
    expires_at     timestamptz   NOT NULL,
    used_at        timestamptz,
    session_id     uuid,
    CONSTRAINT authorization_codes_pkey PRIMARY KEY (digest),
    CONSTRAINT authorization_codes_user_id_fkey FOREIGN KEY (user_id)
        REFERENCES accounts (user_id),
    CONSTRAINT authorization_codes_session_id_fkey FOREIGN KEY (session_id)
        REFERENCES sessions (session_id),
    CONSTRAINT authorization_codes_digest_check CHECK (octet_length(digest) = 32),
    CONSTRAINT authorization_codes_client_id_check CHECK (client_id ~ '^[A-Za-z0-9._-]+$'),
    CONSTRAINT authorization_codes_redirect_uri_check CHECK (redirect_uri ~ '^[!-~]+$'),
    CONSTRAINT authorization_codes_code_challenge_check CHECK (octet_length(code_challenge) = 32),
    CONSTRAINT authorization_codes_scopes_check
        CHECK (scopes ~ '^[a-z_]+:[a-z]+( [a-z_]+:[a-z]+)*$'),
    CONSTRAINT authorization_codes_used_check CHECK ((used_at IS NULL) = (session_id IS NULL)),
    CONSTRAINT authorization_codes_instants_check CHECK (
        '0001-01-01 00:00Z' <= created_at AND created_at < expires_at
        AND expires_at < '9999-12-30 00:00Z'
        AND '0001-01-01 00:00Z' <= used_at AND used_at < '9999-12-30 00:00Z'
    )
);
CREATE INDEX idx_authorization_codes_user ON authorization_codes (user_id);
CREATE INDEX idx_authorization_codes_session ON authorization_codes (session_id);
CREATE INDEX idx_authorization_codes_expiry ON authorization_codes (expires_at);
COMMENT ON TABLE authorization_codes IS
    'What a program is given when somebody lets it act for them, and exchanges for tokens once, '
    'within a minute. A used one stays for a while, so that its second use is noticed.';
COMMENT ON COLUMN authorization_codes.digest IS
    'SHA-256 of the code: who reads this table can use none of them. '
    'Contract: none, the flow of RFC 6749 is not part of it.';
COMMENT ON COLUMN authorization_codes.user_id IS 'Who lets the program act for them.';
COMMENT ON COLUMN authorization_codes.client_id IS
    'The program. Contract: none, the flow of RFC 6749 is not part of it.';
COMMENT ON COLUMN authorization_codes.redirect_uri IS
    'Where the code was sent; its use names the same. '
    'Contract: none, the flow of RFC 6749 is not part of it.';
COMMENT ON COLUMN authorization_codes.code_challenge IS
    'SHA-256 of what only the program knows that has asked (RFC 7636). '
    'Contract: none, the flow of RFC 6749 is not part of it.';
COMMENT ON COLUMN authorization_codes.scopes IS
    'What the program may do, as RFC 6749 writes it. Contract: none, tokens hold it.';
COMMENT ON COLUMN authorization_codes.session_id IS 'What it was exchanged for.';
COMMENT ON INDEX idx_authorization_codes_user IS 'Those of somebody whose password has changed.';
COMMENT ON INDEX idx_authorization_codes_expiry IS 'Those that are not kept any longer.';

ALTER TABLE sessions
    DROP CONSTRAINT sessions_revoked_reason_check,
    ADD CONSTRAINT sessions_revoked_reason_check CHECK (
        revoked_reason IN ('logout', 'password_changed', 'password_reset', 'token_reused', 'code_reused')
    );
