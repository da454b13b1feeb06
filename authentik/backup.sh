#!/bin/sh
# Saves a stack's databases and files, and proves what is saved. The container of the backups runs it on the schedule; the
# command line runs it in there, and as a job to check and restore. busybox and dash both run it, and PostgreSQL's images
# have nothing else.
set -eu
umask 077
backups=/backups

# Reads the counted tables of a database in one query, as JSON: what an extension brings along is no part of a dump.
count="SELECT coalesce(json_object_agg(name, rows ORDER BY name), '{}') FROM (
  SELECT format('%I.%I', nspname, relname) AS name, (xpath('/row/rows/text()', query_to_xml(
    format('SELECT count(*) AS rows FROM %I.%I', nspname, relname), false, true, '')))[1]::text::bigint AS rows
  FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
  WHERE relkind = 'r' AND nspname !~ '^pg_' AND nspname <> 'information_schema' AND NOT EXISTS (
    SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype = 'e')) AS tables"

fail() {
    echo "$1" >&2
    exit 1
}

ask() {
    psql --no-psqlrc --no-password --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 "$@"
}

# The ids of the backups, oldest first.
ids() {
    for folder in "$backups"/20*Z; do
        [ ! -f "$folder/manifest.json" ] || basename "$folder"
    done
}

# Those that count as kept. One that was brought back from elsewhere stays beside them for a day: it is to be restored.
counted() {
    ids | while read -r one; do
        [ -n "$(find "$backups/$one" -name .fetched -mtime -1)" ] || echo "$one"
    done
}

# What is saved of a volume: of the gateway's its certificates and accounts, but not what it was last configured with.
saved_of() {
    case $1 in
    */gateway) echo "$1/caddy" ;;
    *) echo "$1" ;;
    esac
}

bytes() {
    wc -c < "$1" | tr -d ' '
}

# A database and the count of its rows, in one snapshot: the dump begins in psql, which holds it.
dump() {
    FILE=$part/$1.dump DONE=$part/done
    export FILE DONE
    [ "$1" = authentik ] || PGDATABASE=$1
    echo "saving the database $1"
    ask > "$part/$1.tables" <<SQL
SET idle_in_transaction_session_timeout = 0;
SET statement_timeout = 0;
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SELECT pg_export_snapshot() AS snapshot \\gset
\\setenv SNAPSHOT :snapshot
\\! pg_dump --no-password --format=custom --snapshot="\$SNAPSHOT" --file="\$FILE" && : > "\$DONE"
$count;
COMMIT;
SQL
    [ -e "$DONE" ] || fail "pg_dump failed for the database $1"
    rm "$DONE"
    pg_restore --list "$FILE" > /dev/null
}

# What a killed restore left beside them is not saved.
tar_of() {
    tar -C "$1" --exclude=./.restoring -cf "$2" .
}

# A folder, if it is there. What is written or removed meanwhile may end tar.
archive() {
    [ ! -d "$1" ] || tar_of "$1" "$2" || tar_of "$1" "$2"
}

# Many rows that are gone at once are more often an accident than tidying up.
compare_size() {
    before=$backups/$last/$1
    [ -n "$last" ] && [ -f "$before" ] || return 0
    [ $(($(bytes "$part/$1") * 2)) -ge "$(bytes "$before")" ] || echo "$1 has $(bytes "$part/$1") bytes, and had $(bytes "$before") in $last"
}

list_of() {
    sed 's/.*/        "&"/; $!s/$/,/' "$1"
}

