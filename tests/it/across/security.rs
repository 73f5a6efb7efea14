//! The security matrix: every operation that demands a credential, asked with every credential
//! that is none, and by everybody who has a good one. It is made from the contract, so a new operation
//! is in it, or the test says what has to be said of it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use booking_client::types::BookingId;
use booking_tests::{
    ALL_SCOPES, Examples, ISSUER, NOW, Request, TestService, alternatives, contract, document,
    is_optional, is_secured, signed, takes,
};
use contract_witness::Operation;
use credentials::SigningKey;
use serde_json::{Value, json};

use crate::support::{
    BELLA, HIRSCH, MONDAY, book, book_as_guest, cancel, customer, examples, examples_for, wanted,
};

/// The scopes that an operation demands of an access token.
fn demanded(pointer: &str) -> Vec<&'static str> {
    let scopes = alternatives(pointer).filter_map(|way| way.get("oauth")?.as_array());
    scopes.flatten().filter_map(Value::as_str).collect()
}

/// A token with another header, signed by what `sign` makes of it.
fn with_header(token: &str, header: &Value, sign: impl Fn(&str) -> String) -> String {
    let claims = token.split('.').nth(1).unwrap();
    let message = format!("{}.{claims}", URL_SAFE_NO_PAD.encode(header.to_string()));
    let signature = sign(&message);
    format!("{message}.{signature}")
}

