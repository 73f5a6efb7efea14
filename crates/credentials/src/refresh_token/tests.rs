//! Single uses, and sequences of two clients that hold the same token.

use proptest::prelude::*;

use super::*;

const DAY: i64 = 86_400;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn key() -> RefreshTokenKey {
    RefreshTokenKey::new(&SecretKey::from_random([7; 32]))
}

fn family() -> RefreshFamily {
    RefreshFamily::new([1; 16], at(0))
}

/// The token of a generation, whether it has been given out or not.
fn token(generation: u32) -> AuthenticRefreshToken {
    AuthenticRefreshToken {
        family_id: family().id,
        generation,
    }
}

fn rotated(family: RefreshFamily, second: i64) -> RefreshFamily {
    match family.rotate(token(family.generation), at(second)) {
        Rotation::Rotated(family) => family,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_token_is_known_to_the_server_that_made_it_only() {
    let family = RefreshFamily {
        generation: 3,
        ..family()
    };
    let text = key().token(&family).expose_text();
    assert_eq!(text.expose_secret().len(), 73);
    let presented = RefreshToken::parse(text.expose_secret()).unwrap();
    assert_eq!(key().authenticate(&presented), Some(token(3)));
    assert!(presented.digest().matches(&key().token(&family).digest()));
    let stranger = RefreshTokenKey::new(&SecretKey::from_random([8; 32]));
    assert_eq!(stranger.authenticate(&presented), None);
}

#[test]
fn a_token_is_not_shown() {
    let token = key().token(&family());
    let text = token.expose_text();
    let shown = format!("{token:?} {text:?} {:?}", key());
    assert!(
        !shown.contains("rt_") && shown.contains("REDACTED"),
        "{shown}"
    );
}

#[test]
fn the_latest_token_is_rotated() {
    let next = rotated(family(), 100);
    assert_eq!(
        next,
        RefreshFamily {
            generation: 1,
            rotated_at: at(100),
            ..family()
        }
    );
}

#[test]
fn its_predecessor_is_answered_again_for_ten_seconds() {
    let family = rotated(family(), 100);
    assert_eq!(
        family.rotate(token(0), at(109)),
        Rotation::AnsweredAgain(family)
    );
    let revoked = RefreshFamily {
        revoked_at: Some(at(110)),
        ..family
    };
    assert_eq!(family.rotate(token(0), at(110)), Rotation::Reused(revoked));
}

#[test]
fn its_predecessor_is_not_answered_again_once_the_successor_is_used() {
    let family = rotated(rotated(family(), 100), 101);
    assert!(matches!(
        family.rotate(token(0), at(102)),
        Rotation::Reused(_)
    ));
    assert!(matches!(
        family.rotate(token(1), at(102)),
        Rotation::AnsweredAgain(_)
    ));
}

#[test]
fn a_token_that_was_never_given_out_revokes() {
    assert!(matches!(
        family().rotate(token(1), at(1)),
        Rotation::Reused(_)
    ));
}

#[test]
fn a_revoked_family_stays_so() {
    let family = family().revoked(at(5));
    assert_eq!(family.revoked(at(6)), family);
    assert_eq!(family.rotate(token(0), at(6)), Rotation::Revoked);
}

#[test]
fn a_token_of_another_family_opens_nothing() {
    let other = AuthenticRefreshToken {
        family_id: Uuid::from_u128(9),
        generation: 0,
    };
    assert_eq!(family().rotate(other, at(1)), Rotation::Revoked);
}

#[test]
fn thirty_days_unused_or_ninety_in_all_are_the_end() {
    assert_eq!(family().rotate(token(0), at(30 * DAY)), Rotation::Expired);
    let mut family = rotated(family(), 30 * DAY - 1);
    assert_eq!(family.expires_at(), at(60 * DAY - 1));
    family = rotated(family, 50 * DAY);
    family = rotated(family, 75 * DAY);
    assert_eq!(family.expires_at(), at(90 * DAY));
    family = rotated(family, 90 * DAY - 1);
    assert_eq!(
        family.rotate(token(family.generation), at(90 * DAY)),
        Rotation::Expired
    );
}

#[test]
fn the_last_generation_of_all_is_the_end() {
    let family = RefreshFamily {
        generation: u32::MAX,
        ..family()
    };
    assert_eq!(family.rotate(token(u32::MAX), at(1)), Rotation::Expired);
}

/// The server's side of a family, which applies what was decided.
struct Server(RefreshFamily);

impl Server {
    /// The generation that is answered, or none where the caller is logged out.
    fn refresh(&mut self, generation: u32, second: i64) -> Option<u32> {
        match self.0.rotate(token(generation), at(second)) {
            Rotation::Rotated(family) | Rotation::AnsweredAgain(family) => {
                self.0 = family;
                Some(family.generation)
            }
            Rotation::Reused(family) => {
                self.0 = family;
                None
            }
            Rotation::Expired | Rotation::Revoked => None,
        }
    }
}

proptest! {
    /// Each round, the tabs of a browser ask with the token that the browser has, some of them
    /// before the first is answered.
    #[test]
    fn two_tabs_at_once_are_never_logged_out(
        rounds in prop::collection::vec((11..DAY, prop::collection::vec(0..10_i64, 1..4)), 1..40),
    ) {
        let mut server = Server(family());
        let mut browser = 0;
        let mut now = 0;
        for (pause, mut tabs) in rounds {
            now += pause;
            tabs.sort_unstable();
            // The grace runs from the first use.
            let first = now + tabs[0];
            let answers: Vec<_> = tabs
                .iter()
                .map(|delay| server.refresh(browser, (now + delay).min(first + 9)))
                .collect();
            prop_assert_eq!(&answers, &vec![Some(browser + 1); answers.len()]);
            browser = server.0.generation;
        }
    }

    /// Whatever has happened to a family: a token that is older than the grace allows is the end.
    #[test]
    fn an_old_token_always_revokes(
        pauses in prop::collection::vec(0..DAY, 2..40),
        stolen in any::<prop::sample::Index>(),
        wait in 0..DAY,
    ) {
        let mut server = Server(family());
        let mut now = 0;
        for pause in &pauses {
            now += pause;
            prop_assert!(server.refresh(server.0.generation, now).is_some());
        }
        let stolen = u32::try_from(stolen.index(pauses.len())).unwrap();
        let predecessor = stolen + 1 == server.0.generation;
        prop_assume!(!predecessor || wait >= 10);
        prop_assert_eq!(server.refresh(stolen, now + wait), None);
        prop_assert!(server.0.revoked_at.is_some());
        prop_assert_eq!(server.refresh(server.0.generation, now + wait), None);
    }

    /// A thief copies the token and both go on, each with what was answered: when each has been
    /// answered once and asks again, the family is revoked, whoever was first.
    #[test]
    fn a_thief_and_the_owner_cannot_both_go_on(
        turns in prop::collection::vec((any::<bool>(), 10..DAY), 2..40),
    ) {
        let mut server = Server(family());
        let mut held = [0, 0];
        let mut now = 0;
        for (index, (thief, pause)) in turns.iter().enumerate() {
            now += pause;
            let who = usize::from(*thief);
            let both = turns[..index].iter().any(|(earlier, _)| earlier != thief);
            match server.refresh(held[who], now) {
                Some(generation) => held[who] = generation,
                None => {
                    prop_assert!(server.0.revoked_at.is_some());
                    return Ok(());
                }
            }
            prop_assert!(!both, "{turns:?}");
        }
    }

    #[test]
    fn a_forged_token_is_not_authentic(position in 0..LENGTH, change in 1..=255_u8) {
        let token = key().token(&family());
        let mut bytes = *token.0.expose_secret();
        bytes[position] ^= change;
        prop_assert_eq!(key().authenticate(&RefreshToken(SecretBox::new(Box::new(bytes)))), None);
    }

    #[test]
    fn any_text_is_read_without_panic(text in any::<String>(), tail in "[A-Za-z0-9_-]{70}") {
        prop_assert!(RefreshToken::parse(&text).is_err());
        if let Ok(token) = RefreshToken::parse(&format!("rt_{tail}")) {
            prop_assert_eq!(key().authenticate(&token), None);
        }
    }
}
