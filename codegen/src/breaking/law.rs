//! The law. The few refinements of it are in `refinements.rs`.
//!
//! Everything in a contract is a set: the values that a schema accepts, the operations that can
//! be called, the names that callers' code uses, the servers, the credentials, the statuses. An
//! edit leaves a set as it was, or makes it wider, narrower, or incomparable with what it was.
//! What that means for callers depends on one thing only: which way the members of the set
//! travel. Other modules compute what an edit does to its set; only these two give verdicts.

use super::change::{Hurts, Verdict};
use super::refinements;

/// What an edit does to a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Relation {
    /// It has the same members.
    Same,
    /// It keeps its members, and may have more.
    Wider,
    /// It has no members that it did not have, and may have fewer.
    Narrower,
    /// It has lost members and gained others, or nobody can prove that it has not.
    Incomparable,
}

impl Relation {
    /// From both inclusions.
    pub(super) fn from_inclusions(old_within_new: bool, new_within_old: bool) -> Self {
        match (old_within_new, new_within_old) {
            (true, true) => Self::Same,
            (true, false) => Self::Wider,
            (false, true) => Self::Narrower,
            (false, false) => Self::Incomparable,
        }
    }

    /// What two edits do together to a set whose members obey both.
    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Same, relation) | (relation, Self::Same) => relation,
            (a, b) if a == b => a,
            _ => Self::Incomparable,
        }
    }

    fn verb(self) -> &'static str {
        match self {
            Self::Same => "kept",
            Self::Wider => "widened",
            Self::Narrower => "narrowed",
            Self::Incomparable => "changed",
        }
    }
}

/// Which way the members of a set travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Direction {
    /// Callers send them: the set may only loosen.
    Request,
    /// Callers read them: the set may only tighten.
    Response,
    /// Below `oneOf`, `not` and the like, where more members here are fewer there: the set may
    /// not change.
    Composed,
}

/// THE LAW: requests may only loosen, responses may only tighten.
fn law(direction: Direction, relation: Relation) -> Verdict {
    match (direction, relation) {
        (_, Relation::Same)
        | (Direction::Request, Relation::Wider)
        | (Direction::Response, Relation::Narrower) => Verdict::Harmless,
        (_, Relation::Incomparable)
        | (Direction::Request, Relation::Narrower)
        | (Direction::Response, Relation::Wider)
        | (Direction::Composed, _) => Verdict::Breaking,
    }
}

/// Whose set it is that an edit changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum What {
    /// The values that a schema, a parameter or a body accepts.
    Values,
    /// The values of an `enum`.
    Vocabulary,
    /// A property that one side does not list.
    Property(Step, Presence),
    /// The properties that are not listed.
    OtherProperties,
    /// What the absence of a value means.
    Default(Step),
    /// A header of an answer that one side does not declare.
    AnswerHeader(Step, Presence),
    /// A status that one side does not declare.
    Status(Class),
    /// The codes of `x-error-codes`.
    ErrorCodes,
    /// The operations that can be called.
    Operations,
    /// The names that callers' code uses.
    Names,
    /// The parameters that can be sent.
    Parameters,
    /// The media types of bodies that are accepted.
    RequestMediaTypes,
    /// The media types of answers that can be asked for.
    AnswerMediaTypes,
    /// The base URLs at which operations are served.
    Servers,
    /// The credentials with which an operation can be called.
    Security,
    /// The ways in which callers come by credentials: flows, their URLs, their scopes.
    Credentials,
    /// The values that are kept out of logs.
    PersonalData,
    /// The links that callers follow.
    Links,
    /// `info.version`.
    Version,
    /// Text for people.
    Prose,
    /// Something that says the same as before in another way.
    Restated,
    /// A component that no operation reaches.
    Unused,
    /// An `x-` key that nobody here knows.
    Extension,
    /// Something whose effect nobody here can compute.
    Unprovable,
}

/// What a status says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Class {
    /// That it was done, or goes on elsewhere: below 400.
    Success,
    /// 304: that the copy which a caller named in a condition is up to date.
    Unmodified,
    /// That it was not done.
    Error,
}

