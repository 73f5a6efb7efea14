-- Users who can log in, and what logging in needs.

-- Who registers has given no number yet.
ALTER TABLE users ALTER COLUMN phone DROP NOT NULL;
COMMENT ON TABLE users IS
    'Who books or has an account. The email, in lower case, is what tells users apart; what is '
    'kept here is what came first, with a booking or a registration, and is never overwritten.';

CREATE TABLE accounts (
    user_id           bigint       NOT NULL,
    public_id         varchar(36)  NOT NULL,
    name              varchar(100) NOT NULL,
    phone             varchar(16),
    password_hash     varchar(255),
    email_verified_at timestamptz  NOT NULL,
    is_platform_admin boolean      NOT NULL DEFAULT false,
    version           integer      NOT NULL,
    created_at        timestamptz  NOT NULL,
    updated_at        timestamptz  NOT NULL,
    CONSTRAINT accounts_pkey PRIMARY KEY (user_id),
    CONSTRAINT accounts_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (user_id),
    CONSTRAINT accounts_public_id_key UNIQUE (public_id),
    CONSTRAINT accounts_public_id_check CHECK (public_id ~ '^usr_[0-9A-Za-z]{1,32}$'),
    CONSTRAINT accounts_name_check CHECK (
        char_length(name) >= 2 AND name !~ '[\u0001-\u001F\u007F-\u009F]'
        AND name ~ '[^\u0001-\u0020\u007F-\u00A0\u1680\u2000-\u200F\u2028-\u202F\u205F-\u2064\u3000\uFEFF]'
    ),
    CONSTRAINT accounts_phone_check CHECK (phone ~ '^\+[1-9][0-9]{1,14}$'),
    CONSTRAINT accounts_password_hash_check CHECK (password_hash ~ '^\$argon2id\$[A-Za-z0-9+/=,$.-]+$'),
    CONSTRAINT accounts_version_check CHECK (version >= 1),
    CONSTRAINT accounts_instants_check CHECK (
        '0001-01-01 00:00Z' <= email_verified_at AND email_verified_at < '9999-12-30 00:00Z'
        AND '0001-01-01 00:00Z' <= created_at AND created_at < '9999-12-30 00:00Z'
        AND '0001-01-01 00:00Z' <= updated_at AND updated_at < '9999-12-30 00:00Z'
    )
);
COMMENT ON TABLE accounts IS
    'Users who can log in. There is a row only once the address is verified, so that nobody can '
    'prepare an account for somebody else''s.';
COMMENT ON COLUMN accounts.public_id IS
    'The user''s name outside, and the `sub` of tokens. Contract: UserId.';
COMMENT ON COLUMN accounts.name IS 'Contract: CustomerName.';
COMMENT ON COLUMN accounts.phone IS 'Contract: PhoneNumber.';
COMMENT ON COLUMN accounts.password_hash IS
    'A PHC string. None for somebody who logs in by an outside issuer only. '
    'Contract: none, nobody is ever told.';
COMMENT ON COLUMN accounts.is_platform_admin IS 'Runs the installation. No operation of the API sets it.';
COMMENT ON COLUMN accounts.version IS 'Contract: none, callers read it in the entity tag.';

ALTER TABLE bookings
    ADD COLUMN account_user_id bigint,
    ADD CONSTRAINT bookings_account_user_id_fkey FOREIGN KEY (account_user_id)
        REFERENCES accounts (user_id);
CREATE INDEX idx_bookings_account ON bookings (account_user_id, created_at, booking_id);
COMMENT ON COLUMN bookings.account_user_id IS
    'Who was logged in when the booking was made, for whomever it is. None for a guest''s.';
COMMENT ON INDEX idx_bookings_account IS 'A user''s own bookings; those for their address are in idx_bookings_user.';

