-- What a database holds, as facts. Each statement gives one row for each object: `class`,
-- `parent` (the table that it is a part of, if any) and `name` say which object it is; every
-- further column is a property, under the column's own name. NULL: the object has no such
-- property. Names are qualified where the search path does not lead to them.
--
-- Left out, because they are no part of a schema: who owns everything (the operator says, and what is
-- the owner's by that alone is no grant), comments (schema.sql has them as comments), statistics, versions of
-- extensions, whatever belongs to an extension, and Diesel's own table of migrations.

-- Extensions.
SELECT 'extension' AS class, NULL AS parent, extname AS name,
    nullif(nspname, current_schema()) AS "schema"
FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace;

-- Schemas beside the one that the tables are in.
SELECT 'schema' AS class, NULL AS parent, quote_ident(nspname) AS name
FROM pg_namespace n
WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'public')
    AND nspname IS DISTINCT FROM current_schema()
    AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_namespace'::regclass
        AND objid = n.oid AND deptype = 'e');

-- Tables, views and composite types.
SELECT
    CASE relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view'
        WHEN 'f' THEN 'foreign table' WHEN 'c' THEN 'type' ELSE 'table' END AS class,
    NULL AS parent,
    CASE relkind WHEN 'c' THEN reltype::regtype::text ELSE c.oid::regclass::text END AS name,
    (SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
        WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) AS "order of columns",
    CASE WHEN relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END AS "definition",
    CASE relkind WHEN 'p' THEN pg_get_partkeydef(c.oid) END AS "partition key",
    pg_get_expr(relpartbound, c.oid) AS "partition bound",
    (SELECT string_agg(inhparent::regclass::text, ', ' ORDER BY inhseqno)
        FROM pg_inherits WHERE inhrelid = c.oid) AS "parent tables",
    CASE WHEN relkind IN ('r', 'p', 'm') THEN
        CASE relpersistence WHEN 'u' THEN 'unlogged' ELSE 'logged' END END AS "persistence",
    CASE WHEN relkind IN ('r', 'p') THEN
        CASE WHEN NOT relrowsecurity AND NOT relforcerowsecurity THEN 'off'
            WHEN NOT relrowsecurity THEN 'off, but forced'
            WHEN relforcerowsecurity THEN 'on, and forced' ELSE 'on' END END AS "row security",
    CASE WHEN relkind IN ('r', 'p') THEN
        CASE relreplident WHEN 'n' THEN 'nothing' WHEN 'f' THEN 'full' WHEN 'i' THEN 'an index'
            ELSE 'default' END END AS "replica identity",
    array_to_string(reloptions, ', ') AS "options",
    (SELECT amname FROM pg_am WHERE pg_am.oid = relam AND amname <> 'heap') AS "access method",
    CASE WHEN reloftype <> 0 THEN reloftype::regtype::text END AS "of type"
FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'c')
    AND nspname !~ '^pg_' AND nspname <> 'information_schema'
    AND relname <> '__diesel_schema_migrations'
    AND NOT EXISTS (SELECT FROM pg_depend
        WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e');

-- Columns. Where a sequence gives the values, what it counts by is the column's.
SELECT 'column' AS class,
    CASE relkind WHEN 'c' THEN reltype::regtype::text ELSE attrelid::regclass::text END AS parent,
    quote_ident(attname) AS name,
    format_type(atttypid, atttypmod) AS "type",
    CASE WHEN relkind IN ('r', 'p', 'f') THEN
        CASE WHEN attnotnull THEN 'not null' ELSE 'null' END END AS "nullability",
    CASE WHEN attgenerated = '' THEN pg_get_expr(adbin, adrelid) END AS "default",
    CASE WHEN attgenerated <> '' THEN
        CASE attgenerated WHEN 's' THEN 'stored: ' ELSE 'virtual: ' END
        || pg_get_expr(adbin, adrelid) END AS "generation",
    CASE attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END
        || (SELECT format(' (start %s, increment %s, from %s to %s, cache %s%s)', seqstart,
                seqincrement, seqmin, seqmax, seqcache, CASE WHEN seqcycle THEN ', cycles' END)
            FROM pg_depend JOIN pg_sequence ON seqrelid = objid
            WHERE classid = 'pg_class'::regclass AND refclassid = 'pg_class'::regclass
            AND refobjid = attrelid AND refobjsubid = attnum AND deptype = 'i') AS "identity",
    CASE WHEN attcollation <> typcollation THEN attcollation::regcollation::text END AS "collation",
    CASE WHEN attstorage <> typstorage THEN attstorage::text END AS "storage",
    array_to_string(attoptions || attfdwoptions, ', ') AS "options"
FROM pg_attribute
JOIN pg_class c ON c.oid = attrelid
JOIN pg_namespace n ON n.oid = relnamespace
JOIN pg_type t ON t.oid = atttypid
LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'c') AND attnum > 0 AND NOT attisdropped
    AND nspname !~ '^pg_' AND nspname <> 'information_schema'
    AND relname <> '__diesel_schema_migrations'
    AND NOT EXISTS (SELECT FROM pg_depend
        WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e');

-- Constraints of tables and of domains, with their deferral, validity and actions. Since
-- version 18 NOT NULL is one too; here it is the column's nullability throughout. Constraint
-- triggers are triggers. Foreign keys, and whatever is deferrable, are kept by internal triggers,
-- of which `DISABLE TRIGGER ALL` leaves no other trace; those of a foreign key are on two tables.
SELECT 'constraint' AS class,
    CASE conrelid WHEN 0 THEN contypid::regtype::text ELSE conrelid::regclass::text END AS parent,
    quote_ident(conname) AS name,
    pg_get_constraintdef(k.oid) AS "definition",
    CASE WHEN contype <> 'c' THEN coalesce(
        (SELECT string_agg(DISTINCT format('%s on %s', CASE tgenabled WHEN 'D' THEN 'disabled'
                WHEN 'R' THEN 'replicas only' ELSE 'always' END, tgrelid::regclass), ', ')
            FROM pg_trigger WHERE tgconstraint = k.oid AND tgisinternal AND tgenabled <> 'O'),
        'enabled') END AS "enforcement",
    CASE WHEN indisclustered THEN 'yes' END AS "clusters the table",
    CASE WHEN indisreplident THEN 'yes' END AS "is the replica identity"
FROM pg_constraint k
JOIN pg_namespace n ON n.oid = connamespace
LEFT JOIN pg_class c ON c.oid = conrelid
LEFT JOIN pg_index ON indexrelid = conindid AND contype IN ('p', 'u', 'x')
WHERE contype IN ('c', 'f', 'p', 'u', 'x')
    AND nspname !~ '^pg_' AND nspname <> 'information_schema'
    AND relname IS DISTINCT FROM '__diesel_schema_migrations'
    AND NOT EXISTS (SELECT FROM pg_depend WHERE deptype = 'e'
        AND ((classid = 'pg_class'::regclass AND objid = conrelid)
            OR (classid = 'pg_type'::regclass AND objid = contypid)));

-- Indexes that are not a constraint's.
SELECT 'index' AS class, indrelid::regclass::text AS parent, indexrelid::regclass::text AS name,
    pg_get_indexdef(indexrelid, 0, true) AS "definition",
    CASE WHEN indisvalid THEN 'valid' ELSE 'invalid' END AS "validity",
    CASE WHEN indisclustered THEN 'yes' END AS "clusters the table",
    CASE WHEN indisreplident THEN 'yes' END AS "is the replica identity"
FROM pg_index
JOIN pg_class c ON c.oid = indrelid
JOIN pg_namespace n ON n.oid = relnamespace
WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
    AND relname <> '__diesel_schema_migrations'
    AND NOT EXISTS (SELECT FROM pg_constraint
        WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x'))
    AND NOT EXISTS (SELECT FROM pg_depend
        WHERE classid = 'pg_class'::regclass AND objid IN (c.oid, indexrelid) AND deptype = 'e');

-- Triggers.
SELECT 'trigger' AS class, tgrelid::regclass::text AS parent, quote_ident(tgname) AS name,
    pg_get_triggerdef(t.oid, true) AS "definition",
    CASE tgenabled WHEN 'O' THEN 'enabled' WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'on replicas'
        ELSE 'always' END AS "state"
FROM pg_trigger t
JOIN pg_class c ON c.oid = tgrelid
JOIN pg_namespace n ON n.oid = relnamespace
WHERE NOT tgisinternal AND nspname !~ '^pg_' AND nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM pg_depend
        WHERE classid = 'pg_trigger'::regclass AND objid = t.oid AND deptype = 'e');

-- Rules, other than what makes a view a view.
SELECT 'rule' AS class, ev_class::regclass::text AS parent, quote_ident(rulename) AS name,
    pg_get_ruledef(r.oid) AS "definition",
    CASE ev_enabled WHEN 'O' THEN 'enabled' WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'on replicas'
        ELSE 'always' END AS "state"
FROM pg_rewrite r
JOIN pg_class c ON c.oid = ev_class
JOIN pg_namespace n ON n.oid = relnamespace
WHERE rulename <> '_RETURN' AND nspname !~ '^pg_' AND nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM pg_depend
        WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e');

-- Policies of row security.
SELECT 'policy' AS class, polrelid::regclass::text AS parent, quote_ident(polname) AS name,
    CASE polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE'
        WHEN 'd' THEN 'DELETE' ELSE 'ALL' END AS "command",
    CASE WHEN polpermissive THEN 'permissive' ELSE 'restrictive' END AS "kind",
    (SELECT string_agg(CASE role WHEN 0 THEN 'public' ELSE role::regrole::text END, ', ' ORDER BY 1)
        FROM unnest(polroles) role) AS "roles",
    pg_get_expr(polqual, polrelid) AS "condition",
    pg_get_expr(polwithcheck, polrelid) AS "check"
FROM pg_policy;

-- What is granted on tables, views and their columns, and on sequences: an object for each role.
SELECT 'grant' AS class,
    CASE WHEN relkind = 'S' THEN NULL ELSE c.oid::regclass::text END AS parent,
    CASE WHEN relkind = 'S' THEN format('%s to ', c.oid::regclass) ELSE '' END
        || CASE grantee WHEN 0 THEN 'public' ELSE grantee::regrole::text END AS name,
    string_agg(privilege_type || CASE WHEN is_grantable THEN ' with grant option' ELSE '' END, ', '
        ORDER BY privilege_type) FILTER (WHERE attname IS NULL) AS "privileges",
    string_agg(format('%s (%s)', privilege_type, quote_ident(attname)), ', '
        ORDER BY privilege_type, attname) FILTER (WHERE attname IS NOT NULL)
        AS "privileges on columns"
FROM (
    SELECT oid AS relation, NULL::name AS attname, (aclexplode(relacl)).* FROM pg_class
    UNION ALL
    SELECT attrelid, attname, (aclexplode(attacl)).* FROM pg_attribute WHERE NOT attisdropped
) granted
JOIN pg_class c ON c.oid = relation
JOIN pg_namespace n ON n.oid = relnamespace
WHERE grantee <> relowner AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
    AND nspname !~ '^pg_' AND nspname <> 'information_schema'
    AND relname <> '__diesel_schema_migrations'
    AND NOT EXISTS (SELECT FROM pg_depend
        WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e')
GROUP BY c.oid, relkind, grantee;

-- Sequences other than those of identity columns.
SELECT 'sequence' AS class,
    (SELECT refobjid::regclass::text FROM pg_depend WHERE classid = 'pg_class'::regclass
        AND objid = seqrelid AND deptype = 'a' AND refclassid = 'pg_class'::regclass) AS parent,
    seqrelid::regclass::text AS name,
    seqtypid::regtype::text AS "type", seqstart AS "start", seqincrement AS "increment",
    seqmin AS "minimum", seqmax AS "maximum", seqcache AS "cache",
    CASE WHEN seqcycle THEN 'yes' END AS "cycles",
    (SELECT quote_ident(attname) FROM pg_depend
        JOIN pg_attribute ON attrelid = refobjid AND attnum = refobjsubid
        WHERE classid = 'pg_class'::regclass AND objid = seqrelid AND deptype = 'a') AS "column"
FROM pg_sequence
JOIN pg_class c ON c.oid = seqrelid
JOIN pg_namespace n ON n.oid = relnamespace
WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM pg_depend
        WHERE classid = 'pg_class'::regclass AND objid = seqrelid AND deptype IN ('e', 'i'));

-- Functions, procedures and aggregates.
SELECT
    CASE prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END AS class,
    NULL AS parent, p.oid::regprocedure::text AS name,
    CASE WHEN prokind IN ('f', 'p', 'w') THEN
        regexp_replace(pg_get_functiondef(p.oid), '(FUNCTION|PROCEDURE) [^(]*\(', '\1 (') END
        AS "definition",
    CASE prokind WHEN 'a' THEN (SELECT format('%s into %s, final %s, start %s', aggtransfn,
            aggtranstype::regtype, aggfinalfn, agginitval)
        FROM pg_aggregate WHERE aggfnoid = p.oid) END AS "aggregation"
FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace
WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass
        AND objid = p.oid AND deptype IN ('e', 'i'));

