UPDATE sessions SET revoked_reason = 'token_reused' WHERE revoked_reason = 'code_reused';
ALTER TABLE sessions
    DROP CONSTRAINT sessions_revoked_reason_check,
    ADD CONSTRAINT sessions_revoked_reason_check
        CHECK (revoked_reason IN ('logout', 'password_changed', 'password_reset', 'token_reused'));
DROP TABLE authorization_codes;
