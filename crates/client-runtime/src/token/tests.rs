use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::join_all;
use tokio::sync::watch;

use super::*;

/// What a test's refreshes do: they wait until they may end, and are counted.
#[derive(Clone)]
struct Issuer {
    asked: Arc<AtomicUsize>,
    is_open: watch::Sender<bool>,
    fails: watch::Sender<bool>,
    now: Arc<Mutex<Instant>>,
}

impl Issuer {
    fn new() -> Self {
        Self {
            asked: Arc::default(),
            is_open: watch::Sender::new(true),
            fails: watch::Sender::new(false),
            now: Arc::new(Mutex::new(Instant::now())),
        }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    fn advance(&self, seconds: u64) {
        *self.now.lock().expect("no test panics with it") += Duration::from_secs(seconds);
    }

    /// A source that begins with `token`; the refresh token counts the refreshes that succeeded.
    fn source(&self, token: Option<AccessToken>) -> RefreshingToken<usize> {
        let (issuer, now) = (self.clone(), Arc::clone(&self.now));
        let refresh = move |generation: usize| {
            let issuer = issuer.clone();
            async move {
                issuer.asked.fetch_add(1, Ordering::SeqCst);
                let mut is_open = issuer.is_open.subscribe();
                is_open
                    .wait_for(|is_open| *is_open)
                    .await
                    .expect("the issuer is there");
                if *issuer.fails.borrow() {
                    return Err(TokenError::new("the issuer is away"));
                }
                Ok((token_of(generation + 1), generation + 1))
            }
        };
        let clock = move || *now.lock().expect("no test panics with it");
        RefreshingToken::with_clock(token, 0, refresh, clock)
    }
}

fn token_of(generation: usize) -> AccessToken {
    AccessToken::new(format!("token-{generation}")).expires_in(Duration::from_secs(900))
}

async fn given(source: &RefreshingToken<usize>) -> Result<String, String> {
    let token = TokenSource::token(source).await;
    token
        .map(|token| token.text.expose_secret().to_owned())
        .map_err(|error| error.to_string())
}

#[tokio::test]
async fn a_token_is_refreshed_shortly_before_it_expires_and_each_refresh_token_is_used_once() {
    let issuer = Issuer::new();
    let source = issuer.source(Some(token_of(0)));
    for generation in 0..3 {
        let expected = Ok(format!("token-{generation}"));
        assert_eq!(given(&source).await, expected);
        issuer.advance(869);
        assert_eq!(given(&source).await, expected);
        assert_eq!(
            (issuer.asked(), source.refresh_token()),
            (generation, generation)
        );
        issuer.advance(1);
    }
}

#[tokio::test]
async fn a_token_of_a_short_life_is_used_for_most_of_it() {
    let issuer = Issuer::new();
    let token = AccessToken::new("short").expires_in(Duration::from_secs(20));
    let source = issuer.source(Some(token));
    issuer.advance(14);
    assert_eq!(given(&source).await.as_deref(), Ok("short"));
    issuer.advance(1);
    assert_eq!(given(&source).await.as_deref(), Ok("token-1"));
}

#[tokio::test]
async fn a_token_without_a_lifetime_is_good_until_it_is_refused() {
    let issuer = Issuer::new();
    let lasting = AccessToken::new("lasting");
    for token in [lasting.clone(), lasting.expires_in(Duration::MAX)] {
        let source = issuer.source(Some(token.clone()));
        issuer.advance(1 << 30);
        assert_eq!(given(&source).await.as_deref(), Ok("lasting"));
        source.reject(&token);
        assert_eq!(given(&source).await.as_deref(), Ok("token-1"));
    }
}

#[tokio::test]
async fn all_who_need_a_token_wait_for_one_refresh() {
    let issuer = Issuer::new();
    let source = issuer.source(None);
    issuer.is_open.send_replace(false);
    let calls = join_all((0..50).map(|_| given(&source)));
    let opens = async {
        // Every call has been polled when this one is.
        issuer.is_open.send_replace(true);
    };
    let (tokens, ()) = tokio::join!(calls, opens);
    assert_eq!(tokens, vec![Ok("token-1".to_owned()); 50]);
    assert_eq!(issuer.asked(), 1);
}

#[tokio::test]
async fn a_failed_refresh_fails_all_who_waited_and_the_next_call_tries_again() {
    let issuer = Issuer::new();
    let source = issuer.source(None);
    issuer.is_open.send_replace(false);
    issuer.fails.send_replace(true);
    let calls = join_all((0..50).map(|_| given(&source)));
    let opens = async { issuer.is_open.send_replace(true) };
    let (tokens, _) = tokio::join!(calls, opens);
    assert_eq!(tokens, vec![Err("the issuer is away".to_owned()); 50]);
    assert_eq!(issuer.asked(), 1);
    issuer.fails.send_replace(false);
    assert_eq!(given(&source).await.as_deref(), Ok("token-1"));
    assert_eq!(issuer.asked(), 2);
}

#[tokio::test]
async fn an_old_token_is_used_to_its_end_while_refreshes_fail_unless_it_was_refused() {
    let issuer = Issuer::new();
    let source = issuer.source(Some(token_of(0)));
    issuer.fails.send_replace(true);
    issuer.advance(899);
    assert_eq!(given(&source).await.as_deref(), Ok("token-0"));
    assert_eq!(issuer.asked(), 1);
    issuer.advance(1);
    let error = given(&source).await;
    assert_eq!(error.as_deref().unwrap_err(), "the issuer is away");
    let source = issuer.source(Some(token_of(0)));
    source.reject(&token_of(0));
    assert_eq!(given(&source).await, error);
}

#[tokio::test]
async fn a_refresh_is_not_lost_with_the_call_that_began_it() {
    let issuer = Issuer::new();
    let source = issuer.source(None);
    issuer.is_open.send_replace(false);
    assert_eq!(given(&source).now_or_never(), None);
    assert_eq!(issuer.asked(), 1);
    issuer.is_open.send_replace(true);
    assert_eq!(given(&source).await.as_deref(), Ok("token-1"));
    assert_eq!((issuer.asked(), source.refresh_token()), (1, 1));
}

#[tokio::test]
async fn a_token_that_many_calls_saw_refused_is_replaced_once() {
    let issuer = Issuer::new();
    let source = issuer.source(Some(token_of(0)));
    let refused = token_of(0);
    let calls = (0..50).map(|_| DynTokenSource::replace(&source, &refused));
    for next in join_all(calls).await {
        let next = next.expect("the issuer is there").expect("another one");
        assert!(next.is_same(&token_of(1)), "{next:?}");
    }
    assert_eq!(issuer.asked(), 1);
}

#[test]
fn what_is_shown_has_no_token() {
    let source = Issuer::new().source(Some(token_of(0)));
    let shown = format!("{source:?} {:?}", token_of(0));
    assert!(!shown.contains("token-"), "{shown}");
}
