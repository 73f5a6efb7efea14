//! Entity tags (RFC 9110, 8.8.3): a booking's version, in quotes.

use booking_api::types::{EntityTag, EntityTagCondition};
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
/// allows nothing (13.1.1), and neither does one that is no version of ours.
pub(crate) fn expected_versions(condition: &EntityTagCondition) -> Option<Vec<i32>> {
    let stated = condition.as_str();
    (stated != "*").then(|| tags(stated).filter_map(version_of).collect())
}

/// Whether `If-None-Match` says that the caller holds this version. Here a weak tag counts as
/// the strong one (13.1.2).
pub(crate) fn is_held(condition: &EntityTagCondition, version: i32) -> bool {
    let stated = condition.as_str();
    stated == "*"
        || tags(stated)
            .map(|tag| tag.strip_prefix("W/").unwrap_or(tag))
            .any(|tag| version_of(tag) == Some(version))
}

/// The tags of a list. The contract's pattern lets a comma stand within a tag; a tag of ours has
/// none, so the pieces of such a tag match nothing.
fn tags(stated: &str) -> impl Iterator<Item = &str> {
    stated.split(',').map(|tag| tag.trim_matches([' ', '\t']))
}

/// The version that a strong tag of ours states, written as we write it.
fn version_of(tag: &str) -> Option<i32> {
    let digits = tag.strip_prefix('"')?.strip_suffix('"')?;
    let version: i32 = digits.parse().ok()?;
    (version.to_string() == digits).then_some(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn condition(text: &str) -> EntityTagCondition {
        EntityTagCondition::try_from(text).unwrap()
    }

    #[test]
    fn any_of_several_tags_counts_and_a_star_is_all() {
        for stated in ["\"3\"", "\"1\", \"3\"", "*"] {
            let allows = expected_versions(&condition(stated)).is_none_or(|all| all.contains(&3));
            assert!(allows, "{stated}");
            assert!(is_held(&condition(stated), 3), "{stated}");
        }
        assert_eq!(
            expected_versions(&condition("\"1\",\"33\"")),
            Some(vec![1, 33])
        );
        assert_eq!(expected_versions(&condition("*")), None);
    }

    #[test]
    fn a_weak_tag_is_good_for_reading_and_not_for_changing() {
        assert!(is_held(&condition("W/\"3\""), 3));
        assert_eq!(expected_versions(&condition("W/\"3\"")), Some(vec![]));
    }

    #[test]
    fn a_tag_that_is_not_written_as_ours_is_none_of_ours() {
        for stated in ["\"03\"", "\"+3\"", "\"3,3\"", "\"\"", "\"three\""] {
            assert!(!is_held(&condition(stated), 3), "{stated}");
        }
    }
}
