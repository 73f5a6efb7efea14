//! The table `idempotency_records`: what was answered to requests with a key.

use std::fmt::Write as _;

use credentials::TokenDigest;
use diesel::prelude::*;
use diesel::sql_types::{Text, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};

use crate::schema::idempotency_records;

/// The id of a record: an HMAC, and so nothing that a caller chooses.
pub(crate) type RecordId = [u8; 32];

/// What a transaction finds that wants to answer a request.
pub(crate) enum ClaimedRecord {
    /// Nothing was answered yet, and nobody else is at it until the transaction ends.
    Free,
    /// Another transaction is at it.
    InUse,
    /// This was answered, to a request with this content.
    Answered(TokenDigest, Vec<u8>),
}

diesel::define_sql_function! {
    /// The value of a setting.
    fn current_setting(name: Text) -> Text;
}

/// What a transaction has claimed, as row-level security goes by it, and the answer in it.
type ClaimRow = (String, Option<Vec<u8>>, Option<Vec<u8>>);

/// Claims a record for the transaction, which sees it from then on and no other one. To be pipelined:
/// two statements, of which the first is sent at once and the second sees what was committed before
/// the first had the lock. A record that has expired is none, whether or not its row is still there.
pub(crate) async fn claim(
    connection: &AsyncPgConnection,
    id: &RecordId,
) -> QueryResult<ClaimedRecord> {
    let digits = hexadecimal(id);
    // Whoever shares the 64 bits is asked to try again, and finds its own record then.
    let lock = digits.get(..16).unwrap_or_default();
    let locking = format!(
        "SELECT set_config('booking.idempotency', CASE
            WHEN pg_try_advisory_xact_lock(x'{lock}'::bigint) THEN '{digits}' ELSE '' END, true)"
    );
    let (mut locking_connection, mut connection) = (connection, connection);
    let record = idempotency_records::table
        .find(id.to_vec())
        .filter(idempotency_records::expires_at.gt(diesel::dsl::now.into_sql::<Timestamptz>()));
    let finding = diesel::select((
        current_setting("booking.idempotency"),
        record
            .clone()
            .select(idempotency_records::content_digest)
            .single_value(),
        record.select(idempotency_records::response).single_value(),
    ));
    let (locked, found) = tokio::join!(
        biased;
        locking_connection.batch_execute(&locking),
        finding.get_result::<ClaimRow>(&mut connection),
    );
    locked?;
    let (claimed, content, response) = found?;
    Ok(match (content, response) {
        _ if claimed.is_empty() => ClaimedRecord::InUse,
        (Some(content), Some(response)) => {
            let content = <[u8; 32]>::try_from(content).unwrap_or_default();
            ClaimedRecord::Answered(TokenDigest::from_bytes(content), response)
        }
        _ => ClaimedRecord::Free,
    })
}

/// Writes what is answered into the record that this transaction has claimed, and commits, in one
/// message. A record that has expired makes room.
pub(crate) async fn commit_with(
    mut connection: &AsyncPgConnection,
    id: &RecordId,
    content: &TokenDigest,
    response: &[u8],
) -> QueryResult<()> {
    let (id, content, response) = (
        hexadecimal(id),
        hexadecimal(content.as_bytes()),
        hexadecimal(response),
    );
    let statements = format!(
        "INSERT INTO idempotency_records (record_id, content_digest, response, expires_at)
        VALUES (decode('{id}', 'hex'), decode('{content}', 'hex'), decode('{response}', 'hex'),
            now() + interval '24 hours')
        ON CONFLICT (record_id) DO UPDATE SET content_digest = excluded.content_digest,
            response = excluded.response, expires_at = excluded.expires_at;
        COMMIT"
    );
    connection.batch_execute(&statements).await
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut digits, byte| {
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}
