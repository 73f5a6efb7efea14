use serde_json::{Value, json};

use super::*;
use crate::conform::schemathesis::contract::tests::notes;
use crate::conform::schemathesis::report;

/// The id of the link from an operation to itself.
const LINK: &str = "GET /notes/{id} -> [204] Again -> GET /notes/{id}";

fn summary() -> Value {
    let phases: serde_json::Map<_, _> = PHASES
        .iter()
        .map(|name| {
            let phase = json!({"status": "success", "skip_reason": null});
            ((*name).to_owned(), phase)
        })
        .collect();
    json!({
        "complete": true, "stop_reason": "completed", "phases": phases, "errors": [],
        "filtered": 0, "warnings": {"low_valid_rate": []},
    })
}

/// A request that was answered with this status, by a link or not.
fn scenario(phase: &str, path: &str, status: u16, link: Option<(&str, bool)>) -> Value {
    let checks: Vec<_> = CHECKS.iter().map(|name| json!({"name": name})).collect();
    let link = link.map(|(id, applied)| (json!({"id": id}), applied));
    let (transition, applied) = link.unwrap_or_default();
    json!({"ScenarioFinished": {"phase": phase, "recorder": {
        "cases": {"c": {
            "value": {"method": "GET", "path": path},
            "transition": transition, "is_transition_applied": applied,
        }},
        "checks": {"c": checks},
        "interactions": {"c": {
            "request": {"method": "GET", "uri": "http://h/v1/notes/1", "headers": {}},
            "response": {"status_code": status, "content": {"$base64": "eyJhIjoxfQ=="}},
        }},
    }}})
}

/// How many walks along links are asked for.
const WALKS: usize = 3;

/// What a run without a flaw has exercised.
fn everything() -> (Value, Vec<Value>) {
    let mut scenarios = Vec::new();
    for phase in ["examples", "coverage", "fuzzing"] {
        for path in ["/notes", "/notes/{id}"] {
            scenarios.extend((0..SUCCESSES).map(|_| scenario(phase, path, 204, None)));
        }
    }
    let followed = scenario("stateful", "/notes/{id}", 204, Some((LINK, true)));
    scenarios.extend(std::iter::repeat_n(followed, WALKS));
    (summary(), scenarios)
}

fn rules(summary: &Value, scenarios: &[Value]) -> Vec<String> {
    let findings = exercised(summary, scenarios).findings(&notes());
    findings.into_iter().map(|finding| finding.rule).collect()
}

fn exercised(summary: &Value, scenarios: &[Value]) -> Exercised {
    let mut exercised = Exercised::default();
    let summary = serde_json::from_value(summary.clone()).unwrap();
    exercised.summary(summary, &PHASES, WALKS, "log.txt");
    for scenario in scenarios {
        let scenario = report::scenario(&scenario.to_string()).unwrap().unwrap();
        exercised.scenario(&scenario);
    }
    exercised
}

#[test]
fn a_run_that_exercises_everything_has_no_findings_and_says_its_numbers() {
    let (summary, scenarios) = everything();
    assert!(rules(&summary, &scenarios).is_empty());
    let note = exercised(&summary, &scenarios).note(&notes());
    assert_eq!(
        note.message,
        "schemathesis has exercised 2 of 2 operations, 1 of 1 links and 1 of 1 kinds of caller with 63 \
         requests"
    );
    assert_eq!(
        note.details[0],
        "operation                 examples  coverage   fuzzing  stateful  answers\n\
         countNotes                      10        10        10         0  204 × 30\n\
         readNote                        10        10        10         3  204 × 33"
    );
}

#[test]
fn nothing_at_all_is_never_enough() {
    let mut nothing = summary();
    nothing["phases"] = json!({});
    let rules = rules(&nothing, &[]);
    let count = |rule: &str| rules.iter().filter(|found| *found == rule).count();
    assert_eq!(count("phase-skipped"), PHASES.len());
    assert_eq!(count("check-not-run"), CHECKS.len());
    // One of the two has no link, and is not looked for in the phase that follows links.
    assert_eq!(count("operation-not-exercised"), 2 * PHASES.len() - 1 + 2);
    assert_eq!(count("link-not-followed"), 1);
    assert_eq!(count("phase-ended-early"), 1);
}

#[test]
fn a_skipped_phase_is_named() {
    let (mut summary, scenarios) = everything();
    summary["phases"]["fuzzing"] = json!({"status": "skip", "skip_reason": "disabled"});
    assert_eq!(rules(&summary, &scenarios), ["phase-skipped"]);
}