/// Whether what came or went has to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Presence {
    Required,
    Optional,
}

/// How a single value changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Step {
    Added,
    Removed,
    Changed,
}

/// What the law, or a refinement of it, says of an edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Judgement {
    pub(super) rule: String,
    pub(super) verdict: Verdict,
    pub(super) hurts: Hurts,
    pub(super) reason: &'static str,
}

/// The verdict on an edit.
pub(super) fn judge(what: What, direction: Direction, relation: Relation) -> Judgement {
    if let Some(refined) = refinements::refine(what, direction, relation) {
        return refined;
    }
    // What callers may use is judged like what they may send, also where it is found in answers.
    let travels = if what.is_offer() {
        Direction::Request
    } else {
        direction
    };
    let verdict = law(travels, relation);
    let hurts = match (verdict, what, travels) {
        (Verdict::Harmless, ..) => Hurts::Nobody,
        (_, What::Links | What::AnswerMediaTypes, _) | (_, _, Direction::Response) => {
            Hurts::Readers
        }
        (_, What::Names, _) | (_, _, Direction::Composed) => Hurts::Both,
        (_, _, Direction::Request) => Hurts::Senders,
    };
    Judgement {
        rule: format!("{}-{}", what.set(travels), relation.verb()),
        verdict,
        hurts,
        reason: reason(what, travels, verdict, relation),
    }
}

impl What {
    /// Whether it is something that callers use: it may only grow.
    fn is_offer(self) -> bool {
        matches!(
            self,
            Self::Operations
                | Self::Names
                | Self::Servers
                | Self::AnswerMediaTypes
                | Self::Links
                | Self::Credentials
        )
    }

    /// The set's name in the rules of the law.
    fn set(self, direction: Direction) -> &'static str {
        match self {
            Self::Operations => "operations",
            Self::Names => "names",
            Self::Parameters => "parameters",
            Self::RequestMediaTypes => "request-media-types",
            Self::AnswerMediaTypes => "response-media-types",
            Self::Servers => "servers",
            Self::Security => "security",
            Self::Credentials => "credentials",
            Self::Links => "links",
            _ => match direction {
                Direction::Request => "request",
                Direction::Response => "response",
                Direction::Composed => "composition",
            },
        }
    }
}

