//! The authorization code flow, as the store keeps it.

use booking_domain::{Account, ClientId, Scope, Scopes};
use booking_persistence::{
    Authorization, AuthorizationCodeRefusal, PasswordChanged, PresentedCode, PresentedRefreshToken,
    RefreshTokenRefusal, StoreError,
};
use credentials::{CodeChallenge, CodeVerifier, OneTimeToken, PasswordHash};
use jiff::{Timestamp, ToSpan};

use crate::accounts::{SARAH, account, client, ends, hash, presented, session};
use crate::support::{NOW, TestRestaurant};

const REDIRECT_URI: &str = "https://calendar.example/callback";
/// RFC 7636 appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

async fn authorize(
    venue: &TestRestaurant,
    account: &Account,
    verified: &PasswordHash,
) -> Result<OneTimeToken, StoreError<PasswordChanged>> {
    let authorization = Authorization {
        client: client("calendar"),
        redirect_uri: REDIRECT_URI.to_owned(),
        code_challenge: CodeChallenge::parse(CHALLENGE).expect("it is one"),
        scopes: Scopes::new(&[Scope::BookingsRead]),
    };
    let grantor = (&account.id, verified);
    venue
        .store
        .authorize_client(grantor, &authorization, NOW)
        .await
}

/// What a program does that has a code.
struct Program {
    client: ClientId,
    redirect_uri: &'static str,
    verifier: CodeVerifier,
}

impl Program {
    /// The one that has asked.
    fn calendar() -> Self {
        Self {
            client: client("calendar"),
            redirect_uri: REDIRECT_URI,
            verifier: CodeVerifier::parse(VERIFIER).expect("it is one"),
        }
    }