#[test]
fn a_phase_that_one_of_two_runs_skips_is_named_whichever_came_first() {
    let (whole, scenarios) = everything();
    let mut partial = whole.clone();
    partial["phases"]["coverage"] = json!({"status": "skip", "skip_reason": "no operation"});
    for (first, second) in [(&whole, &partial), (&partial, &whole)] {
        let mut exercised = exercised(first, &scenarios);
        let summary = serde_json::from_value(second.clone()).unwrap();
        exercised.summary(summary, &PHASES[..3], WALKS, "log.txt");
        let findings = exercised.findings(&notes());
        let rules: Vec<&str> = findings
            .iter()
            .map(|finding| finding.rule.as_str())
            .collect();
        assert_eq!(rules, ["phase-skipped"]);
    }
}

#[test]
fn a_kind_of_caller_that_makes_no_request_is_named() {
    let (summary, scenarios) = everything();
    let mut expected = notes();
    expected
        .callers
        .insert("bearer".to_owned(), ["authorization".to_owned()].into());
    let exercised = exercised(&summary, &scenarios);
    let findings = exercised.findings(&expected);
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].rule, "caller-not-exercised");
    let note = exercised.note(&expected).message;
    assert!(note.contains("1 of 2 kinds of caller"), "{note}");
}

#[test]
fn an_operation_that_one_phase_leaves_out_is_named() {
    let (summary, mut scenarios) = everything();
    scenarios.retain(|scenario| {
        let scenario = &scenario["ScenarioFinished"];
        let path = &scenario["recorder"]["cases"]["c"]["value"]["path"];
        scenario["phase"] != "coverage" || path != "/notes"
    });
    assert_eq!(rules(&summary, &scenarios), ["operation-not-exercised"]);
}

#[test]
fn a_phase_that_ends_before_it_has_sent_what_it_was_asked_for_is_named() {
    let (summary, mut scenarios) = everything();
    let is_fuzzing = |scenario: &Value| scenario["ScenarioFinished"]["phase"] == "fuzzing";
    let first = scenarios.iter().position(is_fuzzing).unwrap();
    scenarios.drain(first..first + SUCCESSES - 1);
    assert_eq!(rules(&summary, &scenarios), ["operation-not-exercised"]);

    let (summary, mut scenarios) = everything();
    for scenario in &mut scenarios {
        if scenario["ScenarioFinished"]["phase"] == "stateful" {
            scenario["ScenarioFinished"]["recorder"] = json!({});
        }
    }
    assert_eq!(
        rules(&summary, &scenarios),
        [
            "phase-ended-early",
            "operation-not-exercised",
            "link-not-followed",
        ]
    );
}

#[test]
fn errors_alone_do_not_exercise_an_operation() {
    let (summary, mut scenarios) = everything();
    for scenario in &mut scenarios {
        let interaction = &mut scenario["ScenarioFinished"]["recorder"]["interactions"]["c"];
        interaction["response"]["status_code"] = json!(404);
    }
    assert_eq!(
        rules(&summary, &scenarios),
        [
            "operation-not-exercised",
            "operation-not-exercised",
            "caller-not-exercised",
            "link-not-followed",
        ]
    );
}

#[test]
fn a_link_counts_only_when_it_was_followed() {
    let (summary, mut scenarios) = everything();
    scenarios.truncate(scenarios.len() - WALKS);
    let not_followed = scenario("stateful", "/notes/{id}", 204, Some((LINK, false)));
    scenarios.extend(std::iter::repeat_n(not_followed, WALKS));
    assert_eq!(rules(&summary, &scenarios), ["link-not-followed"]);
}

#[test]
fn the_same_failure_is_one_finding_with_a_line_that_repeats_it() {
    let (summary, mut scenarios) = everything();
    for scenario in &mut scenarios[..2] {
        scenario["ScenarioFinished"]["recorder"]["checks"]["c"][0]["failure_info"] = json!({
            "failure": {
                "operation": "GET /notes/{id}", "title": "Undocumented status", "message": "204",
            },
        });
    }
    let found = exercised(&summary, &scenarios).findings(&notes());
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].id(), "conform/schemathesis-failure");
    assert_eq!(
        found[0].message,
        "GET /notes/{id}: Undocumented status, answered with 204 \
         (check allow_header_conformance, phase examples)"
    );
    assert_eq!(
        found[0].details,
        [
            "204",
            "answer: {\"a\":1}",
            "request: curl -sS -i -X GET 'http://h/v1/notes/1'",
            "found 2 times; this is the first",
        ]
    );
}

#[test]
fn what_makes_a_run_weaker_than_it_looks_is_found() {
    let (mut summary, scenarios) = everything();
    summary["complete"] = json!(false);
    summary["errors"] = json!([{"title": "Hook Error", "count": 2}]);
    summary["filtered"] = json!(2);
    summary["warnings"] = json!({"low_valid_rate": ["GET /notes/{id}"]});
    assert_eq!(
        rules(&summary, &scenarios),
        [
            "schemathesis-incomplete",
            "schemathesis-error",
            "schemathesis-filtered",
            "schemathesis-warning",
        ]
    );
}
