# A PostgreSQL cluster that lives as long as its standard input stays open.
# Arguments: the folder of PostgreSQL's programs, a free port. Prints "ready" when it can be used.
#
# Whoever started it may end in any way, by Ctrl-C or kill -9 too: its end of the pipe closes, and
# the cluster stops and its folder goes.
set -eu
trap '' HUP INT TERM
programs=$1
port=$2
umask 077
[ -w "${TMPDIR:-/tmp}" ] || TMPDIR=/tmp
folder=$(mktemp -d "${TMPDIR:-/tmp}/underpin-postgres.XXXXXX")
finish() {
  "$programs/pg_ctl" -D "$folder/data" -m immediate -w stop >"$folder/stop" 2>&1 || true
  rm -rf "$folder"
}
trap finish EXIT

"$programs/initdb" -D "$folder/data" -U postgres --auth=trust --encoding=UTF8 --locale=C --no-sync \
  >"$folder/log" 2>&1 || { cat "$folder/log" >&2; exit 1; }
# Nothing here must survive a power failure, so nothing waits for the disk.
"$programs/pg_ctl" -D "$folder/data" -l "$folder/log" -w start >"$folder/start" 2>&1 \
  -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=300 \
      -c fsync=off -c full_page_writes=off" || { cat "$folder/log" >&2; exit 1; }
echo ready
cat >"$folder/input"
