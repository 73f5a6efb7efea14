//! The table `messages`: mails that are to be sent.

use credentials::{ExposeSecret, OneTimeToken, SecretString};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;

use booking_domain::{BookingId, CustomerName, EmailAddress, MessageKind, RestaurantName};

use super::parsed;
use crate::connection::show_booking;
use crate::error::{Corrupt, LoadError};
use crate::schema::{bookings, messages};

/// A mail that waits to be sent.
#[derive(Debug, Clone)]
pub struct PendingMessage {
    /// Its number: a later one is greater.
    pub id: i64,
    /// What it says.
    pub kind: MessageKind,
    /// To whom.
    pub recipient: EmailAddress,
    /// How it addresses its reader, where that is known.
    pub name: Option<CustomerName>,
    /// What its link carries, where it has one.
    pub token: Option<SecretString>,
    /// The restaurant that it is about, if it is about one.
    pub restaurant: Option<RestaurantName>,
    /// The booking that its link opens, if it has such a link, and how often its secret was replaced
    /// by now: the secret in the link is made when the mail is sent.
    pub booking: Option<(BookingId, u32)>,
    /// When it was written.
    pub created_at: Timestamp,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = messages, check_for_backend(diesel::pg::Pg))]
struct MessageRow {
    message_id: i64,
    kind: String,
    recipient: String,
    name: Option<String>,
    token: Option<String>,
    restaurant_name: Option<String>,
    booking_id: Option<String>,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    created_at: Timestamp,
}

impl TryFrom<(MessageRow, Option<i32>)> for PendingMessage {
    type Error = Corrupt;

    fn try_from((row, rotation): (MessageRow, Option<i32>)) -> Result<Self, Corrupt> {
        let key = row.message_id;
        let recipient = EmailAddress::parse(row.recipient);
        let name = row.name.map(CustomerName::parse);
        let name = name.map(|name| parsed(name, "messages.name", key));
        let restaurant = row.restaurant_name.map(RestaurantName::parse);
        let restaurant = restaurant.map(|name| parsed(name, "messages.restaurant_name", key));
        let booking = row.booking_id.map(|id| {
            let id = parsed(BookingId::parse(id), "messages.booking_id", key)?;
            let rotation = rotation.and_then(|rotation| u32::try_from(rotation).ok());
            Ok::<_, Corrupt>((id, parsed(rotation, "bookings.secret_rotation", key)?))
        });
        Ok(Self {
            id: key,
            kind: parsed(MessageKind::parse(&row.kind), "messages.kind", key)?,
            recipient: parsed(recipient, "messages.recipient", key)?,
            name: name.transpose()?,
            token: row.token.map(SecretString::from),
            restaurant: restaurant.transpose()?,
            booking: booking.transpose()?,
            created_at: row.created_at,
        })
    }
}

/// A mail that is to be sent.
pub(crate) struct NewMessage<'a> {
    pub(crate) kind: MessageKind,
    /// To whom.
    pub(crate) recipient: &'a EmailAddress,
    /// How it addresses its reader, where that is known.
    pub(crate) name: Option<&'a CustomerName>,
    /// What its link carries.
    pub(crate) token: Option<&'a OneTimeToken>,
}

/// Leaves a mail to be sent. One of the same kind to the same reader that was not sent yet goes:
/// its token is good no more, and who asks ten times gets one mail.
pub(crate) async fn replace(
    mut connection: &AsyncPgConnection,
    message: &NewMessage<'_>,
    now: Timestamp,
) -> QueryResult<()> {
    let recipient = message.recipient.normalized();
    let mut deleting = connection;
    let older = diesel::delete(messages::table)
        .filter(messages::recipient.eq(recipient.as_str()))
        .filter(messages::kind.eq(message.kind.as_str()))
        .filter(messages::sent_at.is_null())
        .execute(&mut deleting);
    let token = message.token.map(OneTimeToken::expose_text);
    let newer = diesel::insert_into(messages::table)
        .values((
            messages::kind.eq(message.kind.as_str()),
            messages::recipient.eq(recipient.as_str()),
            messages::name.eq(message.name.map(CustomerName::as_str)),
            messages::token.eq(token.as_ref().map(ExposeSecret::expose_secret)),
            messages::created_at.eq(now.to_diesel()),
        ))
        .execute(&mut connection);
    tokio::try_join!(biased; older, newer).map(drop)
}

