//! Entity tags (RFC 9110, 8.8.3): a booking's version, in quotes.

use booking_api::types::{EntityTag, EntityTagCondition};

use super::BreaksContract;

/// The tag of a booking of this version.
pub(crate) fn entity_tag(version: i32) -> Result<EntityTag, BreaksContract> {
    EntityTag::try_from(format!("\"{version}\"")).map_err(BreaksContract::of("an entity tag"))
}

/// Whether `If-Match` allows a change of this version. A weak tag never does (13.1.1).
pub(crate) fn is_expected(condition: &EntityTagCondition, version: i32) -> bool {
    matches(condition, version, |tag| tag)
}

/// Whether `If-None-Match` says that the caller holds this version. Here a weak tag counts as
/// the strong one (13.1.2).
pub(crate) fn is_held(condition: &EntityTagCondition, version: i32) -> bool {
    matches(condition, version, |tag| {
        tag.strip_prefix("W/").unwrap_or(tag)
    })
}

fn matches<'a>(
    condition: &'a EntityTagCondition,
    version: i32,
    comparable: impl Fn(&'a str) -> &'a str,
) -> bool {
    let tag = format!("\"{version}\"");
    let stated = condition.as_str();
    stated == "*"
        || stated
            .split(',')
            .map(|tag| tag.trim_matches([' ', '\t']))
            .any(|other| comparable(other) == tag)
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
            assert!(is_expected(&condition(stated), 3), "{stated}");
            assert!(is_held(&condition(stated), 3), "{stated}");
        }
        assert!(!is_expected(&condition("\"1\",\"33\""), 3));
    }

    #[test]
    fn a_weak_tag_is_good_for_reading_and_not_for_changing() {
        assert!(is_held(&condition("W/\"3\""), 3));
        assert!(!is_expected(&condition("W/\"3\""), 3));
    }
}
