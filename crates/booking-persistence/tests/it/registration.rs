//! `registerUser`, `verifyEmail`, `requestPasswordReset` and `resetPassword`.

use booking_domain::MessageKind;
use booking_persistence::{OneTimeTokenRefusal, PasswordChanged, StoreError};
use credentials::{ExposeSecret, OneTimeToken, OneTimeTokenPurpose, OneTimeTokenRejection};
use jiff::ToSpan;

use crate::accounts::{SARAH, account, ends, hash, login_of, mailed, mails, registration, session};
use crate::support::{NOW, TestRestaurant, email};

const NOT_FOUND: OneTimeTokenRefusal = OneTimeTokenRefusal::NotFound;
const EXPIRED: OneTimeTokenRefusal = OneTimeTokenRefusal::Rejected(OneTimeTokenRejection::Expired);

/// What an operation was refused with.
fn refusal<T: std::fmt::Debug, R>(outcome: Result<T, StoreError<R>>) -> R {
    match outcome {
        Err(StoreError::Refused(refusal)) => refusal,
        Err(_) => panic!("the database is at fault"),
        Ok(done) => panic!("{done:?}"),
    }
}

#[tokio::test]
async fn who_reads_the_mail_gets_the_account() {
    let venue = TestRestaurant::with_tables(1).await;
    let registration = registration(SARAH);
    venue
        .store
        .register_user(&registration, NOW)
        .await
        .expect("anybody may");
    let accounts = "SELECT count(*)::text AS line FROM accounts";
    assert_eq!(venue.texts(accounts).await, ["0"]);
    assert_eq!(
        mails(&venue, &registration.email).await,
        ["verify_email Sarah Chen"]
    );

    let token = mailed(&venue, MessageKind::VerifyEmail, &registration.email).await;
    let found = venue
        .store
        .find_registration(&token, NOW)
        .await
        .expect("it is good");
    assert_eq!(found.name, registration.name);
    assert_eq!(found.email.as_str(), "sarah.chen@example.com");

    let account = venue
        .store
        .verify_email(&token, &hash(1), NOW)
        .await
        .expect("it is good");
    assert_eq!(account.email_verified_at, NOW);
    assert!(!account.is_platform_admin);
    let read = venue.store.get_me(&account.id).await.expect("it is there");
    assert_eq!(read, account);
    let login = venue
        .store
        .find_password_login(&email("SARAH.CHEN@EXAMPLE.COM"))
        .await;
    let login = login.expect("it is read").expect("there is an account");
    assert_eq!((login.account, login.password_hash), (account, hash(1)));
}

#[tokio::test]
async fn clear_token_is_in_its_mail_only() {
    let venue = TestRestaurant::with_tables(1).await;
    let registration = registration(SARAH);
    venue
        .store
        .register_user(&registration, NOW)
        .await
        .expect("anybody may");
    let token = mailed(&venue, MessageKind::VerifyEmail, &registration.email).await;
    let hex: String = token
        .digest()
        .as_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let stored = "SELECT encode(digest, 'hex') AS line FROM one_time_tokens";
    assert_eq!(venue.texts(stored).await, [hex]);
}

#[tokio::test]
async fn known_address_is_told_by_mail_and_nothing_else_changes() {
    let venue = TestRestaurant::with_tables(1).await;
    let before = account(&venue, SARAH).await;
    venue.sql("DELETE FROM messages").await;
    let again = registration("sarah.chen@EXAMPLE.com");
    for _ in 0..2 {
        venue
            .store
            .register_user(&again, NOW)
            .await
            .expect("anybody may");
    }
    assert_eq!(
        mails(&venue, &again.email).await,
        ["account_exists Sarah Chen"]
    );
    let tokens = "SELECT count(*)::text AS line FROM one_time_tokens";
    assert_eq!(venue.texts(tokens).await, ["0"]);
    assert_eq!(
        venue.store.get_me(&before.id).await.expect("it is there"),
        before
    );
}

#[tokio::test]
async fn guest_who_registers_stays_the_same_user() {
    let venue = TestRestaurant::with_tables(1).await;
    venue.book(&venue.request()).await.expect("a table is free");
    account(&venue, SARAH).await;
    let users = "SELECT concat_ws(' ', email, users.phone) AS line FROM users JOIN accounts USING (user_id)";
    assert_eq!(
        venue.texts(users).await,
        ["sarah.chen@example.com +15551234567"]
    );
}