CREATE TABLE one_time_tokens (
    email      varchar(254) NOT NULL,
    purpose    varchar(20)  NOT NULL,
    digest     bytea        NOT NULL,
    name       varchar(100),
    created_at timestamptz  NOT NULL,
    expires_at timestamptz  NOT NULL,
    CONSTRAINT one_time_tokens_pkey PRIMARY KEY (email, purpose),
    CONSTRAINT one_time_tokens_digest_key UNIQUE (digest),
    CONSTRAINT one_time_tokens_email_check
        CHECK (email ~ '^[\u0020-\u007E]+@[\u0020-\u007E]+$' AND email !~ '[A-Z]'),
    CONSTRAINT one_time_tokens_purpose_check CHECK (purpose IN ('verify_email', 'reset_password')),
    CONSTRAINT one_time_tokens_digest_check CHECK (octet_length(digest) = 32),
    CONSTRAINT one_time_tokens_name_check CHECK (
        char_length(name) >= 2 AND name !~ '[\u0001-\u001F\u007F-\u009F]'
        AND name ~ '[^\u0001-\u0020\u007F-\u00A0\u1680\u2000-\u200F\u2028-\u202F\u205F-\u2064\u3000\uFEFF]'
    ),
    CONSTRAINT one_time_tokens_registration_check
        CHECK ((name IS NOT NULL) = (purpose = 'verify_email')),
    CONSTRAINT one_time_tokens_instants_check CHECK (
        '0001-01-01 00:00Z' <= created_at AND created_at < expires_at
        AND expires_at < '9999-12-30 00:00Z'
    )
);
COMMENT ON TABLE one_time_tokens IS
    'What a mail lets its reader do once. A new one for the same address and purpose takes the '
    'place of the older one, and using it deletes it.';
COMMENT ON COLUMN one_time_tokens.email IS 'In lower case, as in users. Contract: EmailAddress.';
COMMENT ON COLUMN one_time_tokens.purpose IS 'Contract: none, callers do not see tokens by purpose.';
COMMENT ON COLUMN one_time_tokens.digest IS
    'SHA-256 of the token: who reads this table can use none of them. '
    'Contract: none, callers send the token itself.';
COMMENT ON COLUMN one_time_tokens.name IS 'What a new account is called. Contract: CustomerName.';

CREATE TABLE messages (
    message_id bigint GENERATED BY DEFAULT AS IDENTITY,
    kind       varchar(20)  NOT NULL,
    recipient  varchar(254) NOT NULL,
    name       varchar(100),
    token      varchar(128),
    created_at timestamptz  NOT NULL,
    sent_at    timestamptz,
    CONSTRAINT messages_pkey PRIMARY KEY (message_id),
    CONSTRAINT messages_kind_check
        CHECK (kind IN ('verify_email', 'account_exists', 'reset_password', 'no_account')),
    CONSTRAINT messages_recipient_email_check
        CHECK (recipient ~ '^[\u0020-\u007E]+@[\u0020-\u007E]+$' AND recipient !~ '[A-Z]'),
    CONSTRAINT messages_name_check CHECK (
        char_length(name) >= 2 AND name !~ '[\u0001-\u001F\u007F-\u009F]'
        AND name ~ '[^\u0001-\u0020\u007F-\u00A0\u1680\u2000-\u200F\u2028-\u202F\u205F-\u2064\u3000\uFEFF]'
    ),
    CONSTRAINT messages_token_check CHECK (token ~ '^[!-~]+$'),
    CONSTRAINT messages_pending_token_check CHECK (
        CASE WHEN sent_at IS NULL
            THEN (token IS NOT NULL) = (kind IN ('verify_email', 'reset_password'))
            ELSE token IS NULL
        END
    ),
    CONSTRAINT messages_instants_check CHECK (
        '0001-01-01 00:00Z' <= created_at AND created_at < '9999-12-30 00:00Z'
        AND '0001-01-01 00:00Z' <= sent_at AND sent_at < '9999-12-30 00:00Z'
    )
);
CREATE INDEX idx_messages_pending ON messages (recipient, kind) WHERE sent_at IS NULL;
COMMENT ON TABLE messages IS 'Mails: those that are to be sent, and that they were sent.';
COMMENT ON COLUMN messages.kind IS 'Contract: none, callers do not see messages.';
COMMENT ON COLUMN messages.recipient IS 'In lower case, as in users. Contract: EmailAddress.';
COMMENT ON COLUMN messages.name IS 'How the mail addresses its reader. Contract: CustomerName.';
COMMENT ON COLUMN messages.token IS
    'The clear token that the mail carries, until the mail is sent: no other row of any table has '
    'it, it expires soon, and whoever can read it here can read the mail. '
    'Contract: none, callers get it by mail.';
COMMENT ON INDEX idx_messages_pending IS 'A new mail takes the place of one that was not sent yet.';