digests() {
    printf '    "files": {'
    comma=
    for file in "$part"/*.dump "$part"/*.tar; do
        digest=$(sha256sum < "$file")
        printf '%s\n        "%s": { "bytes": %s, "sha256": "%s" }' "$comma" "$(basename "$file")" "$(bytes "$file")" "${digest%% *}"
        comma=,
    done
    printf '\n    },\n'
}

manifest() {
    version=$(ask --command='SHOW server_version')
    printf '{\n    "format": 1,\n    "id": "%s",\n    "release": "%s",\n' "$id" "$RELEASE"
    printf '    "postgres": "%s",\n    "secretKey": "%s",\n' "${version%% *}" "$(cat /run/secrets/secret_key_fingerprint)"
    printf '    "warnings": [\n%s\n    ],\n' "$(list_of /tmp/warnings)"
    digests
    printf '    "databases": {'
    comma=
    for database in $DATABASES; do
        printf '%s\n        "%s": %s' "$comma" "$database" "$(cat "$part/$database.tables")"
        comma=,
    done
    printf '\n    }\n}\n'
}

# Removes what was not finished.
tidy() {
    rm -rf "$backups"/*.part "$backups/.verify"
}

save() {
    tidy
    last=$(ids | tail -n 1)
    if [ -n "$last" ]; then
        # A disk that is filled up to the last block may be that of the database as well.
        needed=$(du -sk "$backups/$last" | cut -f1)
        free=$(df -Pk "$backups" | tail -n 1 | tr -s ' ' | cut -d' ' -f4)
        [ "$free" -gt $((needed + needed / 10)) ] || fail "there is no room: $last has $needed KiB, and $free KiB are free"
    fi
    id=$(date -u +%Y-%m-%dT%H-%M-%SZ)
    part=$backups/$id.part
    mkdir "$part"
    for database in $DATABASES; do (dump "$database"); done
    echo "saving the files"
    for folder in /source/*; do archive "$(saved_of "$folder")" "$part/$(basename "$folder").tar"; done
    for file in "$part"/*.dump; do compare_size "$(basename "$file")"; done > /tmp/warnings
    manifest > "$part/manifest.json"
    rm "$part"/*.tables
    sync
    mv "$part" "$backups/$id"
    for old in $(counted | grep -Fvx "$id" | sort -r | tail -n "+$KEEP"); do
        # Renamed first: half of one must not look like a whole one.
        mv "$backups/$old" "$backups/$old.part"
        rm -rf "$backups/$old.part"
    done
    sed 's/^/warning: /' /tmp/warnings
    echo "saved $id"
}

# Holds a backup to the digests of its manifest.
check() {
    [ -f "$backups/$1/manifest.json" ] || fail "there is no backup $1"
    sed -n 's/^ *"\([^"]*\)": { "bytes": [0-9]*, "sha256": "\([0-9a-f]*\)" }.*/\2  \1/p' "$backups/$1/manifest.json" > /tmp/digests
    (cd "$backups/$1" && sha256sum -c /tmp/digests > /tmp/checked 2>&1) || {
        altered=$(sed -n 's/: FAILED.*//p' /tmp/checked | tr '\n' ' ')
        fail "the backup $1 is not as it was made (${altered:-its files }altered or cut short); take another one"
    }
}

