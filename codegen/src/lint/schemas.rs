//! `named-schema`, `described`, `bounded` and `component-unused`.

use crate::diagnostic::{Sink, rules};
use crate::ir::TypeKind;
use crate::lower::did_you_mean;
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
        check_bounds(info, model, sink);
    }
    check_used(understood, sink);
}

fn check_described(model: &Model<'_>, sink: &mut Sink) {
    let says = |description: Option<&str>| description.is_some_and(|text| !text.trim().is_empty());
    for wanted in &model.wants_description {
        let by_type = wanted.ty.as_ref().and_then(|ty| model.types.find(ty));
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

fn check_bounds(info: &TypeInfo<'_>, model: &Model<'_>, sink: &mut Sink) {
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
    let existing = info
        .component
        .is_none()
        .then(|| bounded_text_like(info, model))
        .flatten()
        .map(|name| format!(", or refer to `#/components/schemas/{name}`, which has one"))
        .unwrap_or_default();
    for keyword in missing {
        sink.report(
            rules::BOUNDED,
            info.at,
            format!("this schema has no `{keyword}`"),
        )
        .help(format!(
            "add `{keyword}:` with a bound that real values keep{existing}: what has none is a way to overload the server"
        ));
    }
}

/// The component that a text without a bound, written where it is used, most likely repeats: one
/// with a bound, whose name the use ends with or resembles.
fn bounded_text_like<'m>(info: &TypeInfo<'_>, model: &'m Model<'_>) -> Option<&'m str> {
    if !matches!(info.kind, Some(TypeKind::Text(_))) {
        return None;
    }
    let bounded = model.types.list.iter().filter_map(|other| {
        let is_bounded =
            matches!(&other.kind, Some(TypeKind::Text(text)) if text.max_length.is_some());
        let name = other.component?;
        (is_bounded && !other.broken).then_some((name, other.ident.as_str()))
    });
    let (names, idents): (Vec<&str>, Vec<&str>) = bounded.unzip();
    let position = |ident: &str| idents.iter().position(|other| *other == ident);
    let ends = idents
        .iter()
        .filter(|ident| info.ident.ends_with(**ident))
        .max_by_key(|ident| ident.len());
    let close = || did_you_mean(&info.ident, idents.iter().copied());
    ends.copied()
        .or_else(close)
        .and_then(position)
        .map(|index| names[index])
}

fn bounds(minimum: bool, maximum: bool) -> &'static [&'static str] {
    match (minimum, maximum) {
        (true, true) => &["minimum", "maximum"],
        (true, false) => &["minimum"],
        (false, true) => &["maximum"],
        (false, false) => &[],
    }
}

fn check_used(understood: &Understood<'_>, sink: &mut Sink) {
    for section in Section::ALL {
        for entry in understood.components.entries(section) {
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
