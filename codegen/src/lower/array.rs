//! Arrays: items, size, uniqueness.

use super::Cx;
use super::fields::Fields;
use super::schema::{Role, SchemaPosition};
use crate::ir::ArrayRules;

pub(super) fn lower<'a>(cx: &mut Cx<'a>, fields: &Fields<'a>, ident: &str) -> Option<ArrayRules> {
    let min_items = cx.size(fields, "minItems");
    let max_items = cx.size(fields, "maxItems");
    if let (Some(min), Some(max)) = (min_items, max_items)
        && min > max
    {
        cx.empty_range(
            fields,
            "minItems",
            "maxItems",
            &min.to_string(),
            &max.to_string(),
        );
    }
    let unique_items = cx.flag(fields, "uniqueItems") == Some(true);
    let Some(entry) = fields.entry("items") else {
        cx.missing(
            fields,
            "items",
            "add `items:` with a `$ref` to the schema of one item",
        );
        return None;
    };
    let place = SchemaPosition {
        ident: &format!("{ident}Item"),
        role: Role::Items,
    };
    let items = cx.schema(&entry.value, entry.key_span, place).ty?;
    Some(ArrayRules {
        items,
        min_items,
        max_items,
        unique_items,
    })
}
