-- What a schema is written down from. Each statement gives rows of one kind, in the order in
-- which the objects were made; `row` says of which kind. What cannot be written down from this
-- is noticed when the result is applied to an empty database and compared.

SELECT 'extension' AS row, quote_ident(extname) AS name,
    CASE WHEN nspname <> current_schema() THEN quote_ident(nspname) END AS schema
FROM pg_extension e JOIN pg_namespace n ON n.oid = extnamespace
WHERE extname <> 'plpgsql' ORDER BY e.oid;

-- Tables, views and sequences.
SELECT 'item' AS row, c.oid, c.oid::regclass::text AS name,
    CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE'
        ELSE 'TABLE' END AS kind,
    CASE WHEN relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid, true) END AS definition,
    CASE WHEN relpersistence = 'u' THEN 'yes' END AS unlogged,
    array_to_string(reloptions, ', ') AS options,
    CASE WHEN relrowsecurity THEN 'yes' END AS row_security,
    CASE WHEN relforcerowsecurity THEN 'yes' END AS forced_row_security,
    obj_description(c.oid, 'pg_class') AS comment
FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
WHERE relkind IN ('r', 'p', 'v', 'm', 'S') AND nspname !~ '^pg_'
    AND nspname <> 'information_schema' AND relname <> '__diesel_schema_migrations'
    AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass
        AND objid = c.oid AND deptype IN ('e', 'i'))
ORDER BY c.oid;

-- Enumerations and domains.
SELECT 'item' AS row, t.oid, t.oid::regtype::text AS name,
    CASE typtype WHEN 'e' THEN 'TYPE' ELSE 'DOMAIN' END AS kind,
    CASE typtype
        WHEN 'e' THEN 'ENUM (' || (SELECT string_agg(quote_literal(enumlabel), ', '
            ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid) || ')'
        ELSE format_type(typbasetype, typtypmod) || coalesce(' DEFAULT ' || typdefault, '')
            || CASE WHEN typnotnull THEN ' NOT NULL' ELSE '' END
            || coalesce((SELECT string_agg(format(E'\n    CONSTRAINT %I %s', conname,
                pg_get_constraintdef(k.oid, true)), '' ORDER BY k.oid)
                FROM pg_constraint k WHERE contypid = t.oid AND contype = 'c'), '') END
        AS definition,
    obj_description(t.oid, 'pg_type') AS comment
FROM pg_type t JOIN pg_namespace n ON n.oid = typnamespace
WHERE typtype IN ('e', 'd') AND nspname !~ '^pg_' AND nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM pg_depend
        WHERE classid = 'pg_type'::regclass AND objid = t.oid AND deptype = 'e')
ORDER BY t.oid;

-- Functions and procedures.
SELECT 'item' AS row, p.oid, p.oid::regprocedure::text AS name, 'FUNCTION' AS kind,
    regexp_replace(pg_get_functiondef(p.oid), '^CREATE OR REPLACE', 'CREATE') AS definition,
    obj_description(p.oid, 'pg_proc') AS comment
FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace
WHERE prokind IN ('f', 'p', 'w') AND nspname !~ '^pg_' AND nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM pg_depend
        WHERE classid = 'pg_proc'::regclass AND objid = p.oid AND deptype IN ('e', 'i'))
ORDER BY p.oid;

-- Which of them needs which. Foreign keys need not hold from the beginning, and a sequence is
-- given to its column afterwards.
SELECT DISTINCT 'need' AS row, depending.item AS oid, needed.item AS needs
FROM pg_depend d
CROSS JOIN LATERAL (SELECT coalesce(
    (SELECT adrelid FROM pg_attrdef WHERE classid = 'pg_attrdef'::regclass AND oid = objid),
    (SELECT CASE conrelid WHEN 0 THEN contypid ELSE conrelid END FROM pg_constraint
        WHERE classid = 'pg_constraint'::regclass AND oid = objid AND contype <> 'f'),
    (SELECT ev_class FROM pg_rewrite WHERE classid = 'pg_rewrite'::regclass AND oid = objid),
    (SELECT indrelid FROM pg_index WHERE classid = 'pg_class'::regclass AND indexrelid = objid),
    CASE WHEN classid IN ('pg_class'::regclass, 'pg_proc'::regclass, 'pg_type'::regclass)
        THEN objid END) AS item) depending
CROSS JOIN LATERAL (SELECT coalesce(
    (SELECT coalesce(nullif(typrelid, 0), nullif(typelem, 0), oid) FROM pg_type
        WHERE refclassid = 'pg_type'::regclass AND oid = refobjid),
    CASE WHEN refclassid IN ('pg_class'::regclass, 'pg_proc'::regclass) THEN refobjid END)
    AS item) needed
