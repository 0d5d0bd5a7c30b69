#!/usr/bin/env bash
# PostgreSQL 17 with pgvector, and Redis, for tests and benchmarks: private, on loopback, on ports nobody else uses.
#   test-services.sh start       start what does not run yet; print the environment as NAME=value lines
#   test-services.sh stop        stop what `start` started and remove its data
#   test-services.sh run CMD…    start, run CMD with that environment, and stop again
# Debian 12 has no pgvector package, so the server comes from Debian 13: its packages are unpacked into a folder (no
# maintainer script runs, nothing of the host changes) and it runs from there by chroot in a private mount namespace.
# That needs root. Where it cannot be done, the reason goes to stderr and the variable stays unset.
#   TEST_DATABASE_URL, TEST_REDIS_URL   servers that are already there: nothing is started in their place
#   TEST_SERVICES_ROOT                  the Debian 13 folder (made when missing)
#   TEST_SERVICES_DATA                  clusters, logs, pid files
#   TEST_SERVICES_PROFILE=bench         durable and with large buffers, for measurements; default: fast, not durable
set -euo pipefail

ROOT="${TEST_SERVICES_ROOT:-/var/lib/scriptorium/debian13}"
DATA="${TEST_SERVICES_DATA:-/var/tmp/scriptorium-services${TEST_SERVICES_PROFILE:+-$TEST_SERVICES_PROFILE}}"
PG_BIN=/usr/lib/postgresql/17/bin
PG_UID=54320 # any id that no account of the host has

say() { echo "test-services: $*" >&2; }