-- Enumerations, domains and ranges.
SELECT CASE typtype WHEN 'd' THEN 'domain' ELSE 'type' END AS class, NULL AS parent,
    t.oid::regtype::text AS name,
    (SELECT string_agg(quote_literal(enumlabel), ', ' ORDER BY enumsortorder)
        FROM pg_enum WHERE enumtypid = t.oid) AS "labels",
    CASE typtype WHEN 'd' THEN format_type(typbasetype, typtypmod) END AS "type",
    CASE typtype WHEN 'd' THEN
        CASE WHEN typnotnull THEN 'not null' ELSE 'null' END END AS "nullability",
    typdefault AS "default",
    CASE WHEN typtype = 'd' AND typcollation <> (SELECT base.typcollation FROM pg_type base
            WHERE base.oid = t.typbasetype) THEN typcollation::regcollation::text END
        AS "collation",
    (SELECT rngsubtype::regtype::text FROM pg_range WHERE rngtypid = t.oid) AS "range of"
FROM pg_type t JOIN pg_namespace n ON n.oid = typnamespace
WHERE typtype IN ('e', 'd', 'r') AND nspname !~ '^pg_' AND nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM pg_depend
        WHERE classid = 'pg_type'::regclass AND objid = t.oid AND deptype = 'e');

