//! Entity tags (RFC 9110, 8.8.3): the version of what is answered, in quotes, and behind a dot that of what is
//! shown beside it and changes by itself; behind another one a digest of what the hour has brought.

use booking_api::errors;
use booking_api::types::{self, EntityTag};
use contract_runtime::rules::{BoundedText, TextRules};
use contract_runtime::{FieldName, Problem};

/// The tag of something of this version.
pub(crate) fn entity_tag(version: i32) -> EntityTag {
    EntityTag::from_bounded(Versions(version, None, None))
}

/// The tag of something of this version that shows something else of the version `beside`, and `shown`,
/// which has no version: time alone brings it, and takes it away.
pub(crate) fn entity_tag_with(version: i32, beside: i32, shown: &[&str]) -> EntityTag {
    // FNV-1a, with something between two texts that is in none.
    let bytes = shown.iter().flat_map(|text| text.bytes().chain([0]));
    let digest = bytes.fold(0x811c_9dc5_u32, |digest, byte| {
        (digest ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    let digest = (!shown.is_empty()).then_some(digest);
    EntityTag::from_bounded(Versions(version, Some(beside), digest))
}

/// One version or two, which are a strong tag between its quotes: at most ten digits and a sign each; and a
/// digest of eight.
struct Versions(i32, Option<i32>, Option<u32>);

impl BoundedText for Versions {
    const RULES: TextRules = TextRules {
        min_length: Some(3),
        max_length: Some(34),
        pattern: Some("^\"[!#-~]{1,64}\"$"),
        format: None,
    };

    fn into_string(self) -> String {
        match self {
            Self(own, None, _) => format!("\"{own}\""),
            Self(own, Some(beside), None) => format!("\"{own}.{beside}\""),
            Self(own, Some(beside), Some(digest)) => format!("\"{own}.{beside}.{digest:x}\""),
        }
    }
}

/// The versions that `If-Match` allows to change; `None` for `*`, which allows any. A weak tag
/// allows nothing, and neither does one that is no version of ours.
pub(crate) fn expected_versions(condition: types::EntityTagCondition) -> Option<Vec<i32>> {
    let condition = condition.get();
    let versions = condition.strong_tags()?.filter_map(version_of).collect();
    Some(versions)
}

/// The versions that `If-Match` allows to change, where a change without it is refused.
pub(crate) fn required_versions<E: From<errors::PreconditionRequired>>(
    condition: Option<types::EntityTagCondition>,
    if_match: FieldName,
) -> Result<Option<Vec<i32>>, E> {
    condition.map(expected_versions).ok_or_else(|| {
        let message = "If-Match is required: send the ETag of the copy that you have read";
        errors::PreconditionRequired(Problem::new(message).field(if_match)).into()
    })
}

/// Whether `If-None-Match` says that the caller holds what has this tag. Here a weak tag counts as
/// the strong one.
pub(crate) fn is_held(condition: types::EntityTagCondition, tag: &EntityTag) -> bool {
    condition
        .get()
        .matches_weakly(tag.as_str().trim_matches('"'))
}

/// The version of its own that a tag of ours states, written as we write it. What is shown beside does
/// not stand in the way of a change.
fn version_of(opaque: &str) -> Option<i32> {
    let (own, rest) = opaque.split_once('.').unwrap_or((opaque, "0"));
    let (beside, digest) = rest.split_once('.').unwrap_or((rest, "0"));
    let number = |text: &str| {
        let version: i32 = text.parse().ok()?;
        (version.to_string() == text).then_some(version)
    };
    let is_digest = u32::from_str_radix(digest, 16).is_ok_and(|it| format!("{it:x}") == digest);
    number(own).filter(|_| number(beside).is_some() && is_digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn condition(text: &str) -> types::EntityTagCondition {
        types::EntityTagCondition::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn any_of_several_tags_counts_and_a_star_is_all() {
        for stated in ["\"3\"", "\"1\", \"3\"", "*"] {
            let allows = expected_versions(condition(stated)).is_none_or(|all| all.contains(&3));
            assert!(allows, "{stated}");
            assert!(is_held(condition(stated), &entity_tag(3)), "{stated}");
        }
        assert_eq!(
            expected_versions(condition("\"1\",\"33\"")),
            Some(vec![1, 33])
        );
        assert_eq!(expected_versions(condition("*")), None);
    }

    #[test]
    fn a_weak_tag_is_good_for_reading_and_not_for_changing() {
        assert!(is_held(condition("W/\"3\""), &entity_tag(3)));
        assert_eq!(expected_versions(condition("W/\"3\"")), Some(vec![]));
    }

    #[test]
    fn a_tag_that_is_not_written_as_ours_is_none_of_ours() {
        for stated in ["\"03\"", "\"+3\"", "\"3,3\"", "\"\"", "\"three\""] {
            assert!(!is_held(condition(stated), &entity_tag(3)), "{stated}");
        }
    }

    #[test]
    fn what_is_shown_beside_makes_another_copy_and_no_other_version() {
        let tag = entity_tag_with(3, 7, &[]);
        assert_eq!(tag.as_str(), "\"3.7\"");
        assert!(is_held(condition("\"3.7\""), &tag));
        for stated in ["\"3\"", "\"3.8\"", "\"2.7\"", "\"3.07\""] {
            assert!(!is_held(condition(stated), &tag), "{stated}");
        }
        let stated = condition("\"3.7\", \"4.8\", \"5.x\", \"6.\"");
        assert_eq!(expected_versions(stated), Some(vec![3, 4]));
    }
    #[test]
    fn what_the_hour_has_brought_makes_another_copy_and_no_other_version() {
        let tag = |shown: &[&str]| entity_tag_with(3, 7, shown);
        assert_eq!(tag(&[]).as_str(), "\"3.7\"");
        let tags = [tag(&[]), tag(&[""]), tag(&["bk_1"]), tag(&["", "bk_1"])];
        for (index, tag) in tags.iter().enumerate() {
            let others = tags.iter().enumerate().filter(|(other, _)| *other != index);
            assert!(others.clone().all(|(_, other)| other != tag), "{tag:?}");
            let expected = expected_versions(condition(tag.as_str()));
            assert_eq!(expected, Some(vec![3]), "{tag:?}");
        }
        let stated = condition("\"3.7.00f\", \"3.7.x\", \"3.7.\", \"3.7.1.1\"");
        assert_eq!(expected_versions(stated), Some(vec![]));
    }
}
