#include "supervisor/control_wire.h"
#include "proto/limits.h"
#include <inttypes.h>
#include <jansson.h>
#include <string.h>

static const char *const order_names[] = {
	[CONTROL_STATUS] = "status",
	[CONTROL_WATCH] = "watch",
	[CONTROL_RUN] = "run",
	[CONTROL_PAUSE] = "pause",
	[CONTROL_RESUME] = "resume",
	[CONTROL_STOP] = "stop",
	[CONTROL_CANCEL] = "cancel",
	[CONTROL_APPROVE] = "approve",
};
_Static_assert(ARRAY_LEN(order_names) == CONTROL_ORDERS, "one per order");

const char *
control_order_name(enum control_order order)
{
	return order_names[order];
}

/* One object in the line, nothing behind it, no key twice, of our version. */
static json_t *
parse(struct span line, const char *code, struct err *e)
{
	json_error_t why;
	json_t *o = json_loadb(
	    (const char *)line.data, line.len, JSON_REJECT_DUPLICATES, &why);
	if (!o) {
		err_config(e, code, "not JSON: %s", why.text);
		return NULL;
	}
	json_int_t version = json_integer_value(json_object_get(o, "version"));
	if (json_is_object(o) && version == CONTROL_VERSION)
		return o;
	if (!json_is_object(o) || !json_object_get(o, "version"))
		err_config(e, code, "expected an object with a version");
	else
		err_config(e, code,
		    "version %" JSON_INTEGER_FORMAT " is spoken, this is "
		    "version %d: use one syncline for both ends",
		    version, CONTROL_VERSION);
	json_decref(o);
	return NULL;
}

/* --- requests --------------------------------------------------------------
 */

static int
bad(struct err *e, const char *key, const char *what)
{
	return err_config(
	    e, "bad_request", "\"%.40s\": expected %s", key, what);
}

static int
take_order(json_t *v, struct control_request *q, struct err *e)
{
	const char *name = json_string_value(v);
	for (int i = 0; name && i < CONTROL_ORDERS; i++) {
		if (strcmp(order_names[i], name) != 0)
			continue;
		q->order = (enum control_order)i;
		return 0;
	}
	return bad(e, "order", "one that this synclined knows");
}

static int
take_entities(
    json_t *v, struct arena *a, struct control_request *q, struct err *e)
{
	static const char what[] = "an array of names";
	if (!json_is_array(v))
		return bad(e, "entities", what);
	q->nentities = json_array_size(v);
	const char **names =
	    arena_alloc(a, (q->nentities + 1) * sizeof(*names));
	for (size_t i = 0; i < q->nentities; i++) {
		const json_t *name = json_array_get(v, i);
		size_t n = json_string_length(name);
		if (n == 0 || n > LIMIT_NAME_BYTES)
			return bad(e, "entities", what);
		names[i] = arena_strdup(a, json_string_value(name));
	}
	q->entities = names;
	return 0;
}

static int
take_run(json_t *v, struct control_request *q, struct err *e)
{
	json_int_t n = json_integer_value(v);
	if (n <= 0)
		return bad(e, "run", "a number above 0");
	q->run = (uint64_t)n;
	return 0;
}

static int
take(json_t *o, struct arena *a, struct control_request *q, struct err *e)
{
	const char *key;
	json_t *v;
	int rc = 0;
	bool ordered = false;
	json_object_foreach(o, key, v)
	{
		if (rc < 0)
			break;
		if (strcmp(key, "order") == 0) {
			rc = take_order(v, q, e);
			ordered = true;
		} else if (strcmp(key, "entities") == 0) {
			rc = take_entities(v, a, q, e);
		} else if (strcmp(key, "run") == 0) {
			rc = take_run(v, q, e);
		} else if (strcmp(key, "version") != 0) {
			rc = bad(e, key, "no such key");
		}
	}
	return rc == 0 && !ordered ? bad(e, "order", "to be there") : rc;
}

int
control_request_decode(struct span line, struct arena *a,
    struct control_request *out, struct err *e)
{
	*out = (struct control_request){ 0 };
	if (line.len > LIMIT_REQUEST_BYTES)
		return err_config(e, "bad_request",
		    "a request has at most %d bytes", LIMIT_REQUEST_BYTES);
	json_t *o = parse(line, "bad_request", e);
	if (!o)
		return -1;
	int rc = take(o, a, out, e);
	json_decref(o);
	return rc;
}

