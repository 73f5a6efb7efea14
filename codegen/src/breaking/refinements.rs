//! What the law alone cannot see. Every refinement is here, each with its reason:
//!
//! - (a) readers ignore properties and headers that they do not know;
//! - (b) closed vocabularies in answers grow, and readers are told to expect it;
//! - (c) what was promised and no longer comes is missed, though the set of answers only shrank;
//! - (d) absence has a meaning, and an unchanged request must not come to mean something else;
//! - (e) an open object takes any property, but nobody sends what is not written down;
//! - (f) what is no set at all;
//! - (g) a contract protects those whom it concerns, callers or not, and what is looser for callers
//!   may be too loose for them.

use super::change::{Hurts, Verdict};
use super::law::{Class, Direction, Judgement, Presence, Relation, Step, What};

/// What a refinement says of an edit; `None` leaves it to the law.
pub(super) fn refine(what: What, direction: Direction, relation: Relation) -> Option<Judgement> {
    match direction {
        Direction::Request => in_requests(what, relation),
        Direction::Response => in_answers(what, relation),
        Direction::Composed => None,
    }
    .or_else(|| anywhere(what, relation))
}

fn in_requests(what: What, relation: Relation) -> Option<Judgement> {
    Some(match (what, relation) {
        // (e)
        (What::Property(Step::Added, Presence::Optional), Relation::Narrower) => dangerous(
            "request-property-checked",
            Hurts::Senders,
            "the object is open, so callers could send a property of this name with any value; now it has a rule: make sure that nobody does",
        ),
        (What::Property(Step::Removed, _), Relation::Wider) => dangerous(
            "request-property-ignored",
            Hurts::Senders,
            "the object is open, so callers who send it are not refused: what they say is ignored without a word; keep it, or raise the version",
        ),
        _ => return None,
    })
}

fn in_answers(what: What, relation: Relation) -> Option<Judgement> {
    use Hurts::Readers;
    Some(match (what, relation) {
        // (a)
        (What::Property(Step::Added, _), _) => harmless(
            "response-property-added",
            "readers ignore properties that they do not know",
        ),
        (What::AnswerHeader(Step::Added, _), _) => harmless(
            "response-header-added",
            "readers ignore headers that they do not know",
        ),
        (What::OtherProperties, Relation::Wider) => dangerous(
            "response-opened",
            Readers,
            "most readers ignore properties that they do not know, but some hold the object to be closed: keep it closed, and list new properties",
        ),
        // (b)
        (What::Vocabulary, Relation::Wider) => dangerous(
            "response-vocabulary-grown",
            Readers,
            "readers meet a value that they do not know: tell them before it is sent, and make sure that they have a case for the rest",
        ),
        (What::ErrorCodes, Relation::Wider) => dangerous(
            "error-code-added",
            Readers,
            "readers meet a code that they do not know here: they fall back on the status, so make sure that it says enough",
        ),
        (What::Status(Class::Error), Relation::Wider) => dangerous(
            "error-status-added",
            Readers,
            "readers meet a status that they do not know here: they fall back on its class, so make sure that it says enough",
        ),
        (What::Status(Class::Success), Relation::Wider) => breaking(
            "success-status-added",
            Readers,
            "readers take a success that they do not know for a failure, or read the wrong body: answer with what was declared, or raise the version",
        ),
        (What::Status(Class::Unmodified), Relation::Wider) => dangerous(
            "unmodified-status-added",
            Readers,
            "only readers who send a condition meet it, but some may send one that had no effect until now: make sure that nobody else is given it",
        ),
        // (c)
        (What::Status(Class::Unmodified), Relation::Narrower) => dangerous(
            "unmodified-status-removed",
            Readers,
            "readers who send a condition are given the whole answer again: it is allowed, but tell them",
        ),
        (What::Property(Step::Removed, Presence::Required), _) => breaking(
            "response-property-removed",
            Readers,
            "readers were promised that it is always there: keep it, or raise the version",
        ),
        (What::Property(Step::Removed, _), _) => dangerous(
            "response-optional-property-removed",
            Readers,
            "readers who use it find it absent for ever: it is allowed, but tell them",
        ),
        (What::AnswerHeader(Step::Removed, Presence::Required), _) => breaking(
            "response-header-removed",
            Readers,
            "readers were promised that it is always there: keep it, or raise the version",
        ),
        (What::AnswerHeader(Step::Removed, _), _) => dangerous(
            "response-optional-header-removed",
            Readers,
            "readers who use it find it absent for ever: it is allowed, but tell them",
        ),
        (What::ErrorCodes, Relation::Narrower) => dangerous(
            "error-code-removed",
            Readers,
            "readers who handle it wait for it in vain: make sure that the case cannot happen any more, or say which code comes instead",
        ),
        (What::Status(Class::Error), Relation::Narrower) => dangerous(
            "error-status-removed",
            Readers,
            "readers who handle it wait for it in vain: make sure that the case cannot happen any more, or say which status comes instead",
        ),
        (What::Status(Class::Success), Relation::Narrower) => breaking(
            "success-status-removed",
            Readers,
            "readers wait for this success and its body in vain: keep it, or raise the version",
        ),
        (What::AnswerMediaTypes, Relation::Wider) => dangerous(
            "response-media-type-added",
            Readers,
            "callers who do not say what they accept may be given it: keep answering them as before",
        ),
        // (d)
        (What::Default(Step::Changed | Step::Removed), _) => dangerous(
            "response-default-changed",
            Readers,
            "readers who fill in what is absent fill in something else: send the value, rather than leave it out",
        ),
        (What::Default(Step::Added), _) => harmless(
            "response-default-added",
            "readers are told what absence means, which they were not before",
        ),
        _ => return None,
    })
}

