#!/bin/sh
# Copies a stack's backups into a repository of restic, each as a snapshot of its own, and brings them back. Its container runs
# it after each backup; the command line runs it as a job that has all that the container has. busybox and dash both run it.
set -eu
umask 077
export TZ=UTC
backups=/backups
tag=authentik-stack
# restic takes its lock away when it is told to end: so whatever waits for it ends after it.
trap 'exit 1' TERM INT
limit=
# Stacks of the same name may share a repository. The secret key is what a stack keeps on another machine.
owner=$OWNER-$(cut -c 1-8 /run/secrets/secret_key_fingerprint)

# restic reads the credentials of a repository from variables, and a container must not have them in its own.
for file in /run/secrets/[A-Z]*; do
    [ ! -f "$file" ] || export "$(basename "$file")=$(cat "$file")"
done

fail() {
    echo "$1" >&2
    exit 1
}

# It may wait for another stack's work.
repository() {
    # shellcheck disable=SC2086 # a command, or none
    $limit restic --option "sftp.args=-i /run/secrets/restic_key -o IdentitiesOnly=yes -o BatchMode=yes -o StrictHostKeyChecking=yes \
-o UserKnownHostsFile=/run/secrets/known_hosts -o ServerAliveInterval=30" --retry-lock 1h "$@"
}

# The ids of the backups, oldest first. One that was made while the clock was ahead would be the newest for years.
ids() {
    for folder in "$backups"/20*Z; do
        [ ! -f "$folder/manifest.json" ] || basename "$folder"
    done | awk -v now="$(now)" '$0 <= now'
}

now() {
    date +%Y-%m-%dT%H-%M-%SZ
}

# Whether there is a repository, as restic says by its code: 10 if there is none. It tries what does not answer, or a bucket that
# is not there, for a quarter of an hour, which is too long for somebody who mistyped it.
reach() {
    code=0
    limit="timeout 60"
    repository cat config --no-lock > /tmp/opened 2>&1 || code=$?
    limit=
    [ "$code" -eq 0 ] || [ -s /tmp/opened ] || echo "it did not answer within a minute" > /tmp/opened
}

# Makes the repository if there is none.
open() {
    reach
    case $code in
    0) ;;
    10) repository init ;;
    *) fail "$(cat /tmp/opened)" ;;
    esac
    # What was killed left its lock: one of this container whose process is gone, or one that nobody renewed for half an hour.
    repository unlock --quiet
}

# This stack's copies, a line each: the backup, how many files it has, how many of them were copied, and the snapshot.
copies() {
    repository snapshots --json --tag "$tag" --host "$owner" > /tmp/snapshots
    sed 's/},{"time":/}\n{"time":/g' /tmp/snapshots | sed -n 's/.*"paths":\["[^"]*\/\(20[^"\/]*Z\)"\].*"files-\([0-9]*\)".*'\
'"total_files_processed":\([0-9]*\).*"id":"\([0-9a-f]*\)".*/\1 \2 \3 \4/p' > /tmp/copies
}

# Removes copies that lack files, so that none of them stays instead of a whole one. A repository that deletes nothing keeps them.
tidy() {
    copies
    parts=$(awk '$2 != $3 { print $4 }' /tmp/copies)
    # shellcheck disable=SC2086 # a list of snapshots
    [ -z "$parts" ] || repository forget --quiet $parts || [ -z "$KEEP" ]
}

# The id of this stack's newest backup in the repository.
newest() {
    awk -v now="$(now)" '$2 == $3 && $1 <= now { print $1 }' /tmp/copies | sort | tail -n 1
}

copy() {
    open
    tidy
    seen=$(ids | tail -n 1)
    last=$(newest)
    for id in $(ids | awk -v last="$last" '$0 > last'); do
        release=$(sed -n 's/^ *"release": "\([^"]*\)",$/\1/p' "$backups/$id/manifest.json")
        time=$(time_of "$id")
        # By their number a part of a backup never looks like a whole one.
        files=$(find "$backups/$id" -type f | wc -l)
        repository backup --quiet --tag "$tag" --tag "$release" --tag "files-$((files))" --host "$owner" --time "$time" "$backups/$id" || {
            # It may have been deleted meanwhile, since newer ones are there.
            tidy || :
            fail "the backup $id was not copied"
        }
        last=$id
        echo "copied $id"
    done
    echo "$last" > /tmp/newest
    # shellcheck disable=SC2086 # a list of options
    [ -z "$KEEP" ] || repository forget --quiet --tag "$tag" --host "$owner" --group-by host $KEEP --prune
    echo "$seen" > /tmp/seen
}