static int
append(const char *text, size_t n, void *out)
{
	buf_put(out, text, n);
	return 0;
}

/* Takes o. */
static void
put_line(json_t *o, struct buf *out)
{
	json_dump_callback(o, append, out, JSON_COMPACT);
	buf_putc(out, '\n');
	json_decref(o);
}

static json_t *
message(void)
{
	json_t *o = json_object();
	json_object_set_new(o, "version", json_integer(CONTROL_VERSION));
	return o;
}

void
control_request_encode(const struct control_request *q, struct buf *out)
{
	json_t *o = message();
	json_object_set_new(o, "order", json_string(order_names[q->order]));
	if (q->nentities) {
		json_t *names = json_array();
		for (size_t i = 0; i < q->nentities; i++)
			json_array_append_new(
			    names, json_string(q->entities[i]));
		json_object_set_new(o, "entities", names);
	}
	if (q->run)
		json_object_set_new(o, "run", json_integer((json_int_t)q->run));
	put_line(o, out);
}

/* --- replies ---------------------------------------------------------------
 */

/* Of the classes that a caller acts on; what is our own fault stays ours. */
static const char *const class_names[] = {
	[ERR_NONE] = "",
	[ERR_RETRY] = "retry",
	[ERR_DATA] = "data",
	[ERR_CONFIG] = "config",
	[ERR_BUG] = "bug",
};
_Static_assert(ARRAY_LEN(class_names) == ERR_BUG + 1, "one per class");

/* Errors may quote bytes from outside. */
static json_t *
text_json(const char *text)
{
	json_t *s = json_string(text);
	return s ? s : json_string("(not UTF-8)");
}

void
control_reply_free(struct control_reply *r)
{
	buf_free(&r->text);
	json_decref(r->status);
	r->status = NULL;
}

void
control_reply_encode(const struct control_reply *r, struct buf *out)
{
	json_t *o = message();
	json_object_set_new(o, "ok", json_boolean(r->ok));
	if (!r->ok) {
		json_object_set_new(
		    o, "class", json_string(class_names[r->error.cls]));
		json_object_set_new(o, "code", text_json(r->error.code));
		json_object_set_new(o, "text", text_json(r->error.msg));
	} else if (r->text.len) {
		json_object_set_new(o, "text",
		    json_stringn((const char *)r->text.data, r->text.len));
	}
	if (r->status)
		json_object_set(o, "status", r->status);
	if (r->end)
		json_object_set_new(o, "end", json_true());
	put_line(o, out);
}

static enum err_class
class_of(const char *name)
{
	for (int i = ERR_RETRY; name && i <= ERR_BUG; i++)
		if (strcmp(class_names[i], name) == 0)
			return (enum err_class)i;
	return ERR_BUG;
}

static const char *
text_of(const json_t *o, const char *key)
{
	const char *text = json_string_value(json_object_get(o, key));
	return text ? text : "";
}

/* As the service filled it in. */
static void
take_error(const json_t *o, struct err *out)
{
	const char *code = text_of(o, "code"), *text = text_of(o, "text");
	switch (class_of(text_of(o, "class"))) {
	case ERR_RETRY:
		err_retry(out, code, "%s", text);
		break;
	case ERR_DATA:
		err_data(out, code, "%s", text);
		break;
	case ERR_CONFIG:
		err_config(out, code, "%s", text);
		break;
	case ERR_NONE:
	case ERR_BUG:
		err_bug(out, "%s", text);
		break;
	}
}

int
control_reply_decode(struct span line, struct control_reply *out, struct err *e)
{
	*out = (struct control_reply){ 0 };
	json_t *o = parse(line, "bad_reply", e);
	if (!o)
		return -1;
	json_t *status = json_object_get(o, "status");
	out->ok = json_is_true(json_object_get(o, "ok"));
	out->end = json_is_true(json_object_get(o, "end"));
	buf_puts(&out->text, text_of(o, "text"));
	if (!out->ok)
		take_error(o, &out->error);
	if (json_is_object(status))
		out->status = json_incref(status);
	json_decref(o);
	return 0;
}
