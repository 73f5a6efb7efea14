//! What is kept for a time only, and forgotten then: by the clock of the database, and as a role that
//! may do nothing else (`migrations/`).

use std::convert::Infallible;

use diesel::sql_types::BigInt;
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};

use crate::connection::try_lock_retention;
use crate::error::{StoreError, TransactionError};
use crate::store::Store;

/// Whom a transaction works as that forgets. It ends with the transaction.
pub(super) const AS_RETENTION: &str = "SET LOCAL ROLE booking_retention";

/// How many rows a transaction forgets: what others wait for is never held for long.
const BATCH: usize = 1_000;

/// Something that is kept for a time only.
struct Rule {
    /// What the log and the metrics call it.
    what: &'static str,
    /// Forgets the oldest, `$1` at the most.
    statement: &'static str,
}

/// In this order: a code names the session that it was exchanged for, and goes before it.
///
/// What has expired is kept for a day more, for servers whose clocks are not the database's, and so
/// that the second use of an authorization code is noticed. A session lives for 90 days at the most
/// (`RefreshFamily::ABSOLUTE_LIFETIME`) and is kept for 30 more, in which its row says how it ended:
/// whoever presents one of its tokens has to log in, whether the row is there or not.
const RULES: [Rule; 7] = [
    Rule {
        what: "audit_networks",
        statement: "UPDATE audit_events SET network = NULL
            WHERE (restaurant_id, audit_event_id) IN (
                SELECT restaurant_id, audit_event_id FROM audit_events
                WHERE network IS NOT NULL AND occurred_at < now() - interval '30 days'
                ORDER BY occurred_at LIMIT $1)",
    },
    Rule {
        what: "one_time_tokens",
        statement: "DELETE FROM one_time_tokens
            WHERE expires_at < now() - interval '1 day' AND digest = ANY (ARRAY(
                SELECT digest FROM one_time_tokens WHERE expires_at < now() - interval '1 day'
                ORDER BY expires_at LIMIT $1))",
    },
    Rule {
        what: "staff_invitations",
        statement: "DELETE FROM staff_invitations
            WHERE expires_at < now() - interval '1 day' AND digest = ANY (ARRAY(
                SELECT digest FROM staff_invitations WHERE expires_at < now() - interval '1 day'
                ORDER BY expires_at LIMIT $1))",
    },
    Rule {
        what: "idempotency_records",
        statement: "DELETE FROM idempotency_records
            WHERE expires_at < now() AND record_id = ANY (ARRAY(
                SELECT record_id FROM idempotency_records WHERE expires_at < now()
                ORDER BY expires_at LIMIT $1))",
    },
    Rule {
        what: "holds",
        statement: "DELETE FROM holds
            WHERE expires_at < now() - interval '1 day' AND (restaurant_id, hold_id) IN (
                SELECT restaurant_id, hold_id FROM holds
                WHERE expires_at < now() - interval '1 day' ORDER BY expires_at LIMIT $1)",
    },
    Rule {
        what: "authorization_codes",
        statement: "DELETE FROM authorization_codes WHERE digest = ANY (ARRAY(
            SELECT digest FROM authorization_codes WHERE expires_at < now() - interval '1 day'
            ORDER BY expires_at LIMIT $1))",
    },
    Rule {
        what: "sessions",
        statement: "DELETE FROM sessions WHERE session_id = ANY (ARRAY(
            SELECT session_id FROM sessions WHERE created_at < now() - interval '120 days'
            ORDER BY created_at LIMIT $1))",
    },
];

impl Store {
    /// Forgets what has been kept for long enough: the networks of callers in the log, and tokens,
    /// invitations, answers, holds, codes and sessions that are over. Gives how many rows of what, where it was any.
    /// One process does so at a time; for the others there is nothing to do.
    ///
    /// # Errors
    ///
    /// What is wrong with the database. What was forgotten before stays so.
    pub async fn forget_expired(
        &self,
    ) -> Result<Vec<(&'static str, usize)>, StoreError<Infallible>> {
        let mut forgotten = Vec::new();
        for Rule { what, statement } in RULES {
            let mut rows = 0;
            loop {
                let batch = self.forget_batch(statement, BATCH).await?;
                rows += batch;
                let labels = [("what", what)];
                metrics::counter!("retention_rows_total", &labels).increment(batch as u64);
                if batch < BATCH {
                    break;
                }
            }
            if rows > 0 {
                forgotten.push((what, rows));
            }
        }
        Ok(forgotten)
    }

    /// Gives the number of rows, none where another process is at it.
    async fn forget_batch(
        &self,
        statement: &'static str,
        limit: usize,
    ) -> Result<usize, StoreError<Infallible>> {
        self.transact("forget_expired", async |connection| {
            if try_lock_retention(connection).await? {
                Ok(forget(connection, statement, limit).await?)
            } else {
                Ok(0)
            }
        })
        .await
    }
}

async fn forget(
    mut connection: &AsyncPgConnection,
    statement: &str,
    limit: usize,
) -> Result<usize, TransactionError<Infallible>> {
    let become_role = connection.batch_execute(AS_RETENTION);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    become_role.await?;
    let forget = diesel::sql_query(statement).bind::<BigInt, _>(limit);
    Ok(forget.execute(&mut connection).await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plans::{LargeDatabase, Reads};

    #[tokio::test]
    async fn what_is_to_be_forgotten_is_found_by_its_age() {
        let database = LargeDatabase::new();
        let observed = database.store().await;
        let indexes = [
            "idx_audit_events_network",
            "idx_one_time_tokens_expiry",
            "idx_staff_invitations_expiry",
            "idx_idempotency_records_expiry",
            "idx_holds_expiry",
            "idx_authorization_codes_expiry",
            "idx_sessions_created",
        ];
        for (rule, index) in RULES.iter().zip(indexes) {
            let forget = async |store: &Store, _: usize| {
                let forgotten = store.forget_batch(rule.statement, 10).await;
                forgotten.expect("it is SQL")
            };
            let most = Reads {
                rows: 60,
                pages: 300,
            };
            observed.assert(rule.what, &[index], most, forget).await;
        }
    }
}