WHERE depending.item >= 16384 AND needed.item >= 16384 AND depending.item <> needed.item
    AND deptype <> 'a' OR classid = 'pg_rewrite'::regclass AND depending.item <> needed.item;

-- Columns.
SELECT 'column' AS row, attrelid AS oid, quote_ident(attname) AS name,
    format_type(atttypid, atttypmod) AS type,
    CASE WHEN typtype = 'd' THEN format_type(typbasetype, NULL)
        ELSE format_type(atttypid, NULL) END AS plain_type,
    CASE WHEN typtype = 'e' THEN typname
        ELSE (SELECT item.typname FROM pg_type item
            WHERE item.oid = t.typelem AND item.typtype = 'e') END AS enumeration,
    CASE WHEN attnotnull THEN 'yes' END AS not_null,
    CASE WHEN attgenerated = '' THEN pg_get_expr(adbin, adrelid, true) END AS default,
    CASE WHEN attgenerated <> '' THEN format('(%s) %s', pg_get_expr(adbin, adrelid, true),
        CASE attgenerated WHEN 's' THEN 'STORED' ELSE 'VIRTUAL' END) END AS generation,
    CASE attidentity WHEN 'a' THEN 'ALWAYS' WHEN 'd' THEN 'BY DEFAULT' END AS identity,
    (SELECT concat_ws(' ',
            CASE WHEN seqstart <> CASE WHEN seqincrement > 0 THEN seqmin ELSE seqmax END
                THEN 'START WITH ' || seqstart END,
            CASE WHEN seqincrement <> 1 THEN 'INCREMENT BY ' || seqincrement END,
            CASE WHEN seqincrement > 0 AND seqmin <> 1 THEN 'MINVALUE ' || seqmin END,
            CASE WHEN seqincrement < 0 AND seqmax <> -1 THEN 'MAXVALUE ' || seqmax END,
            CASE WHEN seqcache <> 1 THEN 'CACHE ' || seqcache END,
            CASE WHEN seqcycle THEN 'CYCLE' END)
        FROM pg_depend JOIN pg_sequence ON seqrelid = objid
        WHERE classid = 'pg_class'::regclass AND refclassid = 'pg_class'::regclass
        AND refobjid = attrelid AND refobjsubid = attnum AND deptype = 'i') AS identity_options,
    CASE WHEN attcollation <> typcollation THEN attcollation::regcollation::text END AS collation,
    col_description(attrelid, attnum) AS comment
FROM pg_attribute
JOIN pg_class c ON c.oid = attrelid
JOIN pg_namespace n ON n.oid = relnamespace
JOIN pg_type t ON t.oid = atttypid
LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE relkind IN ('r', 'p') AND attnum > 0 AND NOT attisdropped AND nspname !~ '^pg_'
    AND nspname <> 'information_schema' AND relname <> '__diesel_schema_migrations'
ORDER BY attrelid, attnum;

-- Constraints of tables: keys first, then what refers to other tables, then what is checked.
SELECT 'constraint' AS row, conrelid AS oid, quote_ident(conname) AS name, contype AS kind,
    pg_get_constraintdef(k.oid, true) AS definition, nullif(confrelid, 0) AS references,
    (SELECT string_agg(quote_ident(attname), ', ' ORDER BY place)
        FROM unnest(conkey) WITH ORDINALITY AS key (number, place)
        JOIN pg_attribute ON attrelid = conrelid AND attnum = number) AS columns,
    (SELECT string_agg(quote_ident(attname), ', ' ORDER BY place)
        FROM unnest(confkey) WITH ORDINALITY AS key (number, place)
        JOIN pg_attribute ON attrelid = confrelid AND attnum = number) AS referenced_columns,
    obj_description(k.oid, 'pg_constraint') AS comment
FROM pg_constraint k JOIN pg_class c ON c.oid = conrelid JOIN pg_namespace n ON n.oid = relnamespace
WHERE contype IN ('p', 'f', 'u', 'c', 'x') AND nspname !~ '^pg_'
    AND nspname <> 'information_schema' AND relname <> '__diesel_schema_migrations'
ORDER BY conrelid, position(contype IN 'pfucx'), k.oid;

-- Indexes that are not a constraint's.
SELECT 'index' AS row, indrelid AS oid, quote_ident(i.relname) AS name,
    pg_get_indexdef(indexrelid, 0, true) AS definition,
    obj_description(indexrelid, 'pg_class') AS comment
