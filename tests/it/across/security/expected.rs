//! Who may ask what: the README's table, and what the contract says of 401, 403 and 404.

use booking_tests::{document, is_optional, takes};
use contract_witness::Operation;

use super::callers::Asking;

/// What a role allows in its own restaurant: the README's table.
fn role_allows(role: &str, scope: &str) -> bool {
    let scopes: &[&str] = match role {
        "host" => &["bookings:read", "bookings:write"],
        "manager" => &["bookings:read", "bookings:write", "restaurant:manage"],
        _ => &[
            "bookings:read",
            "bookings:write",
            "restaurant:manage",
            "staff:manage",
            "api_keys:manage",
            "audit:read",
        ],
    };
    scopes.contains(&scope)
}

/// What an operation is about, which says who may ask it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Subject {
    /// A restaurant that its path or its query names.
    Restaurant,
    /// A booking.
    Booking,
    /// What is the restaurant's alone to say and to read of a booking.
    BookingOfRestaurant,
    /// What opens a booking, which is its guest's alone.
    BookingSecret,
    /// A new booking, which everybody may make.
    NewBooking,
    /// When a booking can move, which whoever can move it may ask.
    MovingBooking,
    /// The caller's own account.
    Account,
    /// The whole installation.
    Platform,
}

/// What an operation is about, as its contract tells. One that fits nowhere has to be given a place
/// here before anybody may rely on its being refused.
pub(super) fn subject(operation: &Operation, scopes: &[&str]) -> Subject {
    let path = operation.path.as_str();
    let has_query = |name| {
        let parameters = document().pointer(&operation.pointer).unwrap()["parameters"].clone();
        let mut parameters = parameters
            .as_array()
            .cloned()
            .unwrap_or_default()
            .into_iter();
        parameters.any(|parameter| {
            let shared = parameter["$ref"]
                .as_str()
                .map(|it| it.trim_start_matches('#'));
            let shared = shared.and_then(|pointer| document().pointer(pointer));
            shared.unwrap_or(&parameter)["name"] == name
        })
    };
    match () {
        () if scopes.contains(&"platform:admin") => Subject::Platform,
        () if has_query("excluding_booking_id") => Subject::MovingBooking,
        () if path.ends_with("/holds") => Subject::NewBooking,
        () if path.contains("{restaurant_id}") || has_query("restaurant_id") => Subject::Restaurant,
        () if path.ends_with("{booking_id}/secret") => Subject::BookingSecret,
        () if path.contains("{booking_id}") && takes(&operation.pointer, "bookingSecret") => {
            Subject::Booking
        }
        () if path.contains("{booking_id}") => Subject::BookingOfRestaurant,
        () if is_optional(&operation.pointer) && path.ends_with("/bookings") => Subject::NewBooking,
        () if path.contains("/me") || scopes == ["account:manage"] => Subject::Account,
        () => panic!(
            "nothing says what {} is about, and so who may ask it: say it in `subject`",
            operation.id
        ),
    }
}

/// With which status somebody is refused; `None` for who is let in.
pub(super) fn refusal(
    asking: Asking,
    subject: Subject,
    scope: &str,
    takes_secrets: bool,
) -> Option<u16> {
    let is_of_bookings = scope.starts_with("bookings:");
    match asking {
        // A bad credential is bad everywhere.
        Asking::RevokedProgram | Asking::ExpiredProgram | Asking::SecretHolderWithBadToken => {
            Some(401)
        }
        // A secret is looked at where the contract takes one, and is no credential elsewhere.
        Asking::SecretHolder | Asking::OtherSecretHolder | Asking::OldSecretHolder
            if !takes_secrets =>
        {
            (subject != Subject::NewBooking).then_some(401)
        }
        Asking::SecretHolder => None,
        Asking::OtherSecretHolder | Asking::OldSecretHolder => Some(404),
        // Who sends a secret means that booking, whoever they are besides.
        Asking::OwnerWithOtherSecret if takes_secrets => Some(404),
        // Whom an outside issuer identifies may what they may here, but not run the installation.
        Asking::OutsideManager => refusal(Asking::Staff("manager"), subject, scope, takes_secrets),
        Asking::OutsidePlatformAdmin => {
            refusal(Asking::FormerPlatformAdmin, subject, scope, takes_secrets)
        }
        Asking::OwnerWithOtherSecret => {
            refusal(Asking::Staff("owner"), subject, scope, takes_secrets)
        }
        // A key that lacks the scope is refused before anything is looked at, except where nobody
        // needs one.
        Asking::ProgramWithoutScope => match subject {
            Subject::NewBooking => None,
            Subject::MovingBooking => Some(404),
            _ => Some(403),
        },
        Asking::Program | Asking::ProgramElsewhere | Asking::SuspendedProgram
            if !is_of_bookings =>
        {
            Some(403)
        }
        Asking::Program => {
            matches!(subject, Subject::Account | Subject::BookingSecret).then_some(403)
        }
        Asking::ProgramElsewhere => match subject {
            Subject::Account | Subject::NewBooking => Some(403),
            _ => Some(404),
        },
        // A restaurant that is suspended is answered as if it were not there.
        Asking::SuspendedProgram if subject == Subject::Account => Some(403),
        Asking::SuspendedProgram => Some(404),
        Asking::SuspendedOwner if subject == Subject::NewBooking => Some(404),
        _ if matches!(subject, Subject::Account | Subject::NewBooking) => None,
        Asking::PlatformAdmin if subject == Subject::Platform => None,
        _ if subject == Subject::Platform => Some(403),
        Asking::Staff(_) if subject == Subject::BookingSecret => Some(403),
        Asking::Staff(role) => (!role_allows(role, scope)).then_some(403),
        Asking::OwnDiner
            if matches!(
                subject,
                Subject::Booking | Subject::BookingSecret | Subject::MovingBooking
            ) =>
        {
            None
        }
        Asking::OwnDiner if subject == Subject::BookingOfRestaurant => Some(403),
        Asking::OwnerElsewhere
        | Asking::RemovedOwner
        | Asking::SuspendedOwner
        | Asking::PlatformAdmin
        | Asking::FormerPlatformAdmin
        | Asking::Diner
        | Asking::OwnDiner => Some(404),
    }
}
