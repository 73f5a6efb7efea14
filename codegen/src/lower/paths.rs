//! Paths: templates, and that one request belongs to one path.

use crate::diagnostic::{Sink, Span, rules};
use std::fmt;

/// A piece of a path between slashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Segment<'a> {
    Literal(&'a str),
    Variable(&'a str),
}

impl fmt::Display for Segment<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal(text) => f.write_str(text),
            Self::Variable(name) => write!(f, "{{{name}}}"),
        }
    }
}

/// A path of the contract: its template, and where it stands.
#[derive(Debug)]
pub(super) struct Template<'a> {
    path: &'a str,
    span: Span,
    segments: Vec<Segment<'a>>,
}

impl<'a> Template<'a> {
    /// Reads a template; `None` when it is none, which is reported.
    pub(super) fn parse(path: &'a str, span: Span, sink: &mut Sink) -> Option<Self> {
        match parse(path) {
            Ok(segments) => Some(Self {
                path,
                span,
                segments,
            }),
            Err((message, help)) => {
                sink.report(rules::PATH_TEMPLATE, span, message).help(help);
                None
            }
        }
    }

    /// Its variables, in its order.
    pub(super) fn variables(&self) -> Vec<&'a str> {
        let names = self.segments.iter().filter_map(|segment| match segment {
            Segment::Variable(name) => Some(*name),
            Segment::Literal(_) => None,
        });
        names.collect()
    }
}

fn parse(path: &str) -> Result<Vec<Segment<'_>>, (String, String)> {
    let error = |message: &str, help: &str| Err((message.to_owned(), help.to_owned()));
    let Some(rest) = path.strip_prefix('/') else {
        return error("a path begins with a slash", "put a `/` before it");
    };
    if rest.is_empty() {
        return Ok(Vec::new());
    }
    if rest.ends_with('/') {
        return error(
            "this path ends with a slash",
            "remove it: `/a` and `/a/` are one path to the server",
        );
    }
    let mut segments = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for text in rest.split('/') {
        if text.is_empty() {
            return error(
                "this path has an empty segment",
                "remove one of the two slashes",
            );
        }
        if let Some(name) = text
            .strip_prefix('{')
            .and_then(|text| text.strip_suffix('}'))
        {
            let starts = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
            if !starts || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
                return error(
                    &format!("`{name}` is no name of a variable"),
                    "use letters, digits and `_`",
                );
            }
            if seen.contains(&name) {
                return error(
                    &format!("the variable `{name}` stands twice in this path"),
                    "rename one of the two",
                );
            }
            seen.push(name);
            segments.push(Segment::Variable(name));
        } else if text.contains(['{', '}']) {
            return error(
                &format!("`{text}` is neither a literal nor one variable"),
                "make the variable a segment of its own: `/{name}`",
            );
        } else if matches!(text, "." | "..")
            || !text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "-._~:@!$&'()*+,;=".contains(c))
        {
            return error(
                &format!("`{text}` cannot stand in a path as it is"),
                "use letters, digits, `-`, `_` and `.`; a query belongs to `parameters`",
            );
        } else {
            segments.push(Segment::Literal(text));
        }
    }
    Ok(segments)
}