FROM pg_index
JOIN pg_class i ON i.oid = indexrelid
JOIN pg_class c ON c.oid = indrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
    AND c.relname <> '__diesel_schema_migrations'
    AND NOT EXISTS (SELECT FROM pg_constraint
        WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x'))
ORDER BY indrelid, indexrelid;

-- Which sequence is a column's.
SELECT 'owner' AS row, objid AS oid, refobjid::regclass || '.' || quote_ident(attname) AS column
FROM pg_depend JOIN pg_sequence ON seqrelid = objid
JOIN pg_attribute ON attrelid = refobjid AND attnum = refobjsubid
WHERE classid = 'pg_class'::regclass AND refclassid = 'pg_class'::regclass AND deptype = 'a';

SELECT 'sequence' AS row, seqrelid AS oid, seqtypid::regtype::text AS type, seqstart AS start,
    seqincrement AS increment, seqmin AS minimum, seqmax AS maximum, seqcache AS cache,
    CASE WHEN seqcycle THEN 'yes' END AS cycles
FROM pg_sequence;

-- What stands after everything: triggers, policies and extended statistics.
SELECT 'last' AS row, 'trigger' AS class, tgrelid::regclass::text AS parent,
    quote_ident(tgname) AS name, pg_get_triggerdef(t.oid, true) AS definition,
    obj_description(t.oid, 'pg_trigger') AS comment
FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid JOIN pg_namespace n ON n.oid = relnamespace
WHERE NOT tgisinternal AND nspname !~ '^pg_' ORDER BY t.oid;

SELECT 'last' AS row, 'policy' AS class, polrelid::regclass::text AS parent,
    quote_ident(polname) AS name,
    format('CREATE POLICY %I ON %s%s FOR %s TO %s%s%s', polname, polrelid::regclass,
        CASE WHEN polpermissive THEN '' ELSE ' AS RESTRICTIVE' END,
        CASE polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE'
            WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
        (SELECT string_agg(CASE role WHEN 0 THEN 'PUBLIC' ELSE role::regrole::text END, ', ')
            FROM unnest(polroles) role),
        E'\n    USING (' || pg_get_expr(polqual, polrelid, true) || ')',
        E'\n    WITH CHECK (' || pg_get_expr(polwithcheck, polrelid, true) || ')') AS definition,
    obj_description(p.oid, 'pg_policy') AS comment
FROM pg_policy p ORDER BY p.oid;

-- What is granted, but with the right to grant it: that is no part of any schema of ours.
SELECT 'last' AS row, 'grant' AS class,
    CASE WHEN relkind = 'S' THEN NULL ELSE c.oid::regclass::text END AS parent,
    CASE WHEN relkind = 'S' THEN format('%s to ', c.oid::regclass) ELSE '' END
        || CASE grantee WHEN 0 THEN 'public' ELSE grantee::regrole::text END AS name,
    format('GRANT %s ON %s%s TO %s',
        string_agg(privileges, ', ' ORDER BY columns NULLS FIRST, privileges),
        CASE WHEN relkind = 'S' THEN 'SEQUENCE ' ELSE '' END, c.oid::regclass,
        CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END) AS definition
FROM (
    SELECT relation, grantee, NULL AS columns,
        string_agg(privilege_type, ', ' ORDER BY array_position(
            ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE'], privilege_type), privilege_type)
            AS privileges
    FROM (SELECT oid AS relation, (aclexplode(relacl)).* FROM pg_class) whole
    GROUP BY relation, grantee
    UNION ALL
    SELECT relation, grantee, string_agg(quote_ident(attname), ', ' ORDER BY attnum),
        format('%s (%s)', privilege_type, string_agg(quote_ident(attname), ', ' ORDER BY attnum))
    FROM (SELECT attrelid AS relation, attname, attnum, (aclexplode(attacl)).* FROM pg_attribute
        WHERE NOT attisdropped) part
    GROUP BY relation, grantee, privilege_type
) granted
JOIN pg_class c ON c.oid = relation
JOIN pg_namespace n ON n.oid = relnamespace
WHERE grantee <> relowner AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
    AND nspname !~ '^pg_' AND nspname <> 'information_schema'
    AND relname <> '__diesel_schema_migrations'
    AND NOT EXISTS (SELECT FROM pg_depend
        WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e')
GROUP BY c.oid, relkind, grantee
ORDER BY relkind = 'S', c.oid, grantee;

SELECT 'last' AS row, 'statistics' AS class, stxrelid::regclass::text AS parent,
    quote_ident(stxname) AS name, pg_get_statisticsobjdef(oid) AS definition,
    obj_description(oid, 'pg_statistic_ext') AS comment
FROM pg_statistic_ext ORDER BY oid;