/// Credentials that are none, by what is wrong with them.
fn bad_credentials(key: &SigningKey, user_id: &str) -> Vec<(&'static str, String)> {
    let token = |issuer, audience, issued_at| {
        let token = signed(key, issuer, audience, user_id, ALL_SCOPES, issued_at);
        format!("Bearer {token}")
    };
    let good = signed(key, ISSUER, ISSUER, user_id, ALL_SCOPES, NOW);
    let stranger = SigningKey::from_random([1; 32]);
    let key_id = key.public_key().key_id();
    let header = |algorithm: &str| json!({ "alg": algorithm, "typ": "at+jwt", "kid": key_id });
    let last = if good.ends_with('A') { 'Q' } else { 'A' };
    let public_key = key.public_key().as_bytes();
    vec![
        ("malformed", "Bearer x.y.z".to_owned()),
        ("empty", "Bearer ".to_owned()),
        ("of another scheme", "Basic YWRhOmxvdmVsYWNl".to_owned()),
        ("expired", token(ISSUER, ISSUER, "2027-02-08T17:14:00Z")),
        (
            "not yet valid",
            token(ISSUER, ISSUER, "2027-02-08T17:45:00Z"),
        ),
        (
            "wrongly signed",
            format!("Bearer {}{last}", &good[..good.len() - 1]),
        ),
        (
            "signed by a stranger",
            format!(
                "Bearer {}",
                signed(&stranger, ISSUER, ISSUER, user_id, ALL_SCOPES, NOW)
            ),
        ),
        (
            "not signed",
            format!(
                "Bearer {}",
                with_header(&good, &header("none"), |_| String::new())
            ),
        ),
        (
            "an HMAC under the public key",
            format!(
                "Bearer {}",
                with_header(&good, &header("HS256"), |message| {
                    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, public_key);
                    URL_SAFE_NO_PAD.encode(aws_lc_rs::hmac::sign(&key, message.as_bytes()))
                })
            ),
        ),
        (
            "another issuer's",
            token("https://evil.example", ISSUER, NOW),
        ),
        (
            "for another audience",
            token(ISSUER, "https://evil.example", NOW),
        ),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_operation_refuses_every_credential_that_is_none() {
    let service = TestService::start().await;
    let booking = book(&service, BELLA, MONDAY, "12:00", 2).await.booking_id;
    service.register("ada@example.com").await;
    service.make_platform_admin("ada@example.com").await;
    let ada = service.login("ada@example.com").await;
    let key = service.signing_key();
    let bad = bad_credentials(key, &ada.user_id);
    let before = service.contents().await;
    let mut cells = 0;
    for operation in contract().operations() {
        if !is_secured(&operation.pointer) {
            continue;
        }
        let asked = |examples: &Examples| examples.request(&operation.id);
        if takes(&operation.pointer, "refreshCookie") {
            cells += refuse_bad_cookies(&service, operation, &booking).await;
            continue;
        }
        let anonymous = asked(&examples(&booking));
        let sent = |credential: &str| anonymous.clone().header("authorization", credential);
        let refused = |request: Request, status: u16, code: &'static str, says: String| {
            let service = &service;
            let id = operation.id.as_str();
            async move {
                let answer = service.send(&request).await;
                assert!(answer.status >= 400, "{id} lets in {request:?}");
                let shown = format!("{id}, {says}: {}", answer.text());
                assert_eq!(
                    (answer.status, answer.refusal().code.as_str()),
                    (status, code),
                    "{shown}"
                );
                let challenge = answer.header("www-authenticate").unwrap_or_default();
                assert!(challenge.contains(&says), "{shown}: {challenge}");
            }
        };
        let needs_one = !is_optional(&operation.pointer);
        if needs_one {
            let nobody = anonymous.clone().anonymous();
            let says = "Bearer realm=".to_owned();
            refused(nobody, 401, "UNAUTHENTICATED", says).await;
            cells += 1;
        }
        if alternatives(&operation.pointer).any(|way| way.contains_key("bookingSecret")) {
            let malformed = anonymous.clone().header("booking-secret", "bs_x");
            let says = "error=\"invalid_key\"".to_owned();
            refused(malformed, 401, "UNAUTHENTICATED", says).await;
            cells += 1;
        }
        for (what, credential) in &bad {
            println!("{}: {what}", operation.id);
            let invalid = "error=\"invalid_token\"".to_owned();
            refused(sent(credential), 401, "UNAUTHENTICATED", invalid).await;
            cells += 1;
        }
        // Who needs no credential may have one that is good for something else.
        for scope in demanded(&operation.pointer)
            .into_iter()
            .filter(|_| needs_one)
        {
            let others: Vec<&str> = ALL_SCOPES
                .split(' ')
                .filter(|other| *other != scope)
                .collect();
            let token = signed(key, ISSUER, ISSUER, &ada.user_id, &others.join(" "), NOW);
            let says = format!("error=\"insufficient_scope\", scope=\"{scope}\"");
            refused(sent(&format!("Bearer {token}")), 403, "FORBIDDEN", says).await;
            cells += 1;
        }
    }
    assert_eq!(service.contents().await, before);
    // All of that for the reason that is named: a token like them, and good, is let in.
    let good = signed(key, ISSUER, ISSUER, &ada.user_id, ALL_SCOPES, NOW);
    for operation in contract().operations() {
        if is_secured(&operation.pointer) {
            let about = service
                .with_subjects(&examples_for(operation, &booking), &operation.id)
                .await;
            let cookie = service.login("ada@example.com").await.refresh_token;
            let request = about
                .with("access_token", good.as_str())
                .with("refresh_token", cookie);
            let answer = service.send(&request.request(&operation.id)).await;
            let shown = format!("{}: {}", operation.id, answer.text());
            assert!(!matches!(answer.status, 401 | 403), "{shown}");
            cells += 1;
        }
    }
    assert!(cells > 0, "no operation demands a credential");
    println!("{cells} cells of the security matrix");
}

/// Asks an operation of a browser's login with cookies that are none. Gives how many there were.
async fn refuse_bad_cookies(
    service: &TestService,
    operation: &Operation,
    booking: &BookingId,
) -> usize {
    let stranger = format!("rt_{}", "A".repeat(70));
    let bad = [None, Some(""), Some("x"), Some(&*stranger)];
    for token in bad {
        let about = examples(booking);
        let about = match token {
            Some(token) => about.with("refresh_token", token),
            None => about,
        };
        let answer = service
            .send(&about.request(&operation.id).anonymous())
            .await;
        let shown = format!("{}, {token:?}: {}", operation.id, answer.text());
        assert_eq!(answer.status, 401, "{shown}");
        assert_eq!(answer.refusal().code, "UNAUTHENTICATED", "{shown}");
        assert!(answer.header("www-authenticate").is_some(), "{shown}");
    }
    bad.len()
}

