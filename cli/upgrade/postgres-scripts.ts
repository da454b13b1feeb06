/**
 * Bash that copies one PostgreSQL, whose socket is in /old, to another in /new, in constant memory, and compares them.
 *
 * Its arguments are {@link countScript} and the name of the file that marks a whole copy. Its last line says what it compared.
 */
export const copyScript = `
ask() { PGDATABASE="$2" psql --host="$1" --username=postgres --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1; }
dump() { PGDATABASE="$1" pg_dump --host=/old --username=postgres "\${@:2}"; }
counts="$1" mark="$2"
closed="$(ask /old postgres <<< "SELECT datname FROM pg_database WHERE NOT datallowconn AND datname <> 'template0'")"
if [ -n "$closed" ]; then echo "These databases take no connections, and so cannot be copied: $closed"; exit 1; fi
list="$(ask /old postgres <<< "SELECT datname FROM pg_database WHERE datallowconn ORDER BY datname")"
mapfile -t databases <<< "$list"

# The new server has the role postgres; what it is, its password as well, comes with the others.
pg_dumpall --host=/old --username=postgres --globals-only | grep -vx 'CREATE ROLE postgres;' | ask /new postgres > /dev/null
for database in "\${databases[@]}"; do
  case "$database" in
    postgres | template1) dump "$database" | ask /new "$database" > /dev/null ;;
    *) dump "$database" --create | ask /new postgres > /dev/null ;;
  esac
done

# What ALTER SYSTEM has set; one that the new server no longer knows is left out.
ask /old postgres <<'SQL' > /tmp/settings
SELECT format('ALTER SYSTEM SET %I = %s;', name, CASE
  WHEN name IN ('shared_preload_libraries', 'session_preload_libraries', 'local_preload_libraries', 'search_path', 'temp_tablespaces')
  THEN (SELECT string_agg(quote_literal(trim(BOTH ' "' FROM one)), ', ') FROM regexp_split_to_table(setting, ',') AS one)
  ELSE quote_literal(setting) END)
FROM pg_file_settings WHERE sourcefile LIKE '%/postgresql.auto.conf';
SQL
psql --host=/new --username=postgres --no-psqlrc --quiet --file=/tmp/settings 2>&1 | sed 's/^/warning: /'

count() {
  export PGOPTIONS='-c search_path=pg_catalog -c datestyle=ISO -c intervalstyle=postgres -c timezone=UTC -c bytea_output=hex -c extra_float_digits=1 -c lc_monetary=C' PGCLIENTENCODING=UTF8
  for database in "\${databases[@]}"; do ask "$1" "$database" <<< "$counts"; done
}
count /old > /tmp/old & other=$!
count /new > /tmp/new
wait "$other"
if ! diff /tmp/old /tmp/new > /tmp/differences; then
  echo 'The copy differs (database, kind, name, rows, checksum):'
  head -n 20 /tmp/differences
  exit 1
fi
# A dump has no statistics, without which plans are bad.
vacuumdb --host=/new --username=postgres --all --analyze-only --quiet
date > "/data/$mark"
awk -F '\\t' '$2 == "table" { tables += 1; rows += $4 } $2 == "database" { databases += 1 }
  END { printf "%d rows in %d tables of %d databases are the same\\n", rows, tables, databases }' /tmp/new
`;

/**
 * SQL that prints what has to be the same in two databases: a line for itself, for each role, table and sequence, with the
 * number of rows and a checksum that does not depend on their order.
 */
export const countScript = `
SELECT concat_ws(E'\\t', datname, 'database', pg_encoding_to_char(encoding), 1, CASE WHEN datname IN ('postgres', 'template1') THEN '' ELSE datcollate || ' ' || datctype END)
FROM pg_database WHERE datname = current_database();
SELECT concat_ws(E'\\t', 'every', 'role', rolname, 1, encode(sha256(convert_to(ROW(rolsuper, rolinherit, rolcreaterole, rolcreatedb,
  rolcanlogin, rolreplication, rolbypassrls, rolconnlimit, rolpassword, rolvaliduntil)::text, 'UTF8')), 'hex'))
FROM pg_authid WHERE rolname !~ '^pg_' ORDER BY rolname;
SELECT format('SELECT concat_ws(E''\\t'', current_database(), ''table'', %L, count(*), coalesce(sum((''x'' || encode(substr(sha256('
  'convert_to(one::text, ''UTF8'')), 1, 8), ''hex''))::bit(64)::bigint), 0)) FROM (SELECT %s FROM ONLY %s) AS one',
  pg_class.oid::regclass, (
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attname COLLATE "C") FROM pg_attribute
    WHERE attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped
  ), pg_class.oid::regclass)
FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE relkind IN ('r', 'm') AND relispopulated AND nspname !~ '^pg_' AND nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype = 'e')
ORDER BY pg_class.oid::regclass::text COLLATE "C" \\gexec
SELECT concat_ws(E'\\t', current_database(), 'sequence', schemaname || '.' || sequencename, 1, last_value)
FROM pg_sequences ORDER BY schemaname, sequencename;
SELECT concat_ws(E'\\t', current_database(), 'large objects', '', count(*), '') FROM pg_largeobject_metadata;
`;
