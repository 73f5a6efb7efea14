//! Entity tags (RFC 9110, 8.8.3): a booking's version, in quotes.

use booking_api::types::{self, EntityTag};
use contract_runtime::rules::{BoundedText, TextRules};

/// The tag of a booking of this version.
pub(crate) fn entity_tag(version: i32) -> EntityTag {
    EntityTag::from_bounded(Version(version))
}

/// A version, which is a strong tag between its quotes: at most ten digits and a sign.
struct Version(i32);

impl BoundedText for Version {
    const RULES: TextRules = TextRules {
        min_length: Some(3),
        max_length: Some(13),
        pattern: Some("^\"[!#-~]{1,64}\"$"),
        format: None,
    };

    fn into_string(self) -> String {
        format!("\"{}\"", self.0)
    }
}

/// The versions that `If-Match` allows to change; `None` for `*`, which allows any. A weak tag
/// allows nothing, and neither does one that is no version of ours.
pub(crate) fn expected_versions(condition: types::EntityTagCondition) -> Option<Vec<i32>> {
    let condition = condition.get();
    let versions = condition.strong_tags()?.filter_map(version_of).collect();
    Some(versions)
}

/// Whether `If-None-Match` says that the caller holds this version. Here a weak tag counts as
/// the strong one.
pub(crate) fn is_held(condition: types::EntityTagCondition, version: i32) -> bool {
    condition.get().matches_weakly(&version.to_string())
}

/// The version that a tag of ours states, written as we write it.
fn version_of(opaque: &str) -> Option<i32> {
    let version: i32 = opaque.parse().ok()?;
    (version.to_string() == opaque).then_some(version)
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
            assert!(is_held(condition(stated), 3), "{stated}");
        }
        assert_eq!(
            expected_versions(condition("\"1\",\"33\"")),
            Some(vec![1, 33])
        );
        assert_eq!(expected_versions(condition("*")), None);
    }

    #[test]
    fn a_weak_tag_is_good_for_reading_and_not_for_changing() {
        assert!(is_held(condition("W/\"3\""), 3));
        assert_eq!(expected_versions(condition("W/\"3\"")), Some(vec![]));
    }

    #[test]
    fn a_tag_that_is_not_written_as_ours_is_none_of_ours() {
        for stated in ["\"03\"", "\"+3\"", "\"3,3\"", "\"\"", "\"three\""] {
            assert!(!is_held(condition(stated), 3), "{stated}");
        }
    }
}
