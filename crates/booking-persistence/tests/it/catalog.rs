//! What a database's schema is, as lines that can be compared.

use diesel_async::AsyncPgConnection;

use crate::support::texts;

/// Diesel's own table is none of ours.
const OURS: &str = "relnamespace = 'public'::regnamespace
    AND relname NOT LIKE '\\_\\_diesel%'";

/// Everything that the schema says: extensions, columns in their order with type, length,
/// nullability, default and identity; constraints, indexes, triggers, sequences, functions and
/// enums of our own.
pub(crate) async fn describe(connection: &mut AsyncPgConnection) -> Vec<String> {
    let queries = [
        "SELECT 'extension ' || extname AS line FROM pg_extension".to_owned(),
        format!(
            "SELECT format('column %s.%s %s: %s%s default %s identity %s generated %s', relname,
                    attnum, attname, format_type(atttypid, atttypmod),
                    CASE WHEN attnotnull THEN ' not null' ELSE '' END,
                    coalesce(pg_get_expr(adbin, adrelid), 'none'), attidentity, attgenerated) AS line
                FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
                LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
                WHERE relkind IN ('r', 'p', 'v', 'm') AND attnum > 0 AND NOT attisdropped AND {OURS}"
        ),
        format!(
            "SELECT format('constraint %s.%s: %s', relname, conname,
                    pg_get_constraintdef(pg_constraint.oid)) AS line
                FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid WHERE {OURS}"
        ),
        format!(
            "SELECT 'index ' || pg_get_indexdef(indexrelid) AS line
                FROM pg_index JOIN pg_class ON pg_class.oid = indrelid WHERE {OURS}"
        ),
        format!(
            "SELECT 'trigger ' || pg_get_triggerdef(pg_trigger.oid) AS line
                FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
                WHERE NOT tgisinternal AND {OURS}"
        ),
        format!(
            "SELECT format('%s %s, row security %s', relkind, relname, relrowsecurity) AS line
                FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'S') AND {OURS}"
        ),
        // What belongs to an extension is not ours; neither are Diesel's helpers.
        "SELECT 'function ' || proname || ' ' || md5(prosrc) AS line FROM pg_proc
            WHERE pronamespace = 'public'::regnamespace AND proname NOT LIKE 'diesel\\_%'
            AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')"
            .to_owned(),
        "SELECT format('enum %s %s %s', typname, enumsortorder, enumlabel) AS line
            FROM pg_enum JOIN pg_type ON pg_type.oid = enumtypid"
            .to_owned(),
    ];
    let mut lines = Vec::new();
    for query in queries {
        lines.extend(texts(connection, &query).await);
    }
    lines.sort();
    lines
}
