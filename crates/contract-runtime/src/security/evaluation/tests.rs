//! The evaluation against a model of it, in sets.

use std::collections::BTreeSet;

use http::HeaderMap;
use proptest::prelude::*;

use super::*;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Right {
    Read,
    Write,
    Manage,
}

impl Scope for Right {
    fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Manage => "manage",
        }
    }
}

/// How many schemes there are.
const SCHEMES: usize = 3;

/// One alternative: the schemes that it demands, each with scopes.
type Alternative = Vec<(usize, BTreeSet<Right>)>;

/// What each scheme has granted to a caller.
type Grants = Vec<Option<BTreeSet<Right>>>;

fn rights() -> impl Strategy<Value = BTreeSet<Right>> {
    prop::sample::subsequence(vec![Right::Read, Right::Write, Right::Manage], 0..=3)
        .prop_map(|rights| rights.into_iter().collect())
}

fn alternative() -> impl Strategy<Value = Alternative> {
    let schemes = prop::sample::subsequence((0..SCHEMES).collect::<Vec<_>>(), 0..=SCHEMES);
    (schemes, prop::collection::vec(rights(), SCHEMES))
        .prop_map(|(schemes, rights)| schemes.into_iter().zip(rights).collect())
}

fn grants() -> impl Strategy<Value = Grants> {
    prop::collection::vec(prop::option::of(rights()), SCHEMES)
}

/// The contract's meaning: the first alternative that is met, or the status of the refusal.
fn expected(alternatives: &[Alternative], grants: &Grants) -> Result<usize, u16> {
    let is_presented = |alternative: &&Alternative| {
        alternative
            .iter()
            .all(|(scheme, _)| grants[*scheme].is_some())
    };
    let is_met = |alternative: &Alternative| {
        alternative.iter().all(|(scheme, scopes)| {
            grants[*scheme]
                .as_ref()
                .is_some_and(|granted| scopes.is_subset(granted))
        })
    };
    alternatives.iter().position(is_met).ok_or_else(|| {
        if alternatives.iter().any(|one| is_presented(&one)) {
            403
        } else {
            401
        }
    })
}

/// The same as generated code asks.
fn found(alternatives: &[Alternative], grants: &Grants) -> Result<usize, Box<ErrorResponse>> {
    let headers = HeaderMap::new();
    let mut evaluation = Evaluation::new(&Credentials::new(&headers));
    let grants: Vec<Option<Grant<(), Right>>> = grants
        .iter()
        .map(|scopes| scopes.clone().map(|scopes| Grant::new((), scopes)))
        .collect();
    for (index, alternative) in alternatives.iter().enumerate() {
        let met: Vec<SchemeMatch> = alternative
            .iter()
            .map(|(scheme, scopes)| {
                let scopes: Vec<Right> = scopes.iter().copied().collect();
                SchemeMatch::new(grants[*scheme].as_ref(), &scopes)
            })
            .collect();
        if evaluation.accepts(&met) {
            return Ok(index);
        }
    }
    Err(evaluation.refuse(&["Bearer realm=\"test\"".to_owned()]))
}

proptest! {
    #[test]
    fn the_first_alternative_that_is_met_lets_in_and_else_the_status_says_what_is_missing(
        alternatives in prop::collection::vec(alternative(), 1..5),
        grants in grants(),
    ) {
        let expected = expected(&alternatives, &grants);
        let found = found(&alternatives, &grants);
        let in_short = found.as_ref().map(|index| *index).map_err(|refused| refused.status.as_u16());
        prop_assert_eq!(in_short, expected);
        if let Err(refused) = found {
            prop_assert!(refused.headers.contains_key(header::WWW_AUTHENTICATE));
        }
    }

    #[test]
    fn more_grants_never_shut_a_door(
        alternatives in prop::collection::vec(alternative(), 1..5),
        grants in grants(),
        more in grants(),
    ) {
        let union: Grants = grants
            .iter()
            .zip(&more)
            .map(|(one, other)| match (one, other) {
                (None, None) => None,
                _ => Some(one.iter().chain(other).flatten().copied().collect()),
            })
            .collect();
        if found(&alternatives, &grants).is_ok() {
            prop_assert!(found(&alternatives, &union).is_ok());
        }
    }
}

#[test]
fn a_refusal_says_which_scopes_are_demanded() {
    let read_and_write = vec![(0, BTreeSet::from([Right::Read, Right::Write]))];
    let grants = vec![Some(BTreeSet::from([Right::Read])), None, None];
    let refused = found(&[read_and_write], &grants).expect_err("a scope is missing");
    assert_eq!((refused.status.as_u16(), refused.code), (403, "FORBIDDEN"));
    assert_eq!(
        refused.headers[header::WWW_AUTHENTICATE],
        "Bearer error=\"insufficient_scope\", scope=\"read write\""
    );
}

#[test]
fn what_no_header_can_carry_is_a_fault_and_no_open_door() {
    let headers = HeaderMap::new();
    let evaluation = Evaluation::new(&Credentials::new(&headers));
    let refused = evaluation.refuse(&["Bearer realm=\"a\nb\"".to_owned()]);
    assert_eq!(refused.status, StatusCode::INTERNAL_SERVER_ERROR);
}