-- Extended statistics.
SELECT 'statistics' AS class, stxrelid::regclass::text AS parent, quote_ident(stxname) AS name,
    pg_get_statisticsobjdef(s.oid) AS "definition"
FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = stxnamespace
WHERE nspname !~ '^pg_' AND nspname <> 'information_schema';

-- Whatever else there can be, by its name alone. Object ids below 16384 are PostgreSQL's own.
SELECT identified.type AS class, NULL AS parent, identified.identity AS name
FROM (
    SELECT 'pg_operator'::regclass AS catalog, oid FROM pg_operator
    UNION ALL SELECT 'pg_opclass'::regclass, oid FROM pg_opclass
    UNION ALL SELECT 'pg_opfamily'::regclass, oid FROM pg_opfamily
    UNION ALL SELECT 'pg_cast'::regclass, oid FROM pg_cast
    UNION ALL SELECT 'pg_collation'::regclass, oid FROM pg_collation
    UNION ALL SELECT 'pg_conversion'::regclass, oid FROM pg_conversion
    UNION ALL SELECT 'pg_ts_config'::regclass, oid FROM pg_ts_config
    UNION ALL SELECT 'pg_ts_dict'::regclass, oid FROM pg_ts_dict
    UNION ALL SELECT 'pg_ts_parser'::regclass, oid FROM pg_ts_parser
    UNION ALL SELECT 'pg_ts_template'::regclass, oid FROM pg_ts_template
    UNION ALL SELECT 'pg_am'::regclass, oid FROM pg_am
    UNION ALL SELECT 'pg_language'::regclass, oid FROM pg_language
    UNION ALL SELECT 'pg_transform'::regclass, oid FROM pg_transform
    UNION ALL SELECT 'pg_foreign_data_wrapper'::regclass, oid FROM pg_foreign_data_wrapper
    UNION ALL SELECT 'pg_foreign_server'::regclass, oid FROM pg_foreign_server
    UNION ALL SELECT 'pg_event_trigger'::regclass, oid FROM pg_event_trigger
    UNION ALL SELECT 'pg_publication'::regclass, oid FROM pg_publication
) other
CROSS JOIN LATERAL pg_identify_object(other.catalog, other.oid, 0) identified
WHERE other.oid >= 16384
    AND NOT EXISTS (SELECT FROM pg_depend
        WHERE classid = other.catalog AND objid = other.oid AND deptype = 'e');
