//! A check of schemathesis that has failed, as a finding.

use super::report::{CheckResult, Interaction};
use crate::finding::{Finding, Kind};

/// How much of a body is shown.
const SHOWN: usize = 600;

/// What makes two failures the same: the operation, the check, and what was answered.
pub(super) type Key = (String, String, Option<u16>);

/// The finding for a check, if it has failed.
pub(super) fn finding(
    phase: &str,
    check: &CheckResult,
    interaction: Option<&Interaction>,
) -> Option<(Key, Finding)> {
    let failure = &check.failure_info.as_ref()?.failure;
    let response = interaction.and_then(|interaction| interaction.response.as_ref());
    let status = response.map(|response| response.status_code);
    let answered = status.map_or_else(String::new, |status| format!(", answered with {status}"));
    let mut finding = Finding::error(
        Kind::Conformance,
        "schemathesis-failure",
        format!(
            "{}: {}{answered} (check {}, phase {phase})",
            failure.operation, failure.title, check.name
        ),
    );
    if !failure.message.is_empty() {
        finding = finding.detail(&failure.message);
    }
    if let Some(content) = response.and_then(|response| response.content.as_ref()) {
        finding = finding.detail(format!("answer: {}", shortened(&content.text())));
    }
    if let Some(interaction) = interaction {
        finding = finding.detail(format!("request: {}", interaction.request.curl()));
    }
    let key = (failure.operation.clone(), check.name.clone(), status);
    Some((key, finding))
}

/// The beginning of a text that is too long to be shown.
fn shortened(text: &str) -> String {
    let shown: String = text.chars().take(SHOWN).collect();
    if shown.len() < text.len() {
        format!("{shown}…")
    } else {
        shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_answer_is_shortened_between_characters() {
        assert_eq!(shortened("é"), "é");
        let long = shortened(&"é".repeat(SHOWN + 1));
        assert_eq!(long.chars().count(), SHOWN + 1);
        assert!(long.ends_with('…'));
    }
}
