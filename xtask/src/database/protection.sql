-- What breaks a rule about who sees and changes what: the rule, the object, and what is wrong.

-- The rows of restaurants are kept apart, whoever asks: the owner is bound, too.
SELECT 'row-security' AS rule, 'table' AS class, c.oid::regclass::text AS name,
    format('%s has the rows of restaurants, and %s', c.oid::regclass, CASE
        WHEN NOT relrowsecurity THEN 'row-level security is off for it'
        WHEN NOT relforcerowsecurity THEN 'its policies do not bind its owner'
        ELSE 'no policy' END) AS message
FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
JOIN pg_attribute ON attrelid = c.oid AND attname = 'restaurant_id' AND NOT attisdropped
WHERE relkind IN ('r', 'p') AND nspname !~ '^pg_' AND nspname <> 'information_schema'
    AND NOT (relrowsecurity AND relforcerowsecurity
        AND EXISTS (SELECT FROM pg_policy WHERE polrelid = c.oid));

-- What everybody sees says nothing of anybody, and nobody writes everywhere.
SELECT 'public-policy' AS rule, 'policy' AS class, polrelid::regclass::text AS parent,
    quote_ident(polname) AS name,
    format('policy %I lets everybody %s, %s', polname, CASE polcmd WHEN 'r' THEN 'read '
        ELSE 'write ' END || polrelid::regclass, CASE WHEN polcmd <> 'r' THEN 'whosever row it is'
        WHEN personal.name IS NOT NULL THEN format('whose column %s is personal data', personal.name)
        ELSE 'which is none of the tables that everybody may read' END) AS message
FROM pg_policy
LEFT JOIN LATERAL (SELECT min(attname) AS name FROM pg_attribute
    WHERE attrelid = polrelid AND NOT attisdropped
    AND substring(col_description(attrelid, attnum) FROM 'Contract: ([A-Za-z0-9]+)\.$')
        = ANY ({personal})) personal ON true
WHERE polpermissive
    AND 'true' IN (pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))
    AND (polcmd <> 'r' OR personal.name IS NOT NULL OR polrelid::regclass::text <> ALL ({public}));

-- Nothing is granted that nobody needs: the log is appended to, of a key nothing changes that says
-- what it may, an identity stays whose it is, and what others refer to stays.
SELECT 'grant' AS rule, 'grant' AS class, relation::regclass::text AS parent, role AS name,
    format('%s may %s %s%s%s', role, privilege_type, relation::regclass,
        CASE WHEN attname IS NULL THEN '' ELSE format(' (%s)', attname) END,
        CASE WHEN is_grantable THEN ', and let others' ELSE '' END) AS message
FROM (
    SELECT relation, attname, privilege_type, is_grantable, relowner,
        CASE grantee WHEN 0 THEN 'public' ELSE grantee::regrole::text END AS role, grantee
    FROM (
        SELECT oid AS relation, NULL::name AS attname, (aclexplode(relacl)).* FROM pg_class
        UNION ALL
        SELECT attrelid, attname, (aclexplode(attacl)).* FROM pg_attribute WHERE NOT attisdropped
    ) acl
    JOIN pg_class c ON c.oid = relation
    JOIN pg_namespace n ON n.oid = relnamespace
    WHERE relkind IN ('r', 'p') AND nspname !~ '^pg_' AND nspname <> 'information_schema'
        AND relname <> '__diesel_schema_migrations'
        AND NOT EXISTS (SELECT FROM pg_depend
            WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e')
) granted
WHERE grantee <> relowner AND (is_grantable OR role = 'public'
    OR privilege_type NOT IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
    OR CASE relation::regclass::text
        WHEN 'audit_events' THEN privilege_type = 'DELETE' OR privilege_type = 'UPDATE'
            AND (role, attname) IS DISTINCT FROM ('booking_retention', 'network')
        WHEN 'api_keys' THEN privilege_type = 'DELETE' OR privilege_type = 'UPDATE'
            AND coalesce(attname NOT IN ('last_used_at', 'revoked_at'), true)
        WHEN 'user_identities' THEN privilege_type IN ('UPDATE', 'DELETE')
        WHEN 'sessions' THEN privilege_type = 'DELETE' AND role <> 'booking_retention'
        ELSE privilege_type = 'DELETE' AND relation::regclass::text IN ('users', 'accounts',
            'restaurants', 'bookings') END);
