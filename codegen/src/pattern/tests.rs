use super::*;
use proptest::prelude::*;

fn matches(pattern: &str, text: &str) -> bool {
    let rust = translate(pattern).unwrap_or_else(|error| panic!("{pattern}: {error:?}"));
    Regex::new(&rust).unwrap().is_match(text)
}

#[test]
fn classes_mean_what_ecma_262_says() {
    assert!(matches(r"^\d$", "7"));
    assert!(!matches(r"^\d$", "٣"), "an Arabic digit is none of ECMA's");
    assert!(matches(r"^\w+$", "a_9"));
    assert!(!matches(r"^\w$", "ä"));
    assert!(matches(r"^\W$", "ä"));
    assert!(matches(r"^\s$", "\u{FEFF}"));
    assert!(
        !matches(r"^\s$", "\u{85}"),
        "NEL is a space to Rust, not to ECMA"
    );
    assert!(matches(r"^\S$", "\u{85}"));
    assert!(matches(r"^[\D]$", "x"));
    assert!(!matches(r"^[\d\s]$", "x"));
    assert!(matches(r"^[^\d]$", "x"));
    assert!(!matches(r"^[^\D]$", "x"));
    assert!(!matches("^.$", "\u{2028}") && !matches("^.$", "\r"));
    assert!(matches("^.$", "\u{1F600}"));
    assert!(matches("^[^]$", "\n"));
}

#[test]
fn escapes_are_translated() {
    assert!(matches(r"^\/\-\.$", "/-."));
    assert!(matches(r"^\u00e9\x41\t\v\0\cJ$", "éA\t\u{B}\0\n"));
    assert!(matches(r"^\uD83D\uDE00\u{1F600}$", "😀😀"));
    assert!(matches(r"^[\b\]\\^-]+$", "\u{8}]\\^-"));
    assert!(matches(r"^[\u0000-\u001F]$", "\u{1F}"));
    assert!(matches(r"\bword\b", "a word."));
}

#[test]
fn set_operations_of_the_regex_crate_do_not_come_about() {
    assert!(matches("^[a&&b]+$", "a&b"));
    assert!(matches("^[a[b]$", "["));
    assert!(matches("^[!--]$", "-") && matches("^[!--]$", "'"));
    assert!(matches("^[a~~b]+$", "~"));
    assert!(matches("^[ #]+$", " #"));
}

#[test]
fn a_search_is_not_anchored() {
    assert!(matches("b", "abc"));
    assert!(!matches("^b$", "b\n"));
}

#[test]
fn what_cannot_be_matched_in_linear_time_is_refused_where_it_stands() {
    for (pattern, offset) in [
        ("a(?=b)", 1),
        ("(?!a)b", 0),
        ("(?<=a)b", 0),
        ("x(?<!a)b", 1),
        (r"(a)\1", 3),
        (r"(?<n>a)\k<n>", 7),
        (r"a\Bb", 1),
        (r"\p{L}", 0),
        (r"\uD83D", 0),
        ("(a{1000}){1000}", 0),
    ] {
        let error = translate(pattern).unwrap_err();
        assert!(error.unsupported, "{pattern}: {error:?}");
        assert_eq!(error.offset, offset, "{pattern}: {error:?}");
    }
}

#[test]
fn what_is_no_regular_expression_is_refused_where_it_stands() {
    for (pattern, offset) in [
        ("a)", 1),
        ("(a", 0),
        ("a**", 2),
        ("*a", 0),
        ("a|+", 2),
        ("^*", 1),
        ("a{2,1}", 1),
        ("a{", 1),
        ("a}", 1),
        ("]", 0),
        ("[a", 0),
        ("[]", 0),
        ("[b-a]", 1),
        (r"[\d-x]", 1),
        (r"\", 0),
        (r"\q", 0),
        (r"a\012", 1),
        (r"\x4", 0),
        (r"\u{110000}", 0),
        ("(?i:a)", 0),
        ("(?<1>a)", 0),
    ] {
        let error = translate(pattern).unwrap_err();
        assert!(!error.unsupported, "{pattern}: {error:?}");
        assert_eq!(error.offset, offset, "{pattern}: {error:?}");
    }
}

proptest! {
    #[test]
    fn any_text_is_translated_or_refused_inside_of_itself(pattern in "[-a-c0-9\\\\dwsSbuxk{}()\\[\\]^$.*+?|<>=!:,&~/ é]{0,16}") {
        match translate(&pattern) {
            Ok(rust) => prop_assert!(Regex::new(&rust).is_ok()),
            Err(error) => prop_assert!(error.offset <= pattern.chars().count()),
        }
    }

    #[test]
    fn an_escaped_text_matches_itself(text in ".{0,12}") {
        let escaped: String = text.chars().map(|c| if c.is_ascii_punctuation() { format!("\\{c}") } else { c.to_string() }).collect();
        let pattern = format!("^{escaped}$");
        prop_assert!(matches(&pattern, &text), "{}", pattern);
    }
}
