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
    pub(super) fn of(old_within_new: bool, new_within_old: bool) -> Self {
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
    Status {
        /// Whether it is no error: below 400.
        success: bool,
    },
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
        reason: reason(what, travels, verdict),
    }
}

impl What {
    /// Whether it is something that callers use: it may only grow.
    fn is_offer(self) -> bool {
        matches!(
            self,
            Self::Operations | Self::Names | Self::Servers | Self::AnswerMediaTypes | Self::Links
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
fn reason(what: What, direction: Direction, verdict: Verdict) -> &'static str {
    match (verdict == Verdict::Harmless, direction) {
        (true, Direction::Response) => "every answer is still one that callers were told to expect",
        (true, _) if what.is_offer() => "everything that callers use is still there",
        (true, _) => "everything that callers send is still accepted",
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
            What::Links => "callers follow it: keep it as it was, or raise the version",
            What::AnswerMediaTypes => {
                "callers ask for it with `Accept`: keep offering it, or raise the version"
            }
            _ => {
                "callers who send what was accepted until now are refused: accept it still, or raise the version"
            }
        },
    }
}