/// Who asks an operation in the second half of the matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asking {
    /// Somebody of the staff of the restaurant that is asked about, in this role.
    Staff(&'static str),
    /// An owner of another restaurant.
    OwnerElsewhere,
    /// Somebody who was an owner until a moment ago.
    RemovedOwner,
    /// Somebody who runs the installation, and works nowhere.
    PlatformAdmin,
    /// Somebody who has run it until a moment ago.
    FormerPlatformAdmin,
    /// Somebody with an account, who works nowhere.
    Diner,
    /// The diner whose booking it is.
    OwnDiner,
    /// A program of the restaurant, with a key for everything that keys can do.
    Program,
    /// A program of another restaurant.
    ProgramElsewhere,
    /// A program whose key was revoked.
    RevokedProgram,
    /// A program whose key has expired.
    ExpiredProgram,
    /// Whoever holds the booking's secret.
    SecretHolder,
    /// Whoever holds the secret of another booking.
    OtherSecretHolder,
    /// Whoever holds the secret that was replaced.
    OldSecretHolder,
}

const EVERYBODY: [Asking; 16] = [
    Asking::Staff("owner"),
    Asking::Staff("manager"),
    Asking::Staff("host"),
    Asking::OwnerElsewhere,
    Asking::RemovedOwner,
    Asking::PlatformAdmin,
    Asking::FormerPlatformAdmin,
    Asking::Diner,
    Asking::OwnDiner,
    Asking::Program,
    Asking::ProgramElsewhere,
    Asking::RevokedProgram,
    Asking::ExpiredProgram,
    Asking::SecretHolder,
    Asking::OtherSecretHolder,
    Asking::OldSecretHolder,
];

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
enum Subject {
    /// A restaurant that its path or its query names.
    Restaurant,
    /// A booking.
    Booking,
    /// What opens a booking, which is its guest's alone.
    BookingSecret,
    /// A new booking, which everybody may make.
    NewBooking,
    /// The caller's own account.
    Account,
    /// The whole installation.
    Platform,
}

/// What an operation is about, as its contract tells. One that fits nowhere has to be given a place
/// here before anybody may rely on its being refused.
fn subject(operation: &Operation, scopes: &[&str]) -> Subject {
    let path = operation.path.as_str();
    let has_query = |name| {
        let parameters = document().pointer(&operation.pointer).unwrap()["parameters"].clone();
        let mut parameters = parameters
            .as_array()
            .cloned()
            .unwrap_or_default()
            .into_iter();
        parameters.any(|parameter| parameter["name"] == name)
    };
    match () {
        () if scopes.contains(&"platform:admin") => Subject::Platform,
        () if path.contains("{restaurant_id}") || has_query("restaurant_id") => Subject::Restaurant,
        () if path.ends_with("{booking_id}/secret") => Subject::BookingSecret,
        () if path.contains("{booking_id}") => Subject::Booking,
        () if is_optional(&operation.pointer) && path.ends_with("/bookings") => Subject::NewBooking,
        () if path.contains("/me") || scopes == ["account:manage"] => Subject::Account,
        () => panic!(
            "nothing says what {} is about, and so who may ask it: say it in `subject`",
            operation.id
        ),
    }
}

/// With which status somebody is refused; `None` for who is let in.
fn refusal(asking: Asking, subject: Subject, scope: &str, takes_secrets: bool) -> Option<u16> {
    let is_of_bookings = scope.starts_with("bookings:");
    match asking {
        // A bad credential is bad everywhere.
        Asking::RevokedProgram | Asking::ExpiredProgram => Some(401),
        // A secret is looked at where the contract takes one, and is no credential elsewhere.
        Asking::SecretHolder | Asking::OtherSecretHolder | Asking::OldSecretHolder
            if !takes_secrets =>
        {
            (subject != Subject::NewBooking).then_some(401)
        }
        Asking::SecretHolder => None,
        Asking::OtherSecretHolder | Asking::OldSecretHolder => Some(404),
        // A key that lacks the scope is refused before anything is looked at, except where nobody
        // needs one.
        Asking::Program | Asking::ProgramElsewhere if !is_of_bookings => Some(403),
        Asking::Program => {
            matches!(subject, Subject::Account | Subject::BookingSecret).then_some(403)
        }
        Asking::ProgramElsewhere => match subject {
            Subject::Account | Subject::NewBooking => Some(403),
            _ => Some(404),
        },
        _ if matches!(subject, Subject::Account | Subject::NewBooking) => None,
        Asking::PlatformAdmin if subject == Subject::Platform => None,
        _ if subject == Subject::Platform => Some(403),
        Asking::Staff(_) if subject == Subject::BookingSecret => Some(403),
        Asking::Staff(role) => (!role_allows(role, scope)).then_some(403),
        Asking::OwnDiner if matches!(subject, Subject::Booking | Subject::BookingSecret) => None,
        Asking::OwnerElsewhere
        | Asking::RemovedOwner
        | Asking::PlatformAdmin
        | Asking::FormerPlatformAdmin
        | Asking::Diner
        | Asking::OwnDiner => Some(404),
    }
}

