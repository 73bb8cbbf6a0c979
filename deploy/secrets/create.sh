#!/bin/sh
# Makes the secrets that docker-compose.yml mounts as files. One that exists is kept.
set -eu
cd "$(dirname "$0")"
# The folder is closed to others; the files in it are not, since services read them under users of their own.
chmod 700 .
for name in grafana_admin_password; do
    if [ ! -e "$name" ]; then
        (umask 022 && head -c 24 /dev/urandom | base64 | tr '+/' '-_' | tr -d '\n' >"$name")
        echo "made deploy/secrets/$name"
    fi
done