fn anywhere(what: What, relation: Relation) -> Option<Judgement> {
    Some(match (what, relation) {
        // (d)
        (What::Default(Step::Changed), _) => breaking(
            "request-default-changed",
            Hurts::Senders,
            "a request that leaves it out, and that nobody has changed, now means something else: keep the default, or raise the version",
        ),
        (What::Default(Step::Added), _) => dangerous(
            "request-default-added",
            Hurts::Senders,
            "a request that leaves it out now has a stated meaning: make sure that it is what the server did before",
        ),
        (What::Default(Step::Removed), _) => dangerous(
            "request-default-removed",
            Hurts::Senders,
            "a request that leaves it out has no stated meaning any more: make sure that the server does what it did before",
        ),
        // (g)
        (What::Security, Relation::Wider) => dangerous(
            "security-widened",
            Hurts::Protected,
            "callers are let in, or told apart, who were not before: make sure that it is meant, for everybody whom the operation protects",
        ),
        (What::PersonalData, Relation::Wider) => dangerous(
            "personal-data-unmarked",
            Hurts::Protected,
            "its values may be written into logs from now on: mark it again, or make sure that nothing in it tells of a person",
        ),
        (What::PersonalData, _) => harmless(
            "personal-data-marked",
            "nothing that travels changes; from now on the values are kept out of logs",
        ),
        // (f)
        (What::Prose, _) => harmless(
            "prose",
            "it is text for people; nothing that travels changes",
        ),
        (What::Unused, _) => harmless(
            "unused-component",
            "no operation reaches it, so no caller meets it",
        ),
        (What::Extension, _) => dangerous(
            "unknown-extension",
            Hurts::Both,
            "nobody here knows what this extension means to callers: find out, and tell them",
        ),
        (What::Unprovable, _) => breaking(
            "unprovable",
            Hurts::Both,
            "nobody here can prove that callers get on with this change: keep it as it was, or raise the version",
        ),
        (What::Version, Relation::Narrower) => breaking(
            "version-lowered",
            Hurts::Both,
            "a version that goes down takes back what was published: give the contract a higher one",
        ),
        (What::Version, _) => harmless(
            "version-raised",
            "it says to callers that the contract has changed",
        ),
        (What::Restated, _) | (_, Relation::Same) => harmless(
            "restated",
            "it means what it meant before, said in another way",
        ),
        _ => return None,
    })
}

fn harmless(rule: &str, reason: &'static str) -> Judgement {
    judgement(rule, Verdict::Harmless, Hurts::Nobody, reason)
}

fn dangerous(rule: &str, hurts: Hurts, reason: &'static str) -> Judgement {
    judgement(rule, Verdict::Dangerous, hurts, reason)
}

fn breaking(rule: &str, hurts: Hurts, reason: &'static str) -> Judgement {
    judgement(rule, Verdict::Breaking, hurts, reason)
}

fn judgement(rule: &str, verdict: Verdict, hurts: Hurts, reason: &'static str) -> Judgement {
    Judgement {
        rule: rule.to_owned(),
        verdict,
        hurts,
        reason,
    }
}
