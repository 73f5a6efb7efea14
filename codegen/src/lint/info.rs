//! `info-version` and `server-url`.

use crate::diagnostic::{Sink, rules};
use crate::lower::model::Model;

pub(super) fn check(model: &Model<'_>, sink: &mut Sink) {
    if let Some((version, span)) = model.version
        && !is_semantic(version)
    {
        sink.report(
            rules::INFO_VERSION,
            span,
            format!("`{version}` is no semantic version"),
        )
        .help("write major, minor and patch: `1.4.0`");
    }
    check_servers(model, sink);
}

/// Whether a text is a version in the sense of semver.org 2.0.0.
fn is_semantic(version: &str) -> bool {
    let (rest, build) = version
        .split_once('+')
        .map_or((version, None), |(rest, build)| (rest, Some(build)));
    let (core, pre) = rest
        .split_once('-')
        .map_or((rest, None), |(core, pre)| (core, Some(pre)));
    let numeric = |text: &str| {
        !text.is_empty()
            && text.chars().all(|c| c.is_ascii_digit())
            && (text.len() == 1 || !text.starts_with('0'))
    };
    let word = |text: &str| {
        !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    let core: Vec<&str> = core.split('.').collect();
    core.len() == 3
        && core.iter().all(|part| numeric(part))
        && pre.is_none_or(|pre| {
            pre.split('.').all(|part| {
                word(part) && (!part.chars().all(|c| c.is_ascii_digit()) || numeric(part))
            })
        })
        && build.is_none_or(|build| build.split('.').all(word))
}

fn check_servers(model: &Model<'_>, sink: &mut Sink) {
    let Some((first, _)) = model.servers.first() else {
        sink.report(
            rules::SERVER_URL,
            model.servers_at,
            "the contract names no server",
        )
        .help("add `servers:` with `- url: /api/v1`");
        return;
    };
    for (url, span) in &model.servers {
        let path = base_path(url);
        let well_formed = (url.starts_with('/') && !url.starts_with("//"))
            || ["http://", "https://"].iter().any(|scheme| {
                url.strip_prefix(scheme)
                    .is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
            });
        let plain = path
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "/-._~".contains(c))
            && !path.contains("//");
        let versioned = path.rsplit('/').next().is_some_and(|last| {
            last.strip_prefix('v').is_some_and(|digits| {
                !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit())
            })
        });
        if !well_formed || !plain {
            sink.report(
                rules::SERVER_URL,
                *span,
                format!("`{url}` is neither a path nor an absolute URL"),
            )
            .help("write `/api/v1` or `https://example.com/api/v1`");
        } else if !versioned {
            sink.report(
                rules::SERVER_URL,
                *span,
                format!("the path of `{url}` does not end with a version"),
            )
            .help("end it with `/v1`: a later, incompatible interface is then another path");
        } else if path != base_path(first) {
            sink.report(
                rules::SERVER_URL,
                *span,
                format!("the path `{path}` differs from the first server's"),
            )
            .help("one server serves one path: use the same one in each URL");
        }
    }
}

/// The path of a server's URL, without a trailing slash.
pub(crate) fn base_path(url: &str) -> &str {
    let rest = match url.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("", |at| &rest[at..]),
        None => url,
    };
    rest.trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn semantic_versions_are_told_from_others() {
        for version in ["0.1.0", "1.2.3-alpha.1+build.5", "10.20.30"] {
            assert!(is_semantic(version), "{version}");
        }
        for version in [
            "1", "1.0", "1.0.0.0", "01.0.0", "v1.0.0", "1.0.0-", "1.0.0-01", "",
        ] {
            assert!(!is_semantic(version), "{version}");
        }
    }

    #[test]
    fn the_base_path_is_what_follows_the_host() {
        assert_eq!(base_path("/api/v1/"), "/api/v1");
        assert_eq!(base_path("https://example.com/api/v1"), "/api/v1");
        assert_eq!(base_path("https://example.com"), "");
    }
}