/// Why the law says so, and what to do.
fn reason(what: What, direction: Direction, verdict: Verdict, relation: Relation) -> &'static str {
    let unproven = relation == Relation::Incomparable;
    match (verdict == Verdict::Harmless, direction) {
        (true, Direction::Response) => "every answer is still one that callers were told to expect",
        (true, _) if what.is_offer() => "everything that callers use is still there",
        (true, _) => "everything that callers send is still accepted",
        (false, Direction::Response) if unproven => {
            "it cannot be proven that every answer is one that callers were told to expect: answer within what was promised, or raise the version"
        }
        (false, Direction::Response) => {
            "callers may be answered what they were told never comes: answer within what was promised, or raise the version"
        }
        (false, Direction::Composed) => {
            "below `oneOf`, `not` and the like nobody can prove that callers get on: keep it as it was, or raise the version"
        }
        (false, Direction::Request) => match what {
            What::Operations => {
                "callers still call it: keep it, marked `deprecated`, or raise the version"
            }
            What::Names => {
                "callers' code uses the old name and no longer compiles: keep the name, or raise the version"
            }
            What::Parameters => {
                "requests of callers who know nothing of this are refused: keep what was accepted, or raise the version"
            }
            What::Servers => {
                "callers still send to the old URL: keep serving it, or raise the version"
            }
            What::Security => {
                "callers without the new credentials are refused: accept the old ones too, or raise the version"
            }
            What::Credentials => {
                "callers come by their credentials in this way: keep it, or raise the version"
            }
            What::Links => "callers follow it: keep it as it was, or raise the version",
            What::AnswerMediaTypes => {
                "callers ask for it with `Accept`: keep offering it, or raise the version"
            }
            _ if unproven => {
                "it cannot be proven that everything that callers send is still accepted: accept what was accepted, or raise the version"
            }
            _ => {
                "callers who send what was accepted until now are refused: accept it still, or raise the version"
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    const RELATIONS: [Relation; 4] = [
        Relation::Same,
        Relation::Wider,
        Relation::Narrower,
        Relation::Incomparable,
    ];

    const DIRECTIONS: [Direction; 3] =
        [Direction::Request, Direction::Response, Direction::Composed];

    /// Every set, so that every refinement is met.
    fn sets() -> Vec<What> {
        let steps = [Step::Added, Step::Removed, Step::Changed];
        let presences = [Presence::Required, Presence::Optional];
        let mut sets = vec![
            What::Values,
            What::Vocabulary,
            What::OtherProperties,
            What::Status(Class::Success),
            What::Status(Class::Unmodified),
            What::Status(Class::Error),
            What::ErrorCodes,
            What::Operations,
            What::Names,
            What::Parameters,
            What::RequestMediaTypes,
            What::AnswerMediaTypes,
            What::Servers,
            What::Security,
            What::Credentials,
            What::PersonalData,
            What::Links,
            What::Version,
            What::Prose,
            What::Restated,
            What::Unused,
            What::Extension,
            What::Unprovable,
        ];
        for step in steps {
            sets.push(What::Default(step));
            for presence in presences {
                sets.push(What::Property(step, presence));
                sets.push(What::AnswerHeader(step, presence));
            }
        }
        sets
    }

    fn judgements() -> impl Iterator<Item = (What, Direction, Relation, Judgement)> {
        sets().into_iter().flat_map(|what| {
            DIRECTIONS.into_iter().flat_map(move |direction| {
                let judged = move |relation| judge(what, direction, relation);
                RELATIONS.map(|relation| (what, direction, relation, judged(relation)))
            })
        })
    }

    #[test]
    fn requests_may_only_loosen_and_answers_may_only_tighten() {
        use Verdict::{Breaking, Harmless};
        for (direction, verdicts) in [
            (Direction::Request, [Harmless, Harmless, Breaking, Breaking]),
            (
                Direction::Response,
                [Harmless, Breaking, Harmless, Breaking],
            ),
            (
                Direction::Composed,
                [Harmless, Breaking, Breaking, Breaking],
            ),
        ] {
            let judged = RELATIONS.map(|relation| judge(What::Values, direction, relation).verdict);
            assert_eq!(judged, verdicts, "{direction:?}");
        }
    }

    #[test]
    fn who_is_hurt_and_why_is_always_said() {
        for (what, direction, relation, judged) in judgements() {
            let harmless = judged.verdict == Verdict::Harmless;
            let name = format!("{what:?} {direction:?} {relation:?}: {judged:?}");
            assert_eq!(harmless, judged.hurts == Hurts::Nobody, "{name}");
            assert!(!judged.reason.ends_with('.'), "{name}");
            // What hurts can be acted on: what to do follows a colon or a semicolon.
            assert!(harmless || judged.reason.contains([':', ';']), "{name}");
            let id = judged
                .rule
                .chars()
                .all(|c| c == '-' || c.is_ascii_lowercase());
            assert!(id && !judged.rule.contains("kept"), "{name}");
        }
    }

    /// What the goldens do not show, nobody has looked at.
    #[test]
    fn every_rule_that_is_a_refinement_is_met_by_an_edit_in_a_golden_file() {
        let goldens = [
            include_str!("../../tests/breaking/booking-api.txt"),
            include_str!("../../tests/breaking/edits.txt"),
            include_str!("../../tests/breaking/keys.txt"),
            include_str!("../../tests/breaking/schemas.txt"),
        ];
        let refined: BTreeSet<String> = judgements()
            .filter(|(what, direction, relation, _)| {
                refinements::refine(*what, *direction, *relation).is_some()
            })
            .map(|(.., judged)| judged.rule)
            .collect();
        assert!(refined.len() > 20, "{refined:?}");
        let unmet: Vec<&String> = refined
            .iter()
            .filter(|rule| {
                !goldens.iter().any(|golden| {
                    golden.contains(&format!("{rule}:")) || golden.contains(&format!("({rule}"))
                })
            })
            .collect();
        assert_eq!(unmet, Vec::<&String>::new());
    }
}