/// Leaves an invitation to a restaurant's staff to be sent. Those of other restaurants stay.
pub(crate) async fn insert_invitation(
    mut connection: &AsyncPgConnection,
    recipient: &EmailAddress,
    restaurant: &RestaurantName,
    token: &OneTimeToken,
    now: Timestamp,
) -> QueryResult<usize> {
    diesel::insert_into(messages::table)
        .values((
            messages::kind.eq(MessageKind::StaffInvitation.as_str()),
            messages::recipient.eq(recipient.normalized()),
            messages::restaurant_name.eq(restaurant.as_str()),
            messages::token.eq(token.expose_text().expose_secret()),
            messages::created_at.eq(now.to_diesel()),
        ))
        .execute(&mut connection)
        .await
}

/// Leaves a link to a booking to be sent, unless there is one already.
pub(crate) async fn insert_booking_link(
    mut connection: &AsyncPgConnection,
    recipient: &EmailAddress,
    restaurant: &RestaurantName,
    booking: &BookingId,
    now: Timestamp,
) -> QueryResult<()> {
    let recipient = recipient.normalized();
    let waiting = messages::table
        .filter(messages::recipient.eq(&recipient))
        .filter(messages::kind.eq(MessageKind::BookingLink.as_str()))
        .filter(messages::booking_id.eq(booking.as_str()))
        .filter(messages::sent_at.is_null());
    let is_waiting = diesel::select(diesel::dsl::exists(waiting));
    if is_waiting.get_result::<bool>(&mut connection).await? {
        return Ok(());
    }
    diesel::insert_into(messages::table)
        .values((
            messages::kind.eq(MessageKind::BookingLink.as_str()),
            messages::recipient.eq(&recipient),
            messages::restaurant_name.eq(restaurant.as_str()),
            messages::booking_id.eq(booking.as_str()),
            messages::created_at.eq(now.to_diesel()),
        ))
        .execute(&mut connection)
        .await
        .map(drop)
}

/// The mails that wait to be sent, the oldest first.
pub(crate) async fn pending(
    mut connection: &AsyncPgConnection,
    limit: u32,
) -> Result<Vec<PendingMessage>, LoadError> {
    let rows: Vec<MessageRow> = messages::table
        .filter(messages::sent_at.is_null())
        .order(messages::message_id)
        .limit(i64::from(limit))
        .select(MessageRow::as_select())
        .load(&mut connection)
        .await?;
    let mut pending = Vec::new();
    for row in rows {
        // Of each restaurant's bookings, only the one that the mail names.
        let rotation = match &row.booking_id {
            Some(id) => find_secret_rotation(connection, id).await?,
            None => None,
        };
        pending.push(PendingMessage::try_from((row, rotation))?);
    }
    Ok(pending)
}

/// How often the secret of a booking was replaced, if there is such a booking.
async fn find_secret_rotation(
    mut connection: &AsyncPgConnection,
    booking: &str,
) -> QueryResult<Option<i32>> {
    let shown = show_booking(connection, booking);
    let rotation = bookings::table
        .filter(bookings::public_id.eq(booking))
        .select(bookings::secret_rotation)
        .first(&mut connection);
    let rotation = async { rotation.await.optional() };
    let ((), rotation) = tokio::try_join!(biased; shown, rotation)?;
    Ok(rotation)
}

/// Remembers that a mail was sent, and forgets its token. Gives the number of rows: none if it was
/// sent before, or has given way to another.
pub(crate) async fn mark_sent(
    mut connection: &AsyncPgConnection,
    id: i64,
    now: Timestamp,
) -> QueryResult<usize> {
    diesel::update(messages::table.find(id))
        .filter(messages::sent_at.is_null())
        .set((
            messages::sent_at.eq(now.to_diesel()),
            messages::token.eq(None::<&str>),
        ))
        .execute(&mut connection)
        .await
}
