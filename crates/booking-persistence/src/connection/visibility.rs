//! Which rows of the restaurants' tables a transaction sees: the second wall.
//!
//! The policies of row-level security (`migrations/`) compare rows with settings of the transaction.
//! What is not said here shows nothing, so that a statement that forgets its filter finds nothing of
//! anybody else's, and an operation that forgets to say whose rows it wants finds none.
//!
//! A setting ends with its transaction, and is sent in the same message as its BEGIN: it costs no
//! round trip, and whatever is pipelined behind comes after it.

use std::fmt::Write as _;

use diesel::QueryResult;
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};

use booking_domain::{BookingId, ConfirmationCode, Principal, RestaurantId, UserId};
use credentials::OneTimeToken;

use crate::access::BookingCaller;

/// Which rows of the restaurants' tables a transaction sees, beside what everybody does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Visibility {
    restaurant: Option<RestaurantId>,
    users: Vec<String>,
    reference: Option<String>,
    is_search: bool,
}

impl Visibility {
    /// What belongs to a restaurant.
    pub(crate) fn of_restaurant(restaurant: RestaurantId) -> Self {
        Self {
            restaurant: Some(restaurant),
            ..Self::default()
        }
    }

    /// What belongs to a user, in whatever restaurant: their bookings, and where they work.
    pub(crate) fn of_user(user: &UserId) -> Self {
        Self {
            users: vec![user.to_string()],
            ..Self::default()
        }
    }

    /// The booking with this id, to read and to lock, beside what belongs to the one who asks for
    /// it. Nobody can guess an id; whom the booking concerns is decided once it is read.
    pub(crate) fn of_booking(caller: &BookingCaller<'_>, id: &BookingId) -> Self {
        let asking = match caller.principal() {
            Some(Principal::User { id, .. }) => Self::of_user(id),
            Some(Principal::ApiKey { restaurant, .. }) => Self::of_restaurant(*restaurant),
            None => Self::default(),
        };
        asking.with_reference(id.as_str())
    }

    /// What belongs to a restaurant, and the booking with this id as [`Self::of_booking`] shows it.
    pub(crate) fn of_restaurant_and_booking(
        restaurant: RestaurantId,
        caller: &BookingCaller<'_>,
        id: &BookingId,
    ) -> Self {
        Self {
            restaurant: Some(restaurant),
            ..Self::of_booking(caller, id)
        }
    }

    /// The bookings with these ids, to read, and where these users work. Nobody can guess an id; whom a
    /// booking concerns is decided once it is read.
    pub(crate) fn of_bookings(ids: &[&str], users: &[&str]) -> Self {
        Self {
            users: users.iter().map(|user| (*user).to_owned()).collect(),
            ..Self::default().with_reference(&ids.join(","))
        }
    }

    /// The booking with this confirmation code, to read.
    pub(crate) fn of_confirmation_code(code: &ConfirmationCode) -> Self {
        Self::default().with_reference(code.as_str())
    }

    /// The API key with this id, to read.
    pub(crate) fn of_api_key(id: &str) -> Self {
        Self::default().with_reference(id)
    }

    /// The invitation with this token, to read and to take away.
    pub(crate) fn of_invitation(token: &OneTimeToken) -> Self {
        let mut digest = String::new();
        for byte in token.digest().as_bytes() {
            let _ = write!(digest, "{byte:02x}");
        }
        Self::default().with_reference(&digest)
    }

    /// What may be searched over many restaurants, as a role that can only do that: the restaurants
    /// themselves, and once [`show_restaurants`] has named them, how they seat and what is taken when,
    /// without anything that tells of a guest.
    pub(crate) fn of_search() -> Self {
        Self {
            is_search: true,
            ..Self::default()
        }
    }

    fn with_reference(self, reference: &str) -> Self {
        Self {
            reference: Some(reference.to_owned()),
            ..self
        }
    }

    /// Whether it shows anything beside what everybody sees.
    pub(super) fn is_public(&self) -> bool {
        *self == Self::default()
    }