mirror() { # the host's own Debian mirror, so that no address stands here
  {
    cat /etc/apt/sources.list.d/*.sources 2>/dev/null | awk 'tolower($1) == "uris:" { for (i = 2; i <= NF; i++) print $i }'
    cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null | sed -E 's/\[[^]]*\]//' | awk '$1 == "deb" { print $2 }'
  } | grep -E '/debian/?$' | head -1
}

alive() { [ -s "$DATA/$1.pid" ] && kill -0 "$(cat "$DATA/$1.pid")" 2>/dev/null; }

free_port() {
  local port
  while port=$(shuf -i 20000-32000 -n 1); do
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
  done
  echo "$port"
}

unpack_debian() {
  [ -x "$ROOT$PG_BIN/postgres" ] && [ -e "$ROOT/usr/share/postgresql/17/extension/vector.control" ] && return
  local source
  source=$(mirror) && [ -n "$source" ] || { say "no Debian mirror in the sources of apt"; return 1; }
  command -v debootstrap >/dev/null || apt-get install -y -qq --no-install-recommends debootstrap >"$DATA/apt.log" 2>&1 ||
    { say "debootstrap cannot be installed"; return 1; }
  say "unpacking PostgreSQL 17 from Debian 13 (once, about half a minute)"
  rm -rf "$ROOT.part" && mkdir -p "$(dirname "$ROOT")"
  debootstrap --variant=minbase --download-only --include=postgresql-17-pgvector trixie "$ROOT.part" "$source" \
    >"$DATA/debootstrap.log" 2>&1 || { say "debootstrap failed: $(tail -1 "$DATA/debootstrap.log")"; return 1; }
  local package
  for package in "$ROOT.part"/var/cache/apt/archives/*.deb; do dpkg-deb -x "$package" "$ROOT.part" || return 1; done
  rm -rf "$ROOT.part/var/cache/apt/archives" "$ROOT" && mv "$ROOT.part" "$ROOT"
}

# Runs a command in Debian 13 as PG_UID. It replaces the calling (sub)shell: $! is the command's own process.
in_debian() {
  mkdir -p "$ROOT/srv/data" "$ROOT/proc" "$ROOT/dev"
  # initdb wants a name for its user
  grep -qs "^[^:]*:x:$PG_UID:" "$ROOT/etc/passwd" || echo "scriptorium-test:x:$PG_UID:$PG_UID::/tmp:/bin/sh" >>"$ROOT/etc/passwd"
  # shellcheck disable=SC2016 # expands in the inner shell
  exec unshare --mount --propagation private /bin/sh -ec '
    root=$1 data=$2 id=$3; shift 3
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    mount --bind "$data" "$root/srv/data"
    exec chroot --userspec="$id:$id" "$root" /usr/bin/env -i PATH=/usr/bin LANG=C.UTF-8 "$@"
  ' in_debian "$ROOT" "$DATA/postgres" "$PG_UID" "$@"
}

postgres_conf() {
  cat <<CONF
listen_addresses = '127.0.0.1'
port = $1
unix_socket_directories = '/srv/data'
max_connections = 200
jit = off
CONF
  if [ "${TEST_SERVICES_PROFILE:-}" = bench ]; then
    printf '%s\n' 'shared_buffers = 2GB' 'effective_cache_size = 8GB' 'maintenance_work_mem = 1GB' 'max_wal_size = 4GB' 'checkpoint_timeout = 30min'
  else
    printf '%s\n' 'shared_buffers = 256MB' 'fsync = off' 'synchronous_commit = off' 'full_page_writes = off'
  fi
}

start_postgres() {
  [ "$(id -u)" = 0 ] || { say "PostgreSQL by chroot needs root; set TEST_DATABASE_URL to use another server"; return 1; }
  unshare --mount true 2>/dev/null || { say "this machine does not allow mount namespaces"; return 1; }
  unpack_debian || return 1
  local port password
  port=$(free_port) password=$(head -c 18 /dev/urandom | base64 | tr -d '+/=')
  rm -rf "$DATA/postgres"
  install -d -o "$PG_UID" -g "$PG_UID" -m 700 "$DATA/postgres"
  (in_debian $PG_BIN/initdb -D /srv/data/cluster -U postgres -E UTF8 --locale=C.UTF-8 --auth-local=trust --auth-host=scram-sha-256) \
    >"$DATA/initdb.log" 2>&1 || { say "initdb failed: $(tail -1 "$DATA/initdb.log")"; return 1; }
  postgres_conf "$port" >>"$DATA/postgres/cluster/postgresql.conf"
  (in_debian $PG_BIN/postgres -D /srv/data/cluster) >"$DATA/postgres.log" 2>&1 </dev/null &
  echo $! >"$DATA/postgres.pid"
  local tries
  for tries in $(seq 1 150); do
    (in_debian $PG_BIN/pg_isready -q -h 127.0.0.1 -p "$port") && break
    alive postgres && [ "$tries" -lt 150 ] || { say "PostgreSQL did not start: $(tail -1 "$DATA/postgres.log")"; return 1; }
    sleep 0.2
  done
  # A superuser, because the tests make their own databases and roles.
  (in_debian $PG_BIN/psql -X -q -v ON_ERROR_STOP=1 -h /srv/data -p "$port" -U postgres \
    -c "create role test login superuser password '$password'" -c 'create database test owner test') >&2 || return 1
  (umask 077 && echo "TEST_DATABASE_URL=postgres://test:$password@127.0.0.1:$port/test" >"$DATA/postgres.env")
}

start_redis() {
  command -v redis-server >/dev/null || { say "redis-server is not installed"; return 1; }
  local port password tries
  port=$(free_port) password=$(head -c 18 /dev/urandom | base64 | tr -d '+/=')
  (umask 077 && printf '%s\n' 'bind 127.0.0.1' "port $port" "requirepass $password" 'save ""' 'appendonly no' "dir $DATA" >"$DATA/redis.conf")
  redis-server "$DATA/redis.conf" >"$DATA/redis.log" 2>&1 </dev/null &
  echo $! >"$DATA/redis.pid"
  for tries in $(seq 1 100); do
    REDISCLI_AUTH="$password" redis-cli -h 127.0.0.1 -p "$port" ping 2>/dev/null | grep -q PONG && break
    alive redis && [ "$tries" -lt 100 ] || { say "Redis did not start: $(tail -1 "$DATA/redis.log")"; return 1; }
    sleep 0.1
  done
  (umask 077 && echo "TEST_REDIS_URL=redis://:$password@127.0.0.1:$port/0" >"$DATA/redis.env")
}

start() {
  mkdir -p "$DATA" && chmod 755 "$DATA"
  if [ -n "${TEST_DATABASE_URL:-}" ]; then echo "TEST_DATABASE_URL=$TEST_DATABASE_URL"
  elif alive postgres || start_postgres; then cat "$DATA/postgres.env"
  else stop_one postgres INT && say "skipped: no PostgreSQL"; fi
  if [ -n "${TEST_REDIS_URL:-}" ]; then echo "TEST_REDIS_URL=$TEST_REDIS_URL"
  elif alive redis || start_redis; then cat "$DATA/redis.env"
  else stop_one redis TERM && say "skipped: no Redis"; fi
}

stop_one() { # NAME SIGNAL: exactly the process in the pid file
  local tries
  if alive "$1"; then
    kill -"$2" "$(cat "$DATA/$1.pid")"
    for tries in $(seq 1 150); do alive "$1" || break; [ "$tries" -lt 150 ] || { say "$1 does not stop"; return 1; }; sleep 0.1; done
  fi
  rm -rf "${DATA:?}/$1" "$DATA/$1.pid" "$DATA/$1.env"
}

stop() {
  stop_one postgres INT
  stop_one redis TERM
}

case "${1:-}" in
start) start ;;
stop) stop ;;
run)
  shift
  alive postgres || alive redis || trap stop EXIT
  environment=$(start)
  set -a && eval "$environment" && set +a
  "$@"
  ;;
*) sed -n '2,12p' "$0" >&2 && exit 2 ;;
esac
