#include "extract/source.h"
#include "proto/ranges.h"
#include <stdlib.h>
#include <string.h>

static const struct source_driver *const drivers[] = {
	[DRIVER_POSTGRES] = &source_postgres,
	[DRIVER_SQLITE] = &source_sqlite,
	[DRIVER_CSV] = &source_csv,
	[DRIVER_NULL] = &source_null,
};
_Static_assert(ARRAY_LEN(drivers) == DRIVER_NULL + 1, "one per driver");

/* What it is called in messages: `connection erp, table x`. */
static void
describe(const struct source_handle *s, struct buf *out)
{
	bool own = s->mode != MODE_ADOPT;

	buf_printf(out, "connection %s", s->conn->name);
	if (s->table)
		buf_printf(out, ", table %s", s->table);
	else if (own && s->en->source.query)
		buf_puts(out, ", query");
	else if (own && s->en->source.file)
		buf_printf(out, ", file %s", s->en->source.file);
}

/* Puts entity and place in front of the message. A value that the source's
 * engine refuses while reading is not one row's fault: nothing is read. */
static int
wrap(const struct source_handle *s, struct err *e)
{
	struct buf where = { 0 };

	if (e->cls == ERR_DATA)
		e->cls = ERR_CONFIG;
	/* What failed to connect has said so itself. */
	bool told = strncmp(e->msg, "connection ", 11) == 0;
	if (!told)
		describe(s, &where);
	err_wrap(
	    e, "entity %s%s%s", s->en->name, told ? "" : ", ", buf_str(&where));
	buf_free(&where);
	return -1;
}

static int
check_role(const struct source_handle *s, struct err *e)
{
	if (!s->conn)
		return err_bug(e, "entity %s has no connection", s->en->name);
	if (s->mode == MODE_ADOPT && s->conn->driver != DRIVER_POSTGRES &&
	    s->conn->driver != DRIVER_SQLITE)
		return err_config(e, "adopt",
		    "entity %s: the target on connection %s cannot be read back; use adopt: none",
		    s->en->name, s->conn->name);
	return 0;
}

static int
open_driver(struct source_handle *s, struct err *e)
{
	if (check_role(s, e) != 0)
		return -1;
	s->driver = drivers[s->conn->driver];
	if (s->driver->open(s, e) != 0)
		return wrap(s, e);
	const struct columns_for what = { s->en, s->mode, &s->schema };
	if (columns_wanted(&what, &s->arena, &s->wanted, e) != 0)
		return wrap(s, e);
	for (size_t i = 0; s->driver->travels && i < s->wanted.n; i++)
		s->wanted.cols[i].type =
		    s->driver->travels(s->wanted.cols[i].type);
	return 0;
}

int
source_open(const struct entity *en, enum run_mode mode, struct pg_kept *kept,
    struct source_handle **out, struct err *e)
{
	struct source_handle *s = mem_zalloc(sizeof(*s));

	s->en = en;
	s->mode = mode;
	s->kept = kept;
	s->conn = mode == MODE_ADOPT ? en->target.conn : en->source.conn;
	s->table = mode == MODE_ADOPT ? en->target.table : en->source.table;
	if (open_driver(s, e) != 0) {
		source_close(&s);
		return -1;
	}
	*out = s;
	return 0;
}

void
source_close(struct source_handle **sp)
{
	struct source_handle *s = *sp;

	if (!s)
		return;
	if (s->driver)
		s->driver->close(s);
	arena_free(&s->arena);
	free(s);
	*sp = NULL;
}

int
source_plan(struct source_handle *s, struct span version,
    struct chunk_list *out, struct err *e)
{
	/* Keys are swept, and targets adopted, whole. */
	if (s->mode != MODE_SYNC || !s->en->rowversion)
		version = (struct span){ 0 };
	if (s->driver->plan(s, version, out, e) != 0)
		return wrap(s, e);
	return 0;
}

static int
decode_again(struct source_handle *s, struct span ranges,
    struct chunk_list *out, struct err *e)
{
	struct span *each;
	size_t n;

	if (ranges_decode(ranges, &s->arena, &each, &n, e) != 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		struct chunk_range r;
		if (chunk_decode(each[i], &s->arena, &r, e) != 0 ||
		    chunk_add(out, &s->arena, &r, e) != 0)
			return -1;
		if (!chunk_stable(&r))
			return err_bug(e, "chunk range %zu is not stable", i);
	}
	return 0;
}

int
source_again(struct source_handle *s, struct span ranges,
    struct chunk_list *out, struct err *e)
{
	if (!s->driver->again)
		return err_bug(e, "driver %s cannot go on", s->driver->name);
	if (decode_again(s, ranges, out, e) != 0 ||
	    s->driver->again(s, out, e) != 0)
		return wrap(s, e);
	return 0;
}

int
source_probe(
    struct source_handle *s, uint64_t *rows, struct buf *out, struct err *e)
{
	bool asked = s->mode == MODE_SYNC && s->en->source.probe != PROBE_NONE;
	if (!asked || !s->driver->probe)
		return 0;
	if (s->driver->probe(s, rows, out, e) != 0)
		return wrap(s, e);
	return 0;
}

int
source_read(struct source_handle *s, const struct chunk_range *r,
    struct emit *em, struct err *e)
{
	emit_begin(em);
	if (s->driver->read(s, r, em, e) != 0)
		return wrap(s, e);
	if (emit_flush(em, e) != 0)
		return wrap(s, e);
	return 0;
}
