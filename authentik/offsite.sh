#!/bin/sh
# Copies a stack's backups into a repository of restic, each as a snapshot of its own, and brings them back. Its container runs
# it after each backup; the command line runs it as a job that has all that the container has. busybox and dash both run it.
set -eu
umask 077
export TZ=UTC
backups=/backups
tag=authentik-stack

# restic reads the credentials of a repository from variables, and a container must not have them in its own.
for file in /run/secrets/[A-Z]*; do
    [ ! -f "$file" ] || export "$(basename "$file")=$(cat "$file")"
done

fail() {
    echo "$1" >&2
    exit 1
}

repository() {
    restic --option "sftp.args=-i /run/secrets/restic_key -o IdentitiesOnly=yes -o BatchMode=yes -o StrictHostKeyChecking=yes \
-o UserKnownHostsFile=/run/secrets/known_hosts -o ServerAliveInterval=30" "$@"
}

# The ids of the backups, oldest first.
ids() {
    for folder in "$backups"/20*Z; do
        [ ! -f "$folder/manifest.json" ] || basename "$folder"
    done
}

# Makes the repository if there is none, which restic says by this code.
open() {
    code=0
    repository cat config > /tmp/opened 2>&1 || code=$?
    case $code in
    0) ;;
    10) repository init ;;
    *) fail "$(cat /tmp/opened)" ;;
    esac
    # What a killed container left.
    repository unlock --quiet
}

# The id of this stack's newest backup in the repository.
newest() {
    repository snapshots --json --tag "$tag" --host "$OWNER" > /tmp/snapshots
    grep -o '"/backups/20[^"]*Z"' /tmp/snapshots | sed 's/.*\///; s/"//' | sort | tail -n 1
}

copy() {
    open
    seen=$(ids | tail -n 1)
    last=$(newest)
    for id in $(ids | awk -v last="$last" '$0 > last'); do
        release=$(sed -n 's/^ *"release": "\([^"]*\)",$/\1/p' "$backups/$id/manifest.json")
        time=$(time_of "$id")
        repository backup --tag "$tag" --tag "$release" --host "$OWNER" --time "$time" "$backups/$id" > /tmp/made || {
            # It may have been deleted meanwhile, since newer ones are there. A part of one must not look like a whole one.
            made=$(sed -n 's/^snapshot \([0-9a-f]*\) saved$/\1/p' /tmp/made)
            [ -z "$made" ] || repository forget --quiet "$made"
            fail "the backup $id was not copied"
        }
        last=$id
        echo "copied $id"
    done
    echo "$last" > /tmp/newest
    echo "$seen" > /tmp/seen
    # shellcheck disable=SC2086 # a list of options
    [ -z "$KEEP" ] || repository forget --quiet --tag "$tag" --host "$OWNER" --group-by host $KEEP --prune
}

check() {
    open
    repository check --quiet
    echo "checked the repository"
}

# What a piece of work fails with is what the health check says.
attempt() {
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
    trap 'exit 0' TERM INT
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
    code=0
    repository snapshots --no-lock --json --tag "$tag" || code=$?
    [ "$code" -eq 0 ] || [ "$code" -eq 10 ] || exit 1
}

# Brings a snapshot with a backup back beside the others.
fetch() {
    exec 9> "$backups/.lock"
    flock 9
    rm -rf "$backups/$2.part"
    repository restore --no-lock --quiet "$1:$backups/$2" --target "$backups/$2.part"
    mv "$backups/$2.part" "$backups/$2"
    echo "brought back $2"
}

"$@"