# Restores a backup into a PostgreSQL that exists for this alone, and counts again.
verify() {
    id=${1:-$(ids | tail -n 1)}
    [ -n "$id" ] || {
        echo "there is no backup yet"
        return 0
    }
    check "$id"
    place=$backups/.verify
    rm -rf "$place"
    mkdir "$place"
    initdb --pgdata="$place" --username=postgres --auth=trust --encoding=UTF8 --no-sync > /tmp/initdb
    export PGHOST=/tmp PGPORT=5432 PGUSER=postgres PGSSLMODE=disable
    postgres -D "$place" -c listen_addresses= -c unix_socket_directories=/tmp -c fsync=off -c autovacuum=off \
        -c shared_buffers=32MB -c max_wal_size=256MB -c wal_level=minimal -c max_wal_senders=0 > /tmp/postgres 2>&1 &
    server=$!
    trap 'kill -INT $server; wait $server; rm -rf "$place"' EXIT
    until pg_isready --quiet; do
        kill -0 "$server" 2> /tmp/gone || fail "the PostgreSQL to verify with ended: $(tail -n 3 /tmp/postgres)"
        sleep 1
    done
    for file in "$backups/$id"/*.dump; do
        name=$(basename "$file" .dump)
        echo "verifying the database $name"
        createdb --template=template0 "restored-$name"
        export PGDATABASE="restored-$name"
        pg_restore --no-owner --no-privileges --exit-on-error --dbname="restored-$name" "$file"
        different=$(ask --set=counted="$(ask --command="$count")" --set=name="$name" <<SQL
\\set manifest \`cat $backups/$id/manifest.json\`
SELECT format('%s has %s rows instead of %s', name, coalesce(found.rows, 'no'), coalesce(expected.rows, 'none'))
FROM json_each_text(:'manifest'::json -> 'databases' -> :'name') AS expected (name, rows)
FULL JOIN json_each_text(:'counted') AS found (name, rows) USING (name)
WHERE expected.rows IS DISTINCT FROM found.rows;
SQL
        )
        [ -z "$different" ] || fail "the backup $id cannot be restored as it was: $different"
        dropdb --maintenance-db=postgres "restored-$name"
    done
    date -u +"$id %s" > "$backups/.verified"
    echo "verified $id"
}

# One piece of work at a time, also while an update replaces the container; what it fails with is what the health check says.
attempt() {
    rm -f "/tmp/failed-$1" "$backups/.failed-$1"
    date +%s > "/tmp/tried-$1"
    errors=/tmp/errors-$1-$$
    if flock "$backups/.lock" sh "$0" "$@" 2> "$errors"; then
        cat "$errors" >&2
        rm "$errors"
        date +%s > "$backups/.done-$1"
        return 0
    fi
    # It may have filled the disk.
    flock -n "$backups/.lock" sh "$0" tidy || :
    cat "$errors" >&2
    mv "$errors" "/tmp/failed-$1"
    # For a container that takes this one's place; the disk may be full.
    cp "/tmp/failed-$1" "$backups/.failed-$1" || :
    return 1
}

seconds_of() {
    cat "$1" 2> /dev/null || echo 0
}

# Whether a piece of work is due: a time of another interval than now is also one from before the clock was set back. What
# failed is tried again after ten minutes, and when the container starts.
due() {
    now=$(date +%s)
    [ $(((now - OFFSET) / $2)) -ne $((($(seconds_of "$backups/.done-$1") - OFFSET) / $2)) ] || return 1
    [ ! -e "/tmp/failed-$1" ] || [ $((now - $(seconds_of "/tmp/tried-$1"))) -ge 600 ]
}

run() {
    trap 'exit 0' TERM INT
    : > /tmp/running
    # There is nothing to verify in the first interval that is older than the first backup.
    [ -e "$backups/.done-verify" ] || date +%s > "$backups/.done-verify"
    while :; do
        if due save "$PERIOD"; then
            attempt save &
        elif [ "$VERIFY_PERIOD" -gt 0 ] && due verify "$VERIFY_PERIOD"; then
            attempt verify &
        else
            sleep 20 &
        fi
        wait $! || :
    done
}

# Whether the schedule runs. Backups that fail, say because PostgreSQL was away, must not fail the update that mends it.
ready() {
    [ -e /tmp/running ]
}

health() {
    for name in save verify; do
        for file in "/tmp/failed-$name" "$backups/.failed-$name"; do
            [ ! -e "$file" ] || fail "$name failed: $(cat "$file")"
        done
    done
    done=$(seconds_of "$backups/.done-save")
    age=$(($(date +%s) - done))
    # Until the first one is made, its failure is what tells.
    [ "$done" -eq 0 ] || [ "$age" -le $((PERIOD + PERIOD / 4)) ] || fail "the last backup is $((age / 3600)) hours old"
}

# Makes backups of what upgrades saved before this program did it for them: a dump and an archive in a folder whose name begins
# with the release.
convert() {
    for part in "$backups"/20*.*-20*Z; do
        [ -f "$part/database.dump" ] || [ -f "$part/authentik.dump" ] || continue
        [ ! -f "$part/database.dump" ] || mv "$part/database.dump" "$part/authentik.dump"
        name=$(basename "$part")
        id=$(echo "${name#*-}" | sed 's/\(T..-..-..\)-[0-9]*Z$/\1Z/')
        {
            printf '{\n    "format": 1,\n    "id": "%s",\n    "release": "%s",\n' "$id" "${name%%-*}"
            printf '    "postgres": "",\n    "secretKey": "",\n    "warnings": [],\n'
            digests
            printf '    "databases": { "authentik": {} }\n}\n'
        } > "$part/manifest.json"
        mv "$part" "$backups/$id"
    done
}

# What there is, for the command line: id and manifest of each on a line, and what failed last.
list() {
    for id in $(ids); do
        # One that is pushed out meanwhile is no longer there.
        manifest=$(cat "$backups/$id/manifest.json" 2> /dev/null) || continue
        printf '%s %s\n' "$id" "$(printf '%s' "$manifest" | tr -d '\n')"
    done
    for file in "$backups"/.failed-*; do
        [ ! -e "$file" ] || echo "failed $(basename "$file" | cut -d- -f2): $(tr '\n' ' ' < "$file")"
    done
    [ ! -e "$backups/.verified" ] || echo "verified $(cat "$backups/.verified")"
}

# What a command prints, small enough for the log of a job, of which only the last lines are read.
pack() {
    "$@" > /tmp/packed
    gzip -c /tmp/packed | base64 | tr -d '\n' | fold -w 8000
    echo
}

# Puts a database in the place of another in one transaction: whenever the machine stops, one of the two has the name. Whoever
# is connected is cut off; a consumer that comes back too fast is cut off with the next try.
swap() {
    ask --dbname=postgres --set=fresh="$1" --set=name="$2" --set=former="$3" <<SQL
SELECT count(*) = 1 AS there FROM pg_database WHERE datname = :'name' \\gset
BEGIN;
\\if :there
SELECT count(pg_terminate_backend(pid)) AS ended FROM pg_stat_activity WHERE datname = :'name' \\gset
ALTER DATABASE :"name" RENAME TO :"former";
\\endif
ALTER DATABASE :"fresh" RENAME TO :"name";
COMMIT;
SQL
}

# Removes what was restored and is not in place: it may have filled the disk of what serves.
discard() {
    while read -r fresh; do
        ask --dbname=postgres --command="DROP DATABASE IF EXISTS \"$fresh\" WITH (FORCE)" < /dev/null || :
    done < /tmp/fresh
    while read -r place; do
        rm -rf "$place/.restoring"
        # One that a restore made, and the user of its container could not write to.
        rmdir "$place" 2> /dev/null || :
    done < /tmp/places
}

# Puts the files that were restored into a folder in the place of all others there.
place_files() {
    fresh=$1/.restoring
    find "$1" -mindepth 1 -maxdepth 1 ! -name .restoring -exec rm -rf {} +
    find "$fresh" -mindepth 1 -maxdepth 1 -exec sh -c 'mv "$@" "$0"' "$1" {} +
    chown "$(stat -c %u:%g "$fresh")" "$1"
    chmod "$(stat -c %a "$fresh")" "$1"
    rmdir "$fresh"
}

# Puts a backup in the place of what is there, as root, through PostgreSQL's socket. All databases and files are restored beside
# the old ones first: whatever ends it before, it leaves these alone, and can be run again.
restore() {
    check "$1"
    cd "$backups/$1"
    number=0
    for list in fresh swaps places; do : > "/tmp/$list"; done
    trap discard EXIT
    export PGOPTIONS="--client-min-messages=warning"
    for file in *.dump; do
        name=${file%.dump}
        role=$(ask --dbname=postgres --set=name="$name" <<SQL
SELECT 1 FROM pg_roles WHERE rolname = :'name';
SQL
        )
        if [ -z "$role" ]; then
            echo "not restored: the database $name, which this stack does not have"
            continue
        fi
        number=$((number + 1))
        fresh=restoring-$number
        former=replaced-$number
        echo "restoring the database $name"
        echo "$fresh" >> /tmp/fresh
        # Its role cannot connect, and so not write to it, before it is whole; the superuser can.
        ask --dbname=postgres --command="DROP DATABASE IF EXISTS \"$fresh\" WITH (FORCE)" \
            --command="DROP DATABASE IF EXISTS \"$former\" WITH (FORCE)" \
            --command="CREATE DATABASE \"$fresh\" OWNER \"$name\" CONNECTION LIMIT 0"
        pg_restore --list "$file" > /tmp/all
        kinds='^[0-9]+; [0-9]+ [0-9]+'
        grep -E "$kinds EXTENSION " /tmp/all > /tmp/extensions || :
        grep -E "$kinds (DEFAULT )?ACL " /tmp/all > /tmp/grants || :
        grep -Ev "$kinds ((DEFAULT )?ACL|EXTENSION|COMMENT - EXTENSION) " /tmp/all > /tmp/rest || :
        # Extensions may want the superuser; everything else belongs to the database's role, whoever had it there.
        pg_restore --exit-on-error --use-list=/tmp/extensions --dbname="$fresh" "$file"
        # Two at once, with two tables or indexes: more would need more memory than PostgreSQL has by default.
        pg_restore --exit-on-error --jobs=2 --no-owner --role="$name" --use-list=/tmp/rest --dbname="$fresh" "$file"
        pg_restore --use-list=/tmp/grants --dbname="$fresh" "$file" 2> /tmp/refused ||
            echo "warning: some rights were not given again: $(grep -m 1 ERROR /tmp/refused)"
        echo "$fresh $name $former" >> /tmp/swaps
    done
    for file in *.tar; do
        [ -f "$file" ] || continue
        folder=${file%.tar}
        if [ ! -d "/target/$folder" ]; then
            echo "not restored: the files of $folder"
            continue
        fi
        echo "restoring the files of $folder"
        place=$(saved_of "/target/$folder")
        echo "$place" >> /tmp/places
        rm -rf "$place/.restoring"
        mkdir -p "$place/.restoring"
        tar -C "$place/.restoring" -xpf "$file"
    done
    while read -r fresh name former; do
        ask --dbname=postgres --command="REVOKE ALL ON DATABASE \"$fresh\" FROM PUBLIC" \
            --command="ALTER DATABASE \"$fresh\" CONNECTION LIMIT -1" < /dev/null
        reader=$(ask --dbname=postgres --command="SELECT 1 FROM pg_roles WHERE rolname = 'ak_backup'" < /dev/null)
        [ -z "$reader" ] || ask --dbname=postgres --command="GRANT CONNECT ON DATABASE \"$fresh\" TO ak_backup" < /dev/null
        tries=1
        until swap "$fresh" "$name" "$former" 2> /tmp/swap; do
            [ "$tries" -lt 20 ] || fail "the database $name could not be replaced: $(cat /tmp/swap)"
            tries=$((tries + 1))
        done
        ask --dbname=postgres --command="DROP DATABASE IF EXISTS \"$former\" WITH (FORCE)" < /dev/null ||
            echo "warning: the former database stays as $former; the next restore removes it"
    done < /tmp/swaps
    # From here on, what is left of the files is all that there is of them.
    trap - EXIT
    while read -r place; do place_files "$place"; done < /tmp/places
    echo "restored $1"
}

"$@"