    async fn redeem(
        &self,
        venue: &TestRestaurant,
        code: &OneTimeToken,
        now: Timestamp,
    ) -> Result<booking_persistence::AccountSession, AuthorizationCodeRefusal> {
        let code = PresentedCode {
            code,
            client: &self.client,
            redirect_uri: self.redirect_uri,
            code_verifier: &self.verifier,
        };
        match venue.store.redeem_authorization_code(&code, now).await {
            Ok(session) => Ok(session),
            Err(StoreError::Refused(refusal)) => Err(refusal),
            Err(other) => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn code_is_exchanged_once_and_its_second_use_ends_what_it_gave() {
    let venue = TestRestaurant::with_tables(1).await;
    let account = account(&venue, SARAH).await;
    let code = authorize(&venue, &account, &hash(1))
        .await
        .expect("it is the password");
    let program = Program::calendar();
    let later = NOW + 59.seconds();
    let session = program
        .redeem(&venue, &code, later)
        .await
        .expect("it is good");
    assert_eq!(session.account, account);
    assert_eq!(session.session.client, client("calendar"));
    assert_eq!(session.session.scopes, Scopes::new(&[Scope::BookingsRead]));
    assert_eq!(ends(&venue).await, ["active"]);

    // Who has seen it somewhere and knows nothing else ends nobody's session.
    let stranger = Program {
        client: client("other"),
        ..Program::calendar()
    };
    let again = stranger.redeem(&venue, &code, NOW + 1.hour()).await;
    assert_eq!(again, Err(AuthorizationCodeRefusal::OtherRequest));
    assert_eq!(ends(&venue).await, ["active"]);
    // Who knows all that the program knew is a thief, or follows one.
    let again = program.redeem(&venue, &code, NOW + 1.hour()).await;
    assert_eq!(again, Err(AuthorizationCodeRefusal::Reused));
    assert_eq!(ends(&venue).await, ["code_reused"]);
}

#[tokio::test]
async fn code_is_good_for_a_minute() {
    let venue = TestRestaurant::with_tables(1).await;
    let account = account(&venue, SARAH).await;
    let code = authorize(&venue, &account, &hash(1))
        .await
        .expect("it is the password");
    let late = Program::calendar()
        .redeem(&venue, &code, NOW + 60.seconds())
        .await;
    assert_eq!(late, Err(AuthorizationCodeRefusal::Expired));
    assert!(ends(&venue).await.is_empty());
}

#[tokio::test]
async fn code_is_worth_nothing_to_another_program_or_without_its_verifier() {
    let venue = TestRestaurant::with_tables(1).await;
    let account = account(&venue, SARAH).await;
    let code = authorize(&venue, &account, &hash(1))
        .await
        .expect("it is the password");
    for thief in [
        Program {
            client: client("other"),
            ..Program::calendar()
        },
        Program {
            redirect_uri: "https://calendar.example/callback/",
            ..Program::calendar()
        },
        Program {
            verifier: CodeVerifier::parse(&"a".repeat(43)).expect("it is one"),
            ..Program::calendar()
        },
        Program {
            verifier: CodeVerifier::parse(CHALLENGE).expect("it is one"),
            ..Program::calendar()
        },
    ] {
        let refused = thief.redeem(&venue, &code, NOW).await;
        assert_eq!(refused, Err(AuthorizationCodeRefusal::OtherRequest));
    }
    // Its owner has lost nothing.
    let redeemed = Program::calendar().redeem(&venue, &code, NOW).await;
    assert!(redeemed.is_ok());
}

#[tokio::test]
async fn of_two_who_use_a_code_at_once_one_gets_a_session_and_it_does_not_last() {
    let venue = TestRestaurant::with_tables(1).await;
    let account = account(&venue, SARAH).await;
    let code = authorize(&venue, &account, &hash(1))
        .await
        .expect("it is the password");
    let program = Program::calendar();
    let (one, other) = tokio::join!(
        program.redeem(&venue, &code, NOW),
        program.redeem(&venue, &code, NOW)
    );
    let refusals: Vec<_> = [one, other].into_iter().filter_map(Result::err).collect();
    assert_eq!(refusals, [AuthorizationCodeRefusal::Reused]);
    assert_eq!(ends(&venue).await, ["code_reused"]);
}

#[tokio::test]
async fn another_password_takes_back_the_codes_that_nobody_has_used() {
    let venue = TestRestaurant::with_tables(1).await;
    let account = account(&venue, SARAH).await;
    let code = authorize(&venue, &account, &hash(1))
        .await
        .expect("it is the password");
    let (verified, new) = (hash(1), hash(2));
    let changed = venue
        .store
        .change_password(&account.id, (&verified, &new), None, NOW);
    changed.await.expect("it is the password");
    let refused = Program::calendar().redeem(&venue, &code, NOW).await;
    assert_eq!(refused, Err(AuthorizationCodeRefusal::NotFound));
    let stale = authorize(&venue, &account, &hash(1)).await;
    assert!(matches!(stale, Err(StoreError::Refused(PasswordChanged))));
}

#[tokio::test]
async fn refresh_token_serves_its_own_program_and_no_more_than_it_may() {
    let venue = TestRestaurant::with_tables(1).await;
    let account = account(&venue, SARAH).await;
    let begun = session(&venue.store, &account).await;
    let token = presented(&begun.session.family);
    let cases = [
        (
            client("calendar"),
            None,
            Some(RefreshTokenRefusal::OtherClient),
        ),
        (
            client("web"),
            Some(Scopes::new(&[Scope::BookingsRead, Scope::PlatformAdmin])),
            Some(RefreshTokenRefusal::ScopeExceeded),
        ),
        (
            client("web"),
            Some(Scopes::new(&[Scope::BookingsRead])),
            None,
        ),
    ];
    for (client, scopes, refusal) in cases {
        let presented = PresentedRefreshToken {
            token: token.token,
            client,
            scopes,
        };
        let refreshed = venue.store.refresh_token(&presented, NOW).await;
        match (refreshed, refusal) {
            // What it wants this time changes nothing of what it may.
            (Ok(refreshed), None) => assert_eq!(refreshed.session.scopes, begun.session.scopes),
            (Err(StoreError::Refused(got)), Some(refusal)) => assert_eq!(got, refusal),
            (other, _) => panic!("{other:?}"),
        }
    }
    assert_eq!(ends(&venue).await, ["active"]);
}
