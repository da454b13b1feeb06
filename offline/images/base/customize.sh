#!/bin/sh
# Runs once on the finished root file system ($1), before it becomes the base image.
set -eu
root="$1"
in_root() { chroot "$root" "$@"; }

# Numbers of the official images, so that volumes, uploads and secret files owned by number behave the same.
move_user() { # name uid gid home
  old_uid="$(in_root id -u "$1")" old_gid="$(in_root id -g "$1")"
  in_root groupmod --gid "$3" "$1"
  in_root usermod --uid "$2" --gid "$3" --home "$4" "$1"
  in_root find / -xdev -uid "$old_uid" -exec chown --no-dereference "$2" '{}' +
  in_root find / -xdev -gid "$old_gid" -exec chgrp --no-dereference "$3" '{}' +
}
move_user postgres 70 70 /var/lib/postgresql
move_user redis 999 1000 /data
in_root useradd --uid 1000 --gid 1000 --home-dir /authentik --no-create-home --shell /usr/sbin/nologin authentik
in_root useradd --uid 101 --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin nginx

# Debian's psql, pg_dump and so on are Perl wrappers that look for Debian's cluster layout: put the real ones first.
binaries="/usr/lib/postgresql/$(ls "$root/usr/lib/postgresql")/bin"
for program in "$root$binaries"/*; do ln -s "$binaries/$(basename "$program")" "$root/usr/local/bin/"; done
install -d -m 0777 -o 70 -g 70 "$root/var/lib/postgresql/data"
install -d -o 999 -g 1000 "$root/data"
install -d "$root/docker-entrypoint-initdb.d"

# authentik's image: writable folders of uid 1000, and a python on PATH.
install -d -o 1000 -g 1000 "$root/media" "$root/certs" "$root/ak-root" "$root/authentik"
install -d "$root/blueprints" "$root/ak-root/.venv/bin"
ln -s /usr/bin/python3 "$root/ak-root/.venv/bin/python"
ln -s /usr/bin/python3 "$root/ak-root/.venv/bin/python3"

# nginx as in its official image: logs on stdout and stderr, sites in conf.d.
rm -f "$root/etc/nginx/sites-enabled/default"
ln -sf /dev/stdout "$root/var/log/nginx/access.log"
ln -sf /dev/stderr "$root/var/log/nginx/error.log"
sed -i 's/^user .*/user nginx;/' "$root/etc/nginx/nginx.conf"

rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/* "$root"/var/log/apt "$root"/var/log/dpkg.log