    /// The settings with their values.
    pub(crate) fn settings(&self) -> [(&'static str, Option<String>); 3] {
        [
            ("restaurant", self.restaurant.map(|id| id.to_string())),
            (
                "user",
                (!self.users.is_empty()).then(|| self.users.join(",")),
            ),
            ("reference", self.reference.clone()),
        ]
    }

    /// What begins a transaction that sees this. Each of its statements sees what is committed when the statement
    /// begins, so that who has waited for a lock sees what whoever had it has done.
    pub(super) fn begin(&self) -> String {
        self.begin_with("BEGIN")
    }

    /// What begins a transaction that only reads, and sees this as it is at one instant.
    pub(super) fn begin_reading(&self) -> String {
        self.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ")
    }

    fn begin_with(&self, begin: &str) -> String {
        let settings = self.settings().into_iter();
        let settings: Vec<String> = settings
            .filter_map(|(name, value)| value.map(|value| set(name, &value)))
            .collect();
        let role = if self.is_search { AS_SEARCH } else { "" };
        if settings.is_empty() {
            format!("{begin}{role}")
        } else {
            format!("{begin}{role}; SELECT {}", settings.join(", "))
        }
    }
}

/// Whom a transaction works as that searches. It ends with the transaction.
const AS_SEARCH: &str = "; SET LOCAL ROLE booking_search";

/// `true`: until the transaction ends.
fn set(name: &str, value: &str) -> String {
    let value = value.replace('\'', "''");
    format!("set_config('booking.{name}', '{value}', true)")
}

/// From here on the transaction sees what belongs to a restaurant, which it has come to know only
/// now. To be pipelined before whatever needs it: it is sent at once.
pub(crate) async fn show_restaurant(
    mut connection: &AsyncPgConnection,
    restaurant: RestaurantId,
) -> QueryResult<()> {
    let statement = format!("SELECT {}", set("restaurant", &restaurant.to_string()));
    connection.batch_execute(&statement).await
}

/// From here on a search sees what it may of these restaurants. To be pipelined as
/// [`show_restaurant`].
pub(crate) async fn show_restaurants(
    mut connection: &AsyncPgConnection,
    restaurants: &[i64],
) -> QueryResult<()> {
    let numbers: Vec<String> = restaurants.iter().map(i64::to_string).collect();
    let statement = format!(
        "SELECT {}",
        set("restaurants", &format!("{{{}}}", numbers.join(",")))
    );
    connection.batch_execute(&statement).await
}

/// From here on the transaction sees the booking with this id, and no longer the one that it saw by
/// another id. To be pipelined as [`show_restaurant`].
pub(crate) async fn show_booking(
    mut connection: &AsyncPgConnection,
    public_id: &str,
) -> QueryResult<()> {
    let statement = format!("SELECT {}", set("reference", public_id));
    connection.batch_execute(&statement).await
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use dev_postgres::TestDatabase;
    use diesel::prelude::*;
    use diesel_async::{AsyncConnection, RunQueryDsl};

    use super::*;
    use crate::error::StoreError;
    use crate::schema::audit_events;
    use crate::{RandomSource, SERVICE_ROLE, Store, migrate};

    const TWO_RESTAURANTS: &str = "
        INSERT INTO restaurants
        SELECT n, 'Restaurant ' || n, 'X', 'Y', 0, 0, '2026-01-01 00:00Z' FROM generate_series(1, 2) n;
        INSERT INTO audit_events (restaurant_id, occurred_at, actor_kind, actor_id, action, request_id)
        SELECT restaurant_id, '2026-01-01Z', 'user', 'usr_1', 'update_booking', 'r-1'
        FROM restaurants, generate_series(1, restaurant_id)";

    /// A store on a database in whose log are one event of restaurant 1 and two of restaurant 2.
    async fn store(database: &TestDatabase) -> Store {
        migrate(&database.url()).await.expect("it migrates");
        let superuser = AsyncPgConnection::establish(&database.url()).await;
        let mut superuser = superuser.expect("it answers");
        let filled = superuser.batch_execute(TWO_RESTAURANTS).await;
        filled.expect("it is SQL");
        let random = RandomSource::new(|| Ok([0; 32]));
        let store = Store::connect(&database.url_as(SERVICE_ROLE), random).await;
        store.expect("it answers")
    }

    async fn count(mut connection: &AsyncPgConnection) -> QueryResult<i64> {
        audit_events::table
            .count()
            .get_result(&mut connection)
            .await
    }

    fn of(number: i64) -> Visibility {
        Visibility::of_restaurant(RestaurantId::new(number).expect("it is a number"))
    }

    /// What a statement without any filter counts.
    async fn read(store: &Store, visibility: Visibility) -> i64 {
        let seeing = store.seeing(visibility);
        let read = seeing.read("test", async |connection| Ok(count(connection).await?));
        let read: Result<i64, StoreError<Infallible>> = read.await;
        read.expect("it is read")
    }

    /// The same within a transaction, which comes to know of another restaurant.
    async fn transact(store: &Store, visibility: Visibility) -> (i64, i64) {
        let second = RestaurantId::new(2).expect("it is a number");
        let seeing = store.seeing(visibility);
        let done = seeing.transact("test", async |connection| {
            let before = count(connection).await?;
            let shown = show_restaurant(connection, second);
            // Pipelined: the second is sent before the first is answered.
            let ((), after) = tokio::try_join!(biased; shown, count(connection))?;
            Ok((before, after))
        });
        let done: Result<_, StoreError<Infallible>> = done.await;
        done.expect("it is done")
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn what_one_request_sees_is_not_seen_by_the_next_on_its_connection() {
        let database = TestDatabase::create().expect("PostgreSQL runs");
        let store = store(&database).await;
        // Far more than there are connections, so that each is used by many, in every order.
        let mut requests = tokio::task::JoinSet::new();
        for number in 0..200 {
            let store = store.clone();
            requests.spawn(async move {
                match number % 4 {
                    0 => assert_eq!(read(&store, of(1)).await, 1),
                    1 => assert_eq!(transact(&store, of(1)).await, (1, 2)),
                    2 => assert_eq!(transact(&store, Visibility::default()).await, (0, 2)),
                    _ => assert_eq!(read(&store, Visibility::default()).await, 0),
                }
            });
        }
        while let Some(request) = requests.join_next().await {
            request.expect("each sees its own");
        }
    }

    async fn isolation(mut connection: &AsyncPgConnection) -> QueryResult<String> {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = diesel::sql_types::Text)]
            transaction_isolation: String,
        }
        let shown = diesel::sql_query("SHOW transaction_isolation");
        let shown: Row = shown.get_result(&mut connection).await?;
        Ok(shown.transaction_isolation)
    }

    #[tokio::test]
    async fn what_is_read_is_of_one_instant_and_what_is_decided_of_now_whatever_the_database_says()
    {
        let database = TestDatabase::create().expect("PostgreSQL runs");
        let superuser = AsyncPgConnection::establish(&database.url()).await;
        let mut superuser = superuser.expect("it answers");
        let otherwise = "DO $$ BEGIN
            EXECUTE format('ALTER DATABASE %I SET default_transaction_isolation = serializable',
                current_database());
            END $$";
        let said = superuser.batch_execute(otherwise).await;
        said.expect("it is SQL");
        let store = store(&database).await;
        let seeing = store.seeing(of(1));
        let read = seeing.read("test", async |it| Ok(isolation(it).await?));
        let read: Result<_, StoreError<Infallible>> = read.await;
        assert_eq!(read.expect("it is read"), "repeatable read");
        let done = seeing.transact("test", async |it| Ok(isolation(it).await?));
        let done: Result<_, StoreError<Infallible>> = done.await;
        assert_eq!(done.expect("it is done"), "read committed");
    }

    #[tokio::test]
    async fn refused_and_failed_reads_leave_nothing_visible_either() {
        let database = TestDatabase::create().expect("PostgreSQL runs");
        let store = store(&database).await;
        for _ in 0..3 {
            let seeing = store.seeing(of(2));
            let failed = seeing.read("test", async |mut connection| {
                diesel::sql_query("SELECT 1 / 0")
                    .execute(&mut connection)
                    .await?;
                Ok(())
            });
            let failed: Result<(), StoreError<Infallible>> = failed.await;
            assert!(matches!(failed, Err(StoreError::Internal(_))), "{failed:?}");
            assert_eq!(read(&store, Visibility::default()).await, 0);
            assert_eq!(read(&store, of(2)).await, 2);
        }
    }

    #[test]
    fn no_value_is_more_than_a_value() {
        let visibility = Visibility::default().with_reference("x', true); DROP TABLE bookings; --");
        assert_eq!(
            visibility.begin(),
            "BEGIN; SELECT set_config('booking.reference', \
             'x'', true); DROP TABLE bookings; --', true)"
        );
        assert_eq!(Visibility::default().begin(), "BEGIN");
    }
}
