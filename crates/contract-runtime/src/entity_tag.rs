//! Entity tags (RFC 9110, 8.8.3), and what callers say about those that they have seen.

use std::fmt;

/// An entity tag.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntityTag {
    is_weak: bool,
    opaque: String,
}

/// What `If-Match` and `If-None-Match` hold (RFC 9110, 13.1.1 and 13.1.2).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntityTagCondition {
    /// `*`: whatever the tag is.
    Any,
    /// One of these tags.
    Tags(Vec<EntityTag>),
}

impl EntityTagCondition {
    /// Reads a list of tags, or `*`. A list has at least one tag, and no empty places.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text == "*" {
            return Some(Self::Any);
        }
        let mut tags = Vec::new();
        let mut rest = text;
        loop {
            let (tag, after) = EntityTag::take(rest)?;
            tags.push(tag);
            match after.trim_start_matches([' ', '\t']).strip_prefix(',') {
                Some(next) => rest = next.trim_start_matches([' ', '\t']),
                None if after.is_empty() => return Some(Self::Tags(tags)),
                None => return None,
            }
        }
    }

    /// The tags that a strong comparison can find (8.8.3.2), as they stand between their quotes;
    /// `None` for `*`. `If-Match` compares so.
    #[must_use]
    pub fn strong_tags(&self) -> Option<impl Iterator<Item = &str>> {
        match self {
            Self::Any => None,
            Self::Tags(tags) => {
                let strong = tags.iter().filter(|tag| !tag.is_weak);
                Some(strong.map(|tag| tag.opaque.as_str()))
            }
        }
    }

    /// Whether a weak comparison (8.8.3.2) finds the tag that stands between its quotes as
    /// `opaque`. `If-None-Match` compares so.
    #[must_use]
    pub fn matches_weakly(&self, opaque: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Tags(tags) => tags.iter().any(|tag| tag.opaque == opaque),
        }
    }
}

impl fmt::Display for EntityTagCondition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Tags(tags) = self else {
            return formatter.write_str("*");
        };
        for (index, tag) in tags.iter().enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            let weak = if tag.is_weak { "W/" } else { "" };
            write!(formatter, "{separator}{weak}\"{}\"", tag.opaque)?;
        }
        Ok(())
    }
}

impl EntityTag {
    /// Takes a tag off the beginning of `text`. It is of visible ASCII: the octets beyond, which
    /// old servers sent (`obs-text`), are no text.
    fn take(text: &str) -> Option<(Self, &str)> {
        let (is_weak, quoted) = match text.strip_prefix("W/") {
            Some(quoted) => (true, quoted),
            None => (false, text),
        };
        let (opaque, rest) = quoted.strip_prefix('"')?.split_once('"')?;
        let tag = Self {
            is_weak,
            opaque: opaque.to_owned(),
        };
        let is_visible = opaque.bytes().all(|byte| byte.is_ascii_graphic());
        is_visible.then_some((tag, rest))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex::Regex;

    use super::*;

    const PATTERN: &str = r#"^([*]|(W/)?"[!#-~]*"([ \t]*,[ \t]*(W/)?"[!#-~]*")*)$"#;

    #[test]
    fn strong_and_weak_comparison_differ_in_weak_tags() {
        let condition = EntityTagCondition::parse("\"1\", W/\"2\",\"a,b\"").unwrap();
        let strong: Vec<&str> = condition.strong_tags().unwrap().collect();
        assert_eq!(strong, ["1", "a,b"]);
        for (opaque, is_found) in [("1", true), ("2", true), ("a,b", true), ("a", false)] {
            assert_eq!(condition.matches_weakly(opaque), is_found, "{opaque}");
        }
        let any = EntityTagCondition::parse("*").unwrap();
        assert!(any.strong_tags().is_none() && any.matches_weakly("1"));
    }

    proptest! {
        #[test]
        fn what_is_read_is_what_the_grammar_says(
            text in r#"([*]|(W/)?"[!-~]{0,3}"([ \t]{0,2},[ \t]{0,2}(W/)?"[!#-~é]{0,3}"){0,3})[ "]?"#,
        ) {
            let pattern = Regex::new(PATTERN).unwrap();
            let read = EntityTagCondition::parse(&text);
            prop_assert_eq!(read.is_some(), pattern.is_match(&text), "{:?}", text);
            if let Some(read) = read {
                prop_assert_eq!(EntityTagCondition::parse(&read.to_string()), Some(read));
            }
        }
    }
}