/// The credentials of everybody who asks.
struct Callers {
    staff: [(&'static str, String); 3],
    owner_elsewhere: String,
    removed_owner: String,
    platform_admin: String,
    former_platform_admin: String,
    diner: String,
    own_diner: String,
    program: String,
    program_elsewhere: String,
    revoked_program: String,
    expired_program: String,
}

impl Callers {
    async fn new(service: &TestService) -> Self {
        let token = async |name: &str| {
            let id = service.add_account(name).await;
            let token = service.access_token(&id, ALL_SCOPES, NOW);
            (id, format!("Bearer {token}"))
        };
        let mut staff = Vec::new();
        for role in ["owner", "manager", "host"] {
            let (id, credential) = token(&format!("The{role}")).await;
            service.hire(&id, BELLA, role).await;
            staff.push((role, credential));
        }
        let (id, owner_elsewhere) = token("OwnerElsewhere").await;
        service.hire(&id, HIRSCH, "owner").await;
        let (id, removed_owner) = token("RemovedOwner").await;
        service.hire(&id, BELLA, "owner").await;
        let remove = Request::new("DELETE", format!("/api/v1/restaurants/{BELLA}/staff/{id}"));
        assert_eq!(service.send(&remove).await.status, 204);
        let platform_admin = token("PlatformAdmin").await.1;
        let address = "platformadmin@example.com";
        service.make_platform_admin(address).await;
        let key = async |restaurant| {
            let scopes = ["bookings:read", "bookings:write"];
            let (id, key) = service.create_api_key(restaurant, &scopes).await;
            (id, format!("Bearer {key}"))
        };
        let (id, revoked_program) = key(BELLA).await;
        let revoke = Request::new(
            "DELETE",
            format!("/api/v1/restaurants/{BELLA}/api-keys/{id}"),
        );
        assert_eq!(service.send(&revoke).await.status, 204);
        let (id, expired_program) = key(BELLA).await;
        service
            .sql(&format!(
                "UPDATE api_keys SET created_at = '2027-01-01Z', expires_at = '2027-02-01Z'
                    WHERE public_id = '{id}'"
            ))
            .await;
        Self {
            staff: staff.try_into().unwrap(),
            owner_elsewhere,
            removed_owner,
            platform_admin,
            former_platform_admin: token("FormerAdmin").await.1,
            diner: token("Diner").await.1,
            own_diner: token("OwnDiner").await.1,
            program: key(BELLA).await.1,
            program_elsewhere: key(HIRSCH).await.1,
            revoked_program,
            expired_program,
        }
    }

    /// A request from one of them.
    fn ask(&self, asking: Asking, request: &Request, secrets: &Secrets) -> Request {
        let bearer = |credential: &str| request.clone().header("authorization", credential);
        let secret = |secret: &str| request.clone().header("booking-secret", secret);
        match asking {
            Asking::Staff(role) => {
                let of_role = self.staff.iter().find(|(other, _)| *other == role);
                bearer(&of_role.unwrap().1)
            }
            Asking::OwnerElsewhere => bearer(&self.owner_elsewhere),
            Asking::RemovedOwner => bearer(&self.removed_owner),
            Asking::PlatformAdmin => bearer(&self.platform_admin),
            Asking::FormerPlatformAdmin => bearer(&self.former_platform_admin),
            Asking::Diner => bearer(&self.diner),
            Asking::OwnDiner => bearer(&self.own_diner),
            Asking::Program => bearer(&self.program),
            Asking::ProgramElsewhere => bearer(&self.program_elsewhere),
            Asking::RevokedProgram => bearer(&self.revoked_program),
            Asking::ExpiredProgram => bearer(&self.expired_program),
            Asking::SecretHolder => secret(&secrets.present),
            Asking::OtherSecretHolder => secret(&secrets.other),
            Asking::OldSecretHolder => secret(&secrets.old),
        }
    }
}

/// What opens the booking that is asked about, and what does not.
struct Secrets {
    present: String,
    old: String,
    other: String,
}

/// A booking of `OwnDiner`, whose secret was replaced once.
async fn booking_with_secrets(service: &TestService) -> (BookingId, Secrets) {
    let mut new = wanted(BELLA, MONDAY, "12:00", 2);
    new.customer = customer("owndiner@example.com").try_into().unwrap();
    let (booking, old) = book_as_guest(service, new).await;
    let rotate = Request::post(format!("/bookings/{}/secret", booking.booking_id.as_str()));
    let rotated = service.send(&rotate.header("booking-secret", &old)).await;
    let present = rotated.json()["booking_secret"]
        .as_str()
        .unwrap()
        .to_owned();
    let (other, other_secret) = book_as_guest(service, wanted(BELLA, MONDAY, "12:00", 2)).await;
    cancel(service, &other.booking_id).await;
    let secrets = Secrets {
        present,
        old,
        other: other_secret,
    };
    (booking.booking_id, secrets)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_operation_serves_whom_it_is_for_and_nobody_else() {
    let service = TestService::start().await;
    let callers = Callers::new(&service).await;
    let mut cells = 0;
    for operation in contract().operations() {
        // Whose login it is, is all that an operation of a browser's login asks.
        let is_of_browsers = takes(&operation.pointer, "refreshCookie");
        if !is_secured(&operation.pointer) || is_of_browsers {
            continue;
        }
        let id = operation.id.as_str();
        let scopes = demanded(&operation.pointer);
        let [scope] = scopes.as_slice() else {
            panic!("{id} demands {scopes:?}: say who may ask it");
        };
        let subject = subject(operation, &scopes);
        let takes_secrets =
            alternatives(&operation.pointer).any(|way| way.contains_key("bookingSecret"));
        let mut fresh = 0;
        let (booking, secrets) = booking_with_secrets(&service).await;
        let about = service
            .with_subjects(&examples_for(operation, &booking), &format!("{id}{fresh}"))
            .await;
        let before = service.contents().await;
        let (refused, served): (Vec<_>, Vec<_>) = EVERYBODY
            .into_iter()
            .partition(|asking| refusal(*asking, subject, scope, takes_secrets).is_some());
        for asking in refused {
            let status = refusal(asking, subject, scope, takes_secrets);
            let request = callers.ask(asking, &about.request(id), &secrets);
            let answer = service.send(&request).await;
            let shown = format!("{id}, {asking:?}: {}", answer.text());
            assert_eq!(Some(answer.status), status, "{shown}");
            cells += 1;
        }
        assert_eq!(
            service.contents().await,
            before,
            "{id} changes something for nobody"
        );
        cancel(&service, &booking).await;
        for asking in served {
            fresh += 1;
            let (booking, secrets) = booking_with_secrets(&service).await;
            let name = format!("{id}{fresh}");
            let about = service
                .with_subjects(&examples_for(operation, &booking), &name)
                .await;
            let request = callers.ask(asking, &about.request(id), &secrets);
            let answer = service.send(&request).await;
            let shown = format!("{id}, {asking:?}: {}", answer.text());
            // What an operation of accounts refuses besides, it refuses whoever is let in.
            let is_in = answer.status < 300
                || subject == Subject::Account && matches!(answer.status, 409 | 412 | 422);
            assert!(is_in, "{shown}");
            let free = "UPDATE bookings SET status = 'cancelled'; DELETE FROM occupancies";
            service.sql(free).await;
            cells += 1;
        }
    }
    assert!(cells > 0, "no operation demands a credential");
    println!("{cells} cells of the security matrix");
}