/// Reports each path between which and an earlier one the server could not choose: it wants
/// either literals or one variable, by one name, at each place.
pub(super) fn check_ambiguity(templates: &[Template<'_>], sink: &mut Sink) {
    let met: Vec<Option<(&Template<'_>, usize)>> = templates
        .iter()
        .enumerate()
        .map(|(index, template)| {
            templates[..index]
                .iter()
                .find_map(|other| Some((other, parting(&template.segments, &other.segments)?)))
        })
        .collect();
    for (index, template) in templates.iter().enumerate() {
        let Some((other, at)) = met[index] else {
            continue;
        };
        let own = template.segments.get(at).copied();
        let others = other.segments.get(at).copied();
        let (Some(own), Some(others)) = (own, others) else {
            sink.report(
                rules::PATH_AMBIGUOUS,
                template.span,
                format!("`{}` and `{}` are the same path", template.path, other.path),
            )
            .help("put their operations under one of the two")
            .related(other.span, "the other one");
            continue;
        };
        let message = match (own, others) {
            (Segment::Variable(_), Segment::Variable(_)) => {
                format!("`{own}` and `{others}` stand at the same place")
            }
            (Segment::Variable(_), Segment::Literal(_)) => {
                format!("`{own}` stands where another path has a literal")
            }
            (Segment::Literal(_), _) => {
                format!("`{own}` stands where another path has the variable `{others}`")
            }
        };
        let why = match (own, others) {
            (Segment::Variable(_), Segment::Variable(_)) => "a variable has one name in all paths",
            _ => "a request could mean both",
        };
        let fits = |path: &String| {
            parse(path).is_ok_and(|segments| {
                let mut rest = templates.iter().enumerate();
                // Those that are reported themselves will be written otherwise.
                rest.all(|(other, template)| {
                    met[other].is_some() || parting(&segments, &template.segments).is_none()
                })
            })
        };
        let help = match proposal(&template.segments, at, others).filter(fits) {
            Some(path) => format!("{why}: write `{path}`, for example"),
            None => format!("{why}: write one of the two otherwise"),
        };
        sink.report(rules::PATH_AMBIGUOUS, template.span, message)
            .help(help)
            .related(other.span, format!("`{}` stands here", other.path));
    }
}

/// The first place at which the server cannot choose between two paths: the end for equal ones.
fn parting(one: &[Segment<'_>], other: &[Segment<'_>]) -> Option<usize> {
    let same = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    match (one.get(same), other.get(same)) {
        (None, None)
        | (Some(Segment::Variable(_)), Some(_))
        | (Some(_), Some(Segment::Variable(_))) => Some(same),
        _ => None,
    }
}

/// How a path could be written instead, where it meets the segment of another path at `at`.
fn proposal(segments: &[Segment<'_>], at: usize, other: Segment<'_>) -> Option<String> {
    let mut written: Vec<String> = segments.iter().map(Segment::to_string).collect();
    match (segments[at], other) {
        (Segment::Variable(_), Segment::Variable(_)) => written[at] = other.to_string(),
        (Segment::Variable(name), Segment::Literal(_)) => {
            written.insert(at, format!("by-{}", name.replace('_', "-")));
        }
        (Segment::Literal(literal), _) => {
            // The nearest literal before it takes it in.
            let before = &segments[..at];
            let nearest = before
                .iter()
                .rposition(|segment| matches!(segment, Segment::Literal(_)));
            let nearest = nearest?;
            written.remove(at);
            written[nearest] = format!("{}-{literal}", written[nearest]);
        }
    }
    Some(format!("/{}", written.join("/")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Diagnostics;

    fn found(paths: &[&str]) -> Diagnostics {
        let mut sink = Sink::default();
        let templates: Vec<Template<'_>> = (1..)
            .zip(paths)
            .map(|(line, path)| Template {
                path,
                span: Span {
                    line,
                    column: 1,
                    len: 1,
                },
                segments: parse(path).unwrap(),
            })
            .collect();
        check_ambiguity(&templates, &mut sink);
        sink.finish("paths", "")
    }

    #[test]
    fn templates_are_literals_and_whole_variables() {
        assert_eq!(parse("/a/{b_1}/c.d").unwrap().len(), 3);
        assert!(parse("/").unwrap().is_empty());
        for path in [
            "", "a", "/a/", "//", "/a{b}", "/{a}-{b}", "/{}", "/{a:.*}", "/{1}", "/{a}/{a}",
            "/a b", "/a?b", "/..", "/ä",
        ] {
            assert!(parse(path).is_err(), "{path}");
        }
    }

    #[test]
    fn paths_between_which_a_request_cannot_choose_are_ambiguous() {
        for paths in [
            &["/a/{x}", "/a/{x}/b", "/c", "/a", "/"][..],
            &["/a/b", "/a/c/{x}"],
        ] {
            assert!(found(paths).is_empty(), "{paths:?}");
        }
        for paths in [
            ["/a/{x}", "/a/{y}"],
            ["/a/{x}", "/a/{y}/b"],
            ["/a/{x}", "/a/b"],
            ["/a/b/c", "/a/{x}/d"],
            ["/a/{x}", "/a/{x}"],
        ] {
            assert_eq!(found(&paths).len(), 1, "{paths:?}");
        }
    }

    #[test]
    fn a_path_that_is_proposed_is_ambiguous_with_no_other() {
        for (paths, proposed) in [
            (&["/a/{x}", "/a/{y}/b"][..], Some("/a/{x}/b")),
            (&["/a/{x}", "/a/b"], Some("/a-b")),
            (&["/a/{x}/{y}", "/a/{x}/b/c"], Some("/a-b/{x}/c")),
            (&["/a/new", "/a/{a_id}"], Some("/a/by-a-id/{a_id}")),
            // What would be proposed is taken, or there is nothing to take it in.
            (&["/a/{x}", "/a-b", "/a/b"], None),
            (&["/{x}", "/a"], None),
        ] {
            let found = found(paths);
            let help = found
                .iter()
                .next()
                .and_then(|found| found.help.clone())
                .unwrap();
            let shown = help.split('`').nth(1);
            assert_eq!(shown, proposed, "{help}");
            if let Some(proposed) = proposed {
                let mut corrected = paths.to_vec();
                *corrected.last_mut().unwrap() = proposed;
                assert!(self::found(&corrected).is_empty(), "{corrected:?}");
            }
        }
    }
}
