#!/usr/bin/env bash
# Gets the servers of another Debian release for tests, without Docker: a root folder with RabbitMQ, Redis and Valkey in
# it, and programs that run them there as if they were installed here.
#
#   server-root.sh RELEASE FOLDER        e.g. server-root.sh trixie ~/.cache/sedano/debian-trixie
#
# Afterwards FOLDER/bin has rabbitmq-server, rabbitmqctl, rabbitmq-diagnostics, epmd, redis-server and valkey-server, and
# FOLDER/versions says which versions these are. A folder that is complete is left as it is. Needs root, debootstrap,
# unshare (util-linux), and a Debian mirror: SEDANO_DEBIAN_MIRROR, default the usual one. About 600 MB and two minutes.
set -euo pipefail

RELEASE=${1:?RELEASE, e.g. trixie or sid} FOLDER=${2:?FOLDER, where the root folder goes}
MIRROR=${SEDANO_DEBIAN_MIRROR:-http://deb.debian.org/debian}
PACKAGES=(rabbitmq-server redis-server valkey-server)
PROGRAMS=(rabbitmq-server rabbitmqctl rabbitmq-diagnostics epmd redis-server valkey-server)

fail() { printf 'server-root: %s\n' "$*" >&2; exit 2; }

[ "$(id -u)" = 0 ] || fail "needs root to unpack and enter a Debian root folder: run it with sudo"
for needed in debootstrap unshare chroot; do
  command -v "$needed" >/dev/null || fail "$needed is missing: apt-get install debootstrap util-linux coreutils"
done
[ -f "$FOLDER/versions" ] && exit 0

NEW=$FOLDER.new
ROOT=$NEW/root
rm -rf --one-file-system "$NEW"
mkdir -p "$NEW/bin"
debootstrap --variant=minbase "$RELEASE" "$ROOT" "$MIRROR"

printf '#!/bin/sh\nexit 101\n' >"$ROOT/usr/sbin/policy-rc.d" # installing must start no server
chmod 755 "$ROOT/usr/sbin/policy-rc.d"
cp /etc/resolv.conf /etc/hosts "$ROOT/etc/" # without hosts the Erlang node does not find localhost
# A mirror that lags behind has expired indexes; these are test servers, and the signatures are checked all the same.
echo 'Acquire::Check-Valid-Until "false";' >"$ROOT/etc/apt/apt.conf.d/90-lagging-mirror"

# Everything that is mounted is mounted in a namespace of the running program and is gone with it: nothing to clean up.
cat >"$NEW/bin/in-root" <<'WRAPPER'
#!/bin/sh
# Runs the program of the name this is called by, in the Debian root folder beside it. It sees the host's /tmp.
here=$(cd "$(dirname "$0")" && pwd -P)
exec unshare --mount --propagation private sh -euc '
  root=$1 tmp=$2 here=$3
  shift 3
  mount -t proc proc "$root/proc"
  mount --rbind /dev "$root/dev"
  mkdir -p "$root$tmp"
  mount --rbind "$tmp" "$root$tmp"
  [ -d "$root$here" ] || here=/
  exec chroot "$root" /usr/bin/env -C "$here" "$@"' \
  in-root "$here/../root" /tmp "$PWD" \
  PATH=/usr/lib/rabbitmq/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$(basename "$0")" "$@"
WRAPPER
chmod 755 "$NEW/bin/in-root"
for program in "${PROGRAMS[@]}" apt-get dpkg-query; do
  ln -s in-root "$NEW/bin/$program"
done

export DEBIAN_FRONTEND=noninteractive
"$NEW/bin/apt-get" update
"$NEW/bin/apt-get" install -y --no-install-recommends "${PACKAGES[@]}"
"$NEW/bin/apt-get" clean
rm -rf "$ROOT"/var/lib/apt/lists/* "$ROOT"/usr/share/doc/* "$ROOT"/usr/share/man/* "$ROOT"/usr/share/locale/*
# "rabbitmq-server 4.0.5": without the packager's part of the version
"$NEW/bin/dpkg-query" -W -f '${Package} ${Version}\n' "${PACKAGES[@]}" | sed -E 's/ ([0-9]+:)?([0-9.]+).*/ \2/' >"$NEW/versions"
rm "$NEW/bin/apt-get" "$NEW/bin/dpkg-query"

rm -rf --one-file-system "$FOLDER"
mv "$NEW" "$FOLDER"