check() {
    open
    repository check --quiet
    echo "checked the repository"
}

# One piece of work at a time; what it fails with is what the health check says.
attempt() {
    trap 'exit 1' TERM INT
    exec 9> /tmp/lock
    flock 9
    date +%s > "/tmp/tried-$1"
    if sh "$0" "$1" 2> /tmp/errors; then
        cat /tmp/errors >&2
        rm -f "/tmp/failed-$1"
        date +%s > "/tmp/done-$1"
        return 0
    fi
    cat /tmp/errors >&2
    mv /tmp/errors "/tmp/failed-$1"
    return 1
}

# `2026-11-28 03:30:00`
time_of() {
    echo "$1" | sed 's/T\(..\)-\(..\)-\(..\)Z$/ \1:\2:\3/'
}

content_of() {
    cat "$1" 2> /tmp/absent || echo "$2"
}

# What failed is tried again after ten minutes, and when the container starts.
may() {
    [ ! -e "/tmp/failed-$1" ] || [ $(($(date +%s) - $(content_of "/tmp/tried-$1" 0))) -ge 600 ]
}

run() {
    trap 'trap "" TERM; kill 0; wait; exit 0' TERM INT
    date +%s > /tmp/done-check
    : > /tmp/running
    while :; do
        id=$(ids | tail -n 1)
        checked=$(content_of /tmp/done-check 0)
        if [ -n "$id" ] && [ "$id" != "$(content_of /tmp/seen none)" ] && may copy; then
            attempt copy &
        elif [ "$CHECK_PERIOD" -gt 0 ] && [ $(($(date +%s) / CHECK_PERIOD)) -ne $((checked / CHECK_PERIOD)) ] && may check; then
            attempt check &
        else
            sleep 20 &
        fi
        wait $! || :
    done
}

# Whether it waits for backups. Copies that fail must not fail the update that mends their cause.
ready() {
    [ -e /tmp/running ]
}

health() {
    for name in copy check; do
        [ ! -e "/tmp/failed-$name" ] || fail "$name failed: $(cat "/tmp/failed-$name")"
    done
    id=$(content_of /tmp/newest "")
    [ -n "$id" ] || return 0
    age=$(($(date +%s) - $(date -d "$(time_of "$id")" +%s)))
    [ "$age" -le $((PERIOD + PERIOD / 2)) ] || fail "the newest copy is of a backup that is $((age / 3600)) hours old"
}

# All copies in the repository, also those of other stacks, as restic prints them.
list() {
    reach
    case $code in
    0) repository snapshots --no-lock --json --tag "$tag" ;;
    10) ;;
    *) fail "$(cat /tmp/opened)" ;;
    esac
}

# What the backup in a snapshot says of itself, on one line.
manifest() {
    repository dump --no-lock "$1" "$backups/$2/manifest.json" > /tmp/manifest
    tr -d '\n' < /tmp/manifest
    echo
}

# Brings a snapshot with a backup, of so many bytes, back beside the others.
fetch() {
    exec 9> "$backups/.lock"
    flock 9
    part=$backups/$2.part
    rm -rf "$part"
    trap 'rm -rf "$part"' EXIT
    # A disk that is filled up to the last block may be that of the database as well.
    needed=$(($3 / 1024))
    free=$(df -Pk "$backups" | tail -n 1 | tr -s ' ' | cut -d' ' -f4)
    [ "$free" -gt $((needed + needed / 10)) ] || fail "there is no room: $2 has $needed KiB, and $free KiB are free"
    repository restore --no-lock --quiet "$1:$backups/$2" --target "$part"
    : > "$part/.fetched"
    mv "$part" "$backups/$2"
    echo "brought back $2"
}

"$@"