#[tokio::test]
async fn newer_token_takes_the_place_of_the_older() {
    let venue = TestRestaurant::with_tables(1).await;
    let registration = registration(SARAH);
    venue
        .store
        .register_user(&registration, NOW)
        .await
        .expect("anybody may");
    let older = mailed(&venue, MessageKind::VerifyEmail, &registration.email).await;
    venue
        .store
        .register_user(&registration, NOW)
        .await
        .expect("anybody may");
    let newer = mailed(&venue, MessageKind::VerifyEmail, &registration.email).await;
    assert_eq!(mails(&venue, &registration.email).await.len(), 1);
    let refused = venue.store.verify_email(&older, &hash(1), NOW).await;
    assert_eq!(refusal(refused), NOT_FOUND);
    venue
        .store
        .verify_email(&newer, &hash(1), NOW)
        .await
        .expect("it is good");
}

#[tokio::test]
async fn token_that_is_no_good_opens_nothing() {
    let venue = TestRestaurant::with_tables(1).await;
    let registration = registration(SARAH);
    venue
        .store
        .register_user(&registration, NOW)
        .await
        .expect("anybody may");
    let token = mailed(&venue, MessageKind::VerifyEmail, &registration.email).await;

    let late = NOW + 24.hours();
    assert_eq!(
        refusal(venue.store.find_registration(&token, late).await),
        EXPIRED
    );
    assert_eq!(
        refusal(venue.store.verify_email(&token, &hash(1), late).await),
        EXPIRED
    );
    let strange = OneTimeToken::from_random(OneTimeTokenPurpose::EmailVerification, [9; 32]);
    assert_eq!(
        refusal(venue.store.find_registration(&strange, NOW).await),
        NOT_FOUND
    );
    assert_eq!(
        refusal(venue.store.verify_email(&strange, &hash(1), NOW).await),
        NOT_FOUND
    );
    // One that verifies an address resets no password.
    assert_eq!(
        refusal(venue.store.find_password_reset(&token, NOW).await),
        NOT_FOUND
    );
    assert_eq!(
        refusal(venue.store.reset_password(&token, &hash(1), NOW).await),
        NOT_FOUND
    );

    let rows =
        "SELECT count(*)::text AS line FROM accounts UNION ALL SELECT count(*)::text FROM users";
    assert_eq!(venue.texts(rows).await, ["0", "0"]);
    venue
        .store
        .verify_email(&token, &hash(1), NOW)
        .await
        .expect("it is still good");
    assert_eq!(
        refusal(venue.store.verify_email(&token, &hash(2), NOW).await),
        NOT_FOUND
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_ten_who_use_a_token_at_once_one_succeeds() {
    let venue = TestRestaurant::with_tables(1).await;
    let registration = registration(SARAH);
    venue
        .store
        .register_user(&registration, NOW)
        .await
        .expect("anybody may");
    let token = mailed(&venue, MessageKind::VerifyEmail, &registration.email).await;
    let text = token.expose_text();
    let uses: Vec<_> = (0..10)
        .map(|number| {
            let (store, text) = (venue.store.clone(), text.clone());
            tokio::spawn(async move {
                let purpose = OneTimeTokenPurpose::EmailVerification;
                let token = OneTimeToken::parse(purpose, text.expose_secret()).expect("it is one");
                store.verify_email(&token, &hash(number), NOW).await
            })
        })
        .collect();
    let mut accounts = Vec::new();
    for used in uses {
        match used.await.expect("it does not panic") {
            Ok(account) => accounts.push(account),
            refused => assert_eq!(refusal(refused), NOT_FOUND),
        }
    }
    assert_eq!(accounts.len(), 1);
    let stored = "SELECT public_id AS line FROM accounts";
    assert_eq!(venue.texts(stored).await, [accounts[0].id.as_str()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_registrations_at_once_leave_one_mail_and_its_token_is_good() {
    let venue = TestRestaurant::with_tables(1).await;
    let registration = registration(SARAH);
    let registrations: Vec<_> = (0..10)
        .map(|_| {
            let (store, registration) = (venue.store.clone(), registration.clone());
            tokio::spawn(async move { store.register_user(&registration, NOW).await })
        })
        .collect();
    for registered in registrations {
        registered
            .await
            .expect("it does not panic")
            .expect("anybody may");
    }
    assert_eq!(mails(&venue, &registration.email).await.len(), 1);
    let token = mailed(&venue, MessageKind::VerifyEmail, &registration.email).await;
    venue
        .store
        .verify_email(&token, &hash(1), NOW)
        .await
        .expect("it is good");
}

#[tokio::test]
async fn reset_password_ends_every_session_and_the_old_password() {
    let venue = TestRestaurant::with_tables(1).await;
    let account = account(&venue, SARAH).await;
    session(&venue.store, &account).await;
    session(&venue.store, &account).await;
    venue
        .store
        .request_password_reset(&email(SARAH), NOW)
        .await
        .expect("anybody may");
    let token = mailed(&venue, MessageKind::ResetPassword, &account.email).await;
    let found = venue
        .store
        .find_password_reset(&token, NOW)
        .await
        .expect("it is good");
    assert_eq!(found, account);
    let late = venue
        .store
        .reset_password(&token, &hash(2), NOW + 1.hour())
        .await;
    assert_eq!(refusal(late), EXPIRED);
    assert_eq!(ends(&venue).await, ["active", "active"]);

    let reset = venue
        .store
        .reset_password(&token, &hash(2), NOW)
        .await
        .expect("it is good");
    assert_eq!(reset, account);
    assert_eq!(ends(&venue).await, ["password_reset", "password_reset"]);
    let old = venue.store.login(&login_of(&account, hash(1)), NOW).await;
    assert_eq!(refusal(old), PasswordChanged);
    venue
        .store
        .login(&login_of(&account, hash(2)), NOW)
        .await
        .expect("it is the password");
    assert_eq!(
        refusal(venue.store.reset_password(&token, &hash(3), NOW).await),
        NOT_FOUND
    );
}

#[tokio::test]
async fn reset_for_an_unknown_address_is_told_by_mail() {
    let venue = TestRestaurant::with_tables(1).await;
    let nobody = email("nobody@example.com");
    venue
        .store
        .request_password_reset(&nobody, NOW)
        .await
        .expect("anybody may");
    assert_eq!(mails(&venue, &nobody).await, ["no_account"]);
    let tokens = "SELECT count(*)::text AS line FROM one_time_tokens";
    assert_eq!(venue.texts(tokens).await, ["0"]);
}

#[tokio::test]
async fn mail_waits_with_its_token_until_it_is_sent() {
    let venue = TestRestaurant::with_tables(1).await;
    let registration = registration(SARAH);
    venue
        .store
        .register_user(&registration, NOW)
        .await
        .expect("anybody may");
    let nobody = email("nobody@example.com");
    venue
        .store
        .request_password_reset(&nobody, NOW)
        .await
        .expect("anybody may");
    let pending = venue
        .store
        .pending_messages(10)
        .await
        .expect("they are read");
    let kinds: Vec<_> = pending.iter().map(|mail| mail.kind).collect();
    assert_eq!(kinds, [MessageKind::VerifyEmail, MessageKind::NoAccount]);
    let (mail, token) = (
        &pending[0],
        mailed(&venue, MessageKind::VerifyEmail, &registration.email).await,
    );
    let sent = mail.token.as_ref().map(ExposeSecret::expose_secret);
    assert_eq!(sent, Some(token.expose_text().expose_secret()));
    assert_eq!(
        (mail.name.as_ref(), mail.created_at),
        (Some(&registration.name), NOW)
    );

    for was_pending in [true, false] {
        let marked = venue.store.mark_message_sent(mail.id, NOW).await;
        assert_eq!(marked.expect("it is written"), was_pending);
    }
    assert_eq!(
        venue
            .store
            .pending_messages(10)
            .await
            .expect("they are read")
            .len(),
        1
    );
    let kept = "SELECT count(token)::text AS line FROM messages";
    assert_eq!(venue.texts(kept).await, ["0"]);
    venue
        .store
        .verify_email(&token, &hash(1), NOW)
        .await
        .expect("it is good");
}
