//! `named-schema`, `described`, `bounded` and `component-unused`.

use crate::diagnostic::{Sink, Span, rules};
use crate::ir::TypeKind;
use crate::lower::model::{Model, TypeInfo, Understood};
use crate::lower::references::Section;

pub(super) fn check(understood: &Understood<'_>, sink: &mut Sink) {
    let model = &understood.model;
    for (what, span) in &model.nameless {
        sink.report(rules::NAMED_SCHEMA, *span, format!("{what} is written where it is used"))
            .help("move it to components/schemas, and refer to it with `$ref`: the name becomes the type's");
    }
    check_described(model, sink);
    for info in &model.types.list {
        check_bounds(info, sink);
    }
    check_used(understood, sink);
}

fn check_described(model: &Model<'_>, sink: &mut Sink) {
    let says = |description: Option<&str>| description.is_some_and(|text| !text.trim().is_empty());
    for wanted in &model.wants_description {
        let by_type = wanted.ty.as_ref().and_then(|ty| model.types.of(ty));
        // A component without a description is reported once, where it stands.
        let type_answers =
            by_type.is_some_and(|info| info.component.is_some() || says(info.description));
        if !says(wanted.description) && !type_answers {
            sink.report(
                rules::DESCRIBED,
                wanted.at,
                format!("{} is not described", wanted.what),
            )
            .help("add `description:` with what it is, in a sentence");
        }
    }
}

fn check_bounds(info: &TypeInfo<'_>, sink: &mut Sink) {
    if info.broken {
        return;
    }
    let missing: &[&str] = match &info.kind {
        Some(TypeKind::Text(text)) if text.max_length.is_none() => &["maxLength"],
        Some(TypeKind::Array(array)) if array.max_items.is_none() => &["maxItems"],
        Some(TypeKind::Integer(integer)) => {
            bounds(integer.minimum.is_none(), integer.maximum.is_none())
        }
        Some(TypeKind::Number(number)) => {
            bounds(number.minimum.is_none(), number.maximum.is_none())
        }
        _ => &[],
    };
    for keyword in missing {
        report_bound(info.at, keyword, sink);
    }
}

fn bounds(minimum: bool, maximum: bool) -> &'static [&'static str] {
    match (minimum, maximum) {
        (true, true) => &["minimum", "maximum"],
        (true, false) => &["minimum"],
        (false, true) => &["maximum"],
        (false, false) => &[],
    }
}

fn report_bound(at: Span, keyword: &str, sink: &mut Sink) {
    sink.report(rules::BOUNDED, at, format!("this schema has no `{keyword}`"))
        .help(format!("add `{keyword}:` with a bound that real values keep: what has none is a way to overload the server"));
}

fn check_used(understood: &Understood<'_>, sink: &mut Sink) {
    for section in Section::ALL {
        for entry in understood.components.of(section) {
            if !understood.components.is_used(section, &entry.key) {
                sink.report(
                    rules::COMPONENT_UNUSED,
                    entry.key_span,
                    format!(
                        "nothing uses `{}` of components/{}",
                        entry.key,
                        section.key()
                    ),
                )
                .help("remove it, or refer to it");
            }
        }
    }
}
