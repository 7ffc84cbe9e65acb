# Sourced: a PostgreSQL server of our own for tests that want a real one.
# It listens on a socket in its own folder only and goes with the shell.
pg_bin=/usr/lib/postgresql/15/bin
pg_dir=

# PostgreSQL refuses to run as root.
pg_call() {
	local as=()
	[ "$(id -u)" -ne 0 ] ||
		as=(setpriv --reuid=postgres --regid=postgres --clear-groups)
	(cd "$pg_dir" && "${as[@]}" "$pg_bin/$@") >>"$pg_dir/setup.log" 2>&1
}

pg_stop() {
	[ -n "$pg_dir" ] || return 0
	pg_call pg_ctl -D "$pg_dir/data" -w -m immediate stop
	rm -rf "$pg_dir"
	pg_dir=
}

# Sets SYNCLINE_TEST_PG.
pg_start() {
	pg_dir=$(mktemp -d /tmp/slpg-XXXXXX)
	trap pg_stop EXIT
	[ "$(id -u)" -ne 0 ] || chown postgres "$pg_dir"
	pg_call initdb -D "$pg_dir/data" -U postgres -A trust -N -E UTF8 \
		--locale=C.UTF-8 &&
		pg_call pg_ctl -D "$pg_dir/data" -w -l "$pg_dir/server.log" \
			-o "-k $pg_dir -c listen_addresses= -c fsync=off" start || {
		tail -n 20 "$pg_dir/setup.log" >&2
		return 1
	}
	export SYNCLINE_TEST_PG="host=$pg_dir user=postgres dbname=postgres"
}