CREATE TABLE sessions (
    session_id     uuid         NOT NULL,
    user_id        bigint       NOT NULL,
    client_id      varchar(64)  NOT NULL,
    scopes         varchar(200) NOT NULL,
    generation     bigint       NOT NULL,
    created_at     timestamptz  NOT NULL,
    rotated_at     timestamptz  NOT NULL,
    revoked_at     timestamptz,
    revoked_reason varchar(20),
    CONSTRAINT sessions_pkey PRIMARY KEY (session_id),
    CONSTRAINT sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES accounts (user_id),
    CONSTRAINT sessions_client_id_check CHECK (client_id ~ '^[A-Za-z0-9._-]+$'),
    CONSTRAINT sessions_scopes_check CHECK (scopes ~ '^([a-z_]+:[a-z]+( [a-z_]+:[a-z]+)*)?$'),
    CONSTRAINT sessions_generation_check CHECK (generation BETWEEN 0 AND 4294967295),
    CONSTRAINT sessions_revoked_reason_check
        CHECK (revoked_reason IN ('logout', 'password_changed', 'password_reset', 'token_reused')),
    CONSTRAINT sessions_revoked_check CHECK ((revoked_at IS NULL) = (revoked_reason IS NULL)),
    CONSTRAINT sessions_instants_check CHECK (
        '0001-01-01 00:00Z' <= created_at AND created_at < '9999-12-30 00:00Z'
        AND '0001-01-01 00:00Z' <= rotated_at AND rotated_at < '9999-12-30 00:00Z'
        AND '0001-01-01 00:00Z' <= revoked_at AND revoked_at < '9999-12-30 00:00Z'
    )
);
CREATE INDEX idx_sessions_user ON sessions (user_id);
COMMENT ON TABLE sessions IS
    'Logins that last, each a family of refresh tokens. The tokens themselves are stored nowhere: '
    'they are made of the session, its generation and the server''s key.';
COMMENT ON COLUMN sessions.session_id IS 'Random. Tokens carry it.';
COMMENT ON COLUMN sessions.client_id IS
    'The program with which the user has logged in. Contract: none, no operation answers it.';
COMMENT ON COLUMN sessions.scopes IS
    'What the user has let the program do, as RFC 6749 writes it. Contract: none, tokens hold it.';
COMMENT ON COLUMN sessions.generation IS
    'How often its token was exchanged for the next. Contract: none, tokens hold it.';
COMMENT ON COLUMN sessions.revoked_reason IS 'Contract: none, callers learn only that it is over.';
COMMENT ON INDEX idx_sessions_user IS 'All that a user has, to end them.';

CREATE TABLE signing_keys (
    key_id             varchar(43) NOT NULL,
    public_key         bytea       NOT NULL,
    sealed_private_key bytea       NOT NULL,
    created_at         timestamptz NOT NULL,
    active_from        timestamptz NOT NULL,
    retired_at         timestamptz,
    CONSTRAINT signing_keys_pkey PRIMARY KEY (key_id),
    CONSTRAINT signing_keys_key_id_check CHECK (key_id ~ '^[A-Za-z0-9_-]{43}$'),
    CONSTRAINT signing_keys_public_key_check CHECK (octet_length(public_key) = 32),
    CONSTRAINT signing_keys_sealed_private_key_check
        CHECK (octet_length(sealed_private_key) BETWEEN 32 AND 255),
    CONSTRAINT signing_keys_instants_check CHECK (
        '0001-01-01 00:00Z' <= created_at AND created_at < '9999-12-30 00:00Z'
        AND '0001-01-01 00:00Z' <= active_from AND active_from < '9999-12-30 00:00Z'
        AND '0001-01-01 00:00Z' <= retired_at AND retired_at < '9999-12-30 00:00Z'
    )
);
COMMENT ON TABLE signing_keys IS
    'The Ed25519 keys that access tokens are signed with. How long one verifies follows from when it '
    'was retired, and from how long a token lives.';
COMMENT ON COLUMN signing_keys.key_id IS
    'The thumbprint of the public key, as RFC 7638 makes it; the `kid` of tokens. '
    'Contract: none, /.well-known/jwks.json shows it.';
COMMENT ON COLUMN signing_keys.public_key IS 'Contract: none, /.well-known/jwks.json shows it.';
COMMENT ON COLUMN signing_keys.sealed_private_key IS
    'Sealed under the server''s secret key. Contract: none, nobody is ever told.';
COMMENT ON COLUMN signing_keys.active_from IS 'From when it signs. It verifies before.';
COMMENT ON COLUMN signing_keys.retired_at IS 'From when it signs no more.';
