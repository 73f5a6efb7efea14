//! What schemathesis writes about a run, as far as it is read here: a summary, and one event a
//! line.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// The summary of a run.
#[derive(Debug, Deserialize)]
pub(super) struct Summary {
    /// Whether it came to its end.
    pub(super) complete: bool,
    /// Why it ended.
    pub(super) stop_reason: String,
    /// Each phase, by its name.
    pub(super) phases: BTreeMap<String, Phase>,
    /// What could not be tested.
    pub(super) errors: Vec<Problem>,
    /// Failures that a hook has dropped.
    pub(super) filtered: u64,
    /// What makes the run weaker than it looks, by kind.
    pub(super) warnings: BTreeMap<String, Vec<Value>>,
}

/// Something that kept schemathesis from testing. Its log says more.
#[derive(Debug, Deserialize)]
pub(super) struct Problem {
    pub(super) title: String,
    pub(super) count: u64,
}

/// How a phase went.
#[derive(Debug, Deserialize)]
pub(super) struct Phase {
    pub(super) status: String,
    pub(super) skip_reason: Option<String>,
}

/// The scenario that a line of the events is the end of, if it is one.
pub(super) fn scenario(line: &str) -> serde_json::Result<Option<Scenario>> {
    let mut event: BTreeMap<String, Value> = serde_json::from_str(line)?;
    let finished = event.remove("ScenarioFinished");
    finished.map(serde_json::from_value).transpose()
}

/// A few requests that belong together.
#[derive(Debug, Deserialize)]
pub(super) struct Scenario {
    pub(super) phase: String,
    pub(super) recorder: Recorder,
}

/// What was sent and answered, each by the id of its case.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Recorder {
    pub(super) cases: BTreeMap<String, Case>,
    pub(super) checks: BTreeMap<String, Vec<CheckResult>>,
    pub(super) interactions: BTreeMap<String, Interaction>,
}

/// A request, as it was made.
#[derive(Debug, Deserialize)]
pub(super) struct Case {
    pub(super) value: CaseValue,
    /// The link that was to be followed.
    pub(super) transition: Option<Transition>,
    /// Whether it was: the answer before it may have lacked what it needs.
    #[serde(default)]
    pub(super) is_transition_applied: bool,
}

#[derive(Debug, Deserialize)]
pub(super) struct CaseValue {
    pub(super) method: String,
    pub(super) path: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Transition {
    pub(super) id: String,
}

/// A check of an answer.
#[derive(Debug, Deserialize)]
pub(super) struct CheckResult {
    pub(super) name: String,
    pub(super) failure_info: Option<FailureInfo>,
}

#[derive(Debug, Deserialize)]
pub(super) struct FailureInfo {
    pub(super) failure: CheckFailure,
}

#[derive(Debug, Deserialize)]
pub(super) struct CheckFailure {
    pub(super) operation: String,
    pub(super) title: String,
    pub(super) message: String,
}

/// What went over the wire.
#[derive(Debug, Deserialize)]
pub(super) struct Interaction {
    pub(super) request: SentRequest,
    pub(super) response: Option<ReceivedResponse>,
}

#[derive(Debug, Deserialize)]
pub(super) struct SentRequest {
    pub(super) method: String,
    pub(super) uri: String,
    pub(super) headers: BTreeMap<String, Vec<String>>,
    pub(super) body: Option<Bytes>,
}

#[derive(Debug, Deserialize)]
pub(super) struct ReceivedResponse {
    pub(super) status_code: u16,
    pub(super) content: Option<Bytes>,
}

/// A body.
#[derive(Debug, Deserialize)]
pub(super) struct Bytes {
    #[serde(rename = "$base64")]
    base64: String,
}

impl Bytes {
    /// As text; what is no UTF-8 is replaced.
    pub(super) fn text(&self) -> String {
        use base64::Engine;
        base64::engine::general_purpose::STANDARD
            .decode(&self.base64)
            .map_or_else(
                |_| self.base64.clone(),
                |bytes| String::from_utf8_lossy(&bytes).into_owned(),
            )
    }
}

impl SentRequest {
    /// A line for a shell that makes the request again.
    pub(super) fn curl(&self) -> String {
        let mut line = format!("curl -sS -i -X {}", self.method);
        for (name, values) in &self.headers {
            for value in values {
                line += &format!(" -H {}", quoted(&format!("{name}: {value}")));
            }
        }
        if let Some(body) = &self.body {
            line += &format!(" --data-raw {}", quoted(&body.text()));
        }
        format!("{line} {}", quoted(&self.uri))
    }
}

/// As one word of a shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_shown_as_a_line_for_a_shell() {
        let request: SentRequest = serde_json::from_str(
            r#"{"method": "POST", "uri": "http://h/a?b=c&d",
                "headers": {"Content-Type": ["application/json"]},
                "body": {"$base64": "eyJhIjogIml0J3MifQ=="}}"#,
        )
        .unwrap();
        assert_eq!(
            request.curl(),
            r#"curl -sS -i -X POST -H 'Content-Type: application/json' --data-raw '{"a": "it'\''s"}' 'http://h/a?b=c&d'"#
        );
    }

    #[test]
    fn only_the_end_of_a_scenario_is_read_and_it_must_have_its_shape() {
        let other = r#"{"PhaseStarted": {"id": "1", "phase": {"name": "fuzzing"}}}"#;
        assert!(scenario(other).unwrap().is_none());
        let finished = r#"{"ScenarioFinished": {"phase": "stateful", "recorder": {"label": "x"}}}"#;
        assert_eq!(scenario(finished).unwrap().unwrap().phase, "stateful");
        assert!(scenario(r#"{"ScenarioFinished": {"stage": "stateful"}}"#).is_err());
    }
}
