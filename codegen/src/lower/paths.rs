//! Paths: templates, and that one request belongs to one path.

use super::Cx;
use crate::diagnostic::{Sink, Span, rules};
use std::collections::HashMap;

/// A piece of a path between slashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Segment<'a> {
    Literal(&'a str),
    Variable(&'a str),
}

/// The variables of a path, in its order; `None` when it is no valid template.
pub(super) fn variables<'a>(
    cx: &mut Cx<'a>,
    router: &mut Router<'a>,
    path: &'a str,
    span: Span,
) -> Option<Vec<&'a str>> {
    match parse(path) {
        Ok(segments) => {
            router.insert(&mut cx.sink, path, &segments, span);
            Some(
                segments
                    .iter()
                    .filter_map(|segment| match segment {
                        Segment::Variable(name) => Some(*name),
                        Segment::Literal(_) => None,
                    })
                    .collect(),
            )
        }
        Err((message, help)) => {
            cx.sink
                .report(rules::PATH_TEMPLATE, span, message)
                .help(help);
            None
        }
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

/// The tree of paths, to see which of them a request could not choose between.
#[derive(Debug, Default)]
pub(super) struct Router<'a> {
    nodes: Vec<Branch<'a>>,
}

#[derive(Debug, Default)]
struct Branch<'a> {
    literals: HashMap<&'a str, usize>,
    variable: Option<(&'a str, usize)>,
    /// The first path that came through here, and where it stands.
    first: Option<(&'a str, Span)>,
    /// The path that ends here.
    end: Option<(&'a str, Span)>,
}

impl<'a> Router<'a> {
    fn insert(&mut self, sink: &mut Sink, path: &'a str, segments: &[Segment<'a>], span: Span) {
        if self.nodes.is_empty() {
            self.nodes.push(Branch::default());
        }
        let mut at = 0;
        for segment in segments {
            let fresh = self.nodes.len();
            let branch = &self.nodes[at];
            let conflict = match (segment, branch.variable) {
                (Segment::Variable(name), Some((other, below))) if *name != other => {
                    Some((below, format!("`{{{name}}}` and `{{{other}}}` stand at the same place"), "give the variable one name in all paths"))
                }
                (Segment::Variable(name), None) => branch.literals.values().copied().min().map(|below| {
                    (below, format!("`{{{name}}}` stands where another path has a literal"), "a request could mean both: put the variable below a literal of its own")
                }),
                (Segment::Literal(text), Some((other, below))) => {
                    Some((below, format!("`{text}` stands where another path has the variable `{{{other}}}`"), "a request could mean both: put the variable below a literal of its own"))
                }
                _ => None,
            };
            if let Some((below, message, help)) = conflict {
                let (other, first) = self.nodes[below].first.unwrap_or((path, span));
                sink.report(rules::PATH_AMBIGUOUS, span, message)
                    .help(help)
                    .related(first, format!("`{other}` stands here"));
                return;
            }
            let next = match segment {
                Segment::Variable(name) => self.nodes[at].variable.get_or_insert((name, fresh)).1,
                Segment::Literal(text) => *self.nodes[at].literals.entry(text).or_insert(fresh),
            };
            if next == fresh {
                self.nodes.push(Branch {
                    first: Some((path, span)),
                    ..Branch::default()
                });
            }
            at = next;
        }
        if let Some((other, first)) = self.nodes[at].end.replace((path, span)) {
            sink.report(
                rules::PATH_AMBIGUOUS,
                span,
                format!("`{path}` and `{other}` are the same path"),
            )
            .help("put their operations under one of the two")
            .related(first, "the other one");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn insert(paths: &[&str]) -> usize {
        let mut sink = Sink::default();
        let mut router = Router::default();
        for (index, path) in paths.iter().enumerate() {
            let segments = parse(path).unwrap();
            router.insert(
                &mut sink,
                path,
                &segments,
                Span {
                    line: index + 1,
                    column: 1,
                    len: 1,
                },
            );
        }
        sink.len()
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
        assert_eq!(insert(&["/a/{x}", "/a/{x}/b", "/c", "/a", "/"]), 0);
        assert_eq!(insert(&["/a/{x}", "/a/{y}"]), 1);
        assert_eq!(insert(&["/a/{x}", "/a/{y}/b"]), 1);
        assert_eq!(insert(&["/a/{x}", "/a/b"]), 1);
        assert_eq!(insert(&["/a/b/c", "/a/{x}/d"]), 1);
    }
}
