//! Which operation a request is for.

use percent_encoding::percent_decode_str;

/// One segment of a path's template.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    Literal(String),
    Variable,
}

/// The template of a path, with the base path in front: `/api/v1/bookings/{booking_id}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template(Vec<Segment>);

impl Template {
    pub(crate) fn new(base_path: &str, path: &str) -> Self {
        let whole = format!("{base_path}{path}");
        let segments = whole.split('/').skip(1).map(|segment| {
            if segment.starts_with('{') && segment.ends_with('}') {
                Segment::Variable
            } else {
                Segment::Literal(segment.to_owned())
            }
        });
        Self(segments.collect())
    }

    /// Whether the target of a request has this path. A segment that is empty, a step (`.`,
    /// `..`), or no text once it is decoded is the value of no variable, so that what has one
    /// belongs to no operation.
    pub(crate) fn matches(&self, target: &str) -> bool {
        let path = target.split('?').next().unwrap_or_default();
        let Some(path) = path.strip_prefix('/') else {
            return false;
        };
        let mut segments = path.split('/');
        let all = self.0.iter().all(|wanted| {
            let Some(segment) = segments.next() else {
                return false;
            };
            let Ok(decoded) = percent_decode_str(segment).decode_utf8() else {
                return false;
            };
            match wanted {
                Segment::Literal(text) => decoded == text.as_str(),
                Segment::Variable => !matches!(segment, "" | "." | ".."),
            }
        });
        all && segments.next().is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_has_the_path_of_one_template() {
        let template = Template::new("/api/v1", "/bookings/{booking_id}/cancel");
        for target in [
            "/api/v1/bookings/bk_1/cancel",
            "/api/v1/bookings/bk_1/cancel?reason=none/at/all",
            "/api/v1/bookings/a%2Fb/cancel",
            "/api/v1/book%69ngs/bk_1/cancel",
        ] {
            assert!(template.matches(target), "{target}");
        }
        for target in [
            "/bookings/bk_1/cancel",
            "/api/v1/bookings/bk_1",
            "/api/v1/bookings/bk_1/cancel/",
            "/api/v1/bookings/bk_1/cancel/again",
            "/api/v1/bookings//cancel",
            "/api/v1//bookings/bk_1/cancel",
            "/api/v1/bookings/../cancel",
            "/api/v1/bookings/%FF/cancel",
            "/api/v1/Bookings/bk_1/cancel",
            "api/v1/bookings/bk_1/cancel",
            "*",
            "",
        ] {
            assert!(!template.matches(target), "{target}");
        }
    }

    #[test]
    fn a_contract_may_stand_at_the_root() {
        assert!(Template::new("", "/things").matches("/things"));
        assert!(!Template::new("", "/things").matches("/"));
    }
}
