/* What a good file comes out as. */
#include "tests/unit/proto/pipeline_file.h"
#include <limits.h>

static struct pipeline *
load(const char *one, const char *two)
{
	struct pipeline *p = NULL;
	struct problems problems = { 0 };
	struct err e = { 0 };
	pipeline_write(one, two);
	if (pipeline_load("p.yaml", NULL, &p, &problems, &e) < 0)
		fail_msg("%s", buf_str(&problems.text));
	return p;
}

static const char *
under(const char *name)
{
	static char path[PATH_MAX];
	char *real = realpath(pipeline_dir, NULL);
	snprintf(path, sizeof(path), "%s%s", real, name);
	free(real);
	return path;
}

static void
defaults(void **state)
{
	(void)state;
	struct pipeline *p = load(PIPELINE_BASE, "");
	assert_string_equal(p->base_dir, under(""));
	assert_string_equal(p->store_dir, under("/.syncline"));
	assert_string_equal(p->connections[1].path, under("/t.db"));
	assert_int_equal(p->workers_extract, 1);
	assert_int_equal(p->workers_load, 1);
	assert_int_equal(p->hwm, 1);
	assert_int_equal(p->state_memory, 1 << 30);
	assert_int_equal(p->state_partitions, 1);
	assert_int_equal(p->load_group_rows, 65536);
	assert_int_equal(p->ack_timeout_ms, 120000);
	assert_int_equal(p->lease_ms, 60000);

	const struct entity *en = pipeline_entity(p, "parts");
	assert_ptr_equal(en, &p->entities[0]);
	assert_null(pipeline_entity(p, "part"));
	assert_int_equal(en->line, 8);
	assert_ptr_equal(en->source.conn, &p->connections[0]);
	assert_ptr_equal(en->target.conn, &p->connections[1]);
	assert_int_equal(en->source.chunk_rows, 4000000);
	assert_int_equal(en->source.delimiter, ',');
	assert_int_equal(en->source.quote, '"');
	assert_true(en->source.header);
	assert_int_equal(en->key.n, 1);
	assert_string_equal(en->key.v[0], "id");
	assert_false(en->target.create);
	assert_false(en->fields_given);
	assert_int_equal(en->strategy, STRATEGY_AUTO);
	assert_int_equal(en->sweep, SWEEP_NIGHTLY);
	assert_int_equal(en->overlap, 600);
	assert_int_equal(en->adopt, ADOPT_ASK);
	assert_int_equal(en->deletes.policy, DELETES_PROPAGATE);
	assert_true(en->max_delete_percent == 10);
	assert_true(en->max_update_percent == 100);
	assert_true(en->max_reject_percent == 10);
	assert_int_equal(en->min_source_rows, 0);
	assert_int_equal(en->batch_rows, 8192);
	assert_int_equal(en->batch_bytes, 1 << 20);
	assert_false(entity_resolves(en));
	const struct field *f = &en->defaults;
	assert_int_equal(f->number.precision, -1);
	assert_int_equal(f->number.scale, -1);
	assert_int_equal(f->number.decimal, '.');
	assert_string_equal(f->datetime.zero_date, "reject");
	assert_false(f->text.trim);
	pipeline_free(&p);
	assert_null(p);
}

/* How the text options of an entity and of its field come about. */
static void
layers(void **state)
{
	(void)state;
	static const struct {
		const char *label, *defaults, *entity, *field;
		/* trim, newlines lf, unicode, empty null, collapse */
		const char *at_entity, *at_field;
	} rows[] = {
		{ "nothing", "", "", "", "0 0 0 0 0", "0 0 0 0 0" },
		{ "clean", "", "normalize: clean", "", "1 1 1 1 0",
		    "1 1 1 1 0" },
		{ "clean by default", "normalize: clean", "", "", "1 1 1 1 0",
		    "1 1 1 1 0" },
		{ "exact again", "normalize: clean", "normalize: exact", "",
		    "0 0 0 0 0", "0 0 0 0 0" },
		{ "what is written out beats a preset, nearer or not",
		    "trim: no, collapse: yes", "normalize: clean", "",
		    "0 1 1 1 1", "0 1 1 1 1" },
		{ "the entity beats defaults", "trim: no, normalize: clean",
		    "trim: on", "", "1 1 1 1 0", "1 1 1 1 0" },
		{ "the field beats both", "normalize: clean", "unicode: nfkc",
		    "trim: 'off', empty: keep", "1 1 2 1 0", "0 1 2 0 0" },
		{ "the order of keys is nothing", "",
		    "unicode: none, normalize: clean", "", "1 1 0 1 0",
		    "1 1 0 1 0" },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char text[1024], got[2][32];
		snprintf(text, sizeof(text),
		    "version: 1\nconnections: [{name: n, driver: \"null\"}]\n"
		    "defaults: {%s}\nentities:\n"
		    "  - {name: e, source: {connection: n, rows: 1}, target: "
		    "{connection: n}, key: a,\n    fields: [{to: a, from: a, "
		    "%s}],\n    %s}\n",
		    rows[i].defaults, rows[i].field, rows[i].entity);
		struct pipeline *p = load(text, "");
		const struct field *of[] = { &p->entities[0].defaults,
			&p->entities[0].fields[0] };
		for (int k = 0; k < 2; k++) {
			const struct text_options *t = &of[k]->text;
			snprintf(got[k], sizeof(got[k]), "%d %d %d %d %d",
			    t->trim, t->newlines, t->unicode, t->empty,
			    t->collapse);
		}
		if (strcmp(got[0], rows[i].at_entity) != 0 ||
		    strcmp(got[1], rows[i].at_field) != 0)
			fail_msg("%s: %s, %s", rows[i].label, got[0], got[1]);
		pipeline_free(&p);
	}
}

static void
texts(void **state)
{
	(void)state;
	struct pipeline *p = load(PIPELINE_BASE,
	    "    fields:\n"
	    "      - {to: id, value: 007}\n"
	    "      - {to: a, value: no, default: null}\n"
	    "      - {to: b, value: '', default: \"0\", type: bool}\n"
	    "      - {to: c, expr: \"a || ':' || b\", in: [1, yes, 2.50]}\n");
	const struct field *f = p->entities[0].fields;
	assert_int_equal(p->entities[0].nfields, 4);
	assert_string_equal(f[0].value, "007");
	assert_false(f[0].typed);
	assert_null(f[0].from);
	assert_null(f[0].default_value);
	assert_string_equal(f[1].value, "no");
	assert_string_equal(f[1].default_value, "null");
	assert_string_equal(f[2].value, "");
	assert_string_equal(f[2].default_value, "0");
	assert_true(f[2].typed);
	assert_int_equal(f[2].type, VT_BOOL);
	assert_string_equal(f[3].expr, "a || ':' || b");
	assert_int_equal(f[3].in.n, 3);
	assert_string_equal(f[3].in.v[2], "2.50");
	assert_int_equal(f[3].line, 16);
	pipeline_free(&p);
}

static void
show_transform(const struct transform *t, char out[128])
{
	int n = snprintf(
	    out, 128, "%d %d %d", t->kind, (int)t->num[0], (int)t->num[1]);
	for (size_t i = 0; i < t->text.n; i++)
		n += snprintf(out + n, 128 - (size_t)n, " <%s>", t->text.v[i]);
}

static void
transforms(void **state)
{
	(void)state;
	static const struct {
		const char *in;
		int kind;
		const char *rest;
	} rows[] = {
		{ "[upper]", TR_UPPER, "0 0" },
		{ "[substring(2,3)]", TR_SUBSTRING, "2 3" },
		{ "[substring(2, 3)]", TR_SUBSTRING, "2 3" },
		{ "['substring(2,3)']", TR_SUBSTRING, "2 3" },
		{ "[{substring: [2, 3]}]", TR_SUBSTRING, "2 3" },
		{ "[replace(a,)]", TR_REPLACE, "0 0 <a> <>" },
		{ "[\"replace(',','_ ')\"]", TR_REPLACE, "0 0 <,> <_ >" },
		{ "[{replace: ['(', '[']}]", TR_REPLACE, "0 0 <(> <[>" },
		{ "[pad_left(8,0)]", TR_PAD_LEFT, "8 0 <0>" },
		{ "[pad_left(8,ی)]", TR_PAD_LEFT, "8 0 <ی>" },
		{ "[\"pad_left(8,' ')\"]", TR_PAD_LEFT, "8 0 < >" },
		{ "[nullif(N/A)]", TR_NULLIF, "0 0 <N/A>" },
		{ "[nullif()]", TR_NULLIF, "0 0 <>" },
		{ "[{nullif: '()'}]", TR_NULLIF, "0 0 <()>" },
		{ "[split(-,1)]", TR_SPLIT, "1 0 <->" },
		{ "[\"split(',',1)\"]", TR_SPLIT, "1 0 <,>" },
		{ "[{map: {a: b, c: ''}}]", TR_MAP, "0 0 <a> <b> <c> <>" },
		{ "['map({a: b, \"c,d\": e})']", TR_MAP,
		    "0 0 <a> <b> <c,d> <e>" },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char text[256], got[128], want[128];
		snprintf(text, sizeof(text),
		    "    fields: [{to: id, from: x, transform: %s}]\n",
		    rows[i].in);
		struct pipeline *p = load(PIPELINE_BASE, text);
		const struct field *f = p->entities[0].fields;
		assert_int_equal(f->ntransforms, 1);
		show_transform(f->transforms, got);
		snprintf(
		    want, sizeof(want), "%d %s", rows[i].kind, rows[i].rest);
		if (strcmp(got, want) != 0)
			fail_msg("%s: %s", rows[i].in, got);
		pipeline_free(&p);
	}
}

static void
calls_in_a_row(void **state)
{
	(void)state;
	struct pipeline *p = load(PIPELINE_BASE,
	    "    fields: [{to: id, from: x, transform: [trim, substring(0,3), "
	    "replace(a,b), upper]}]\n");
	const struct field *f = p->entities[0].fields;
	assert_int_equal(f->ntransforms, 4);
	assert_int_equal(f->transforms[1].num[1], 3);
	assert_string_equal(f->transforms[2].text.v[1], "b");
	assert_int_equal(f->transforms[3].kind, TR_UPPER);
	pipeline_free(&p);
}

static void
units(void **state)
{
	(void)state;
	struct pipeline *p = load(PIPELINE_BASE,
	    "    guards: {max_delete_percent: 2.5%, max_update_percent: 0}\n"
	    "    limits: {max_reject_percent: 0.000001}\n"
	    "    batch_bytes: 64 KiB\n"
	    "state: {memory: 2GB, partitions: 4}\n"
	    "workers: {delta: 4, load: 2}\n"
	    "limits: {ack_timeout: 5m, hwm: 3, lease: 90s}\n"
	    "store: {dir: /var/lib/x}\n");
	const struct entity *en = &p->entities[0];
	assert_true(en->max_delete_percent == 2.5);
	assert_true(en->max_update_percent == 0);
	assert_true(en->max_reject_percent == 0.000001);
	assert_int_equal(en->batch_bytes, 65536);
	assert_int_equal(p->state_memory, 2000000000);
	assert_int_equal(p->ack_timeout_ms, 300000);
	assert_int_equal(p->lease_ms, 90000);
	assert_int_equal(p->hwm, 3);
	assert_string_equal(p->store_dir, "/var/lib/x");
	pipeline_free(&p);
}

static void
places(void **state)
{
	(void)state;
	setenv("TEST_PLACE", "deep/er", 1);
	struct pipeline *p = load("version: 1\nconnections:\n"
				  "  - {name: a, driver: sqlite, path: "
				  "'${TEST_PLACE}/x.db'}\n"
				  "  - {name: b, driver: csv, path: .}\n"
				  "  - {name: c, driver: postgres, dsn: d, "
				  "password: 'file:pw'}\n"
				  "  - {name: d, driver: postgres, dsn: "
				  "'dbname=${TEST_PLACE}', password: "
				  "'${TEST_SECRET}'}\n",
	    "entities: [{name: e, source: {connection: b, file: f.csv}, "
	    "target: {connection: a, table: t}, key: [k]}]\n");
	char file[PATH_MAX + 8];
	snprintf(file, sizeof(file), "file:%s", under("/pw"));
	assert_string_equal(p->connections[0].path, under("/deep/er/x.db"));
	assert_string_equal(p->connections[1].path, under(""));
	assert_string_equal(p->connections[2].password, file);
	assert_string_equal(p->connections[3].dsn, "dbname=deep/er");
	assert_string_equal(p->connections[3].password, "${TEST_SECRET}");
	pipeline_free(&p);

	struct err e = { 0 };
	assert_int_equal(pipeline_load("p.yaml", "/usr", &p, NULL, &e), 0);
	assert_string_equal(p->base_dir, "/usr");
	assert_string_equal(p->store_dir, "/usr/.syncline");
	assert_string_equal(p->connections[1].path, "/usr");
	pipeline_free(&p);
}

static void
resolves(void **state)
{
	(void)state;
	struct pipeline *p =
	    load(PIPELINE_BASE, "    conflicts: source_wins\n");
	assert_true(entity_resolves(&p->entities[0]));
	pipeline_free(&p);
	p = load(PIPELINE_BASE,
	    "    parents: [{name: up, entity: parts, by: {parent_id: id}, "
	    "set: {up_id: row_id}}]\n");
	assert_true(entity_resolves(&p->entities[0]));
	const struct parent *pa = p->entities[0].parents;
	assert_int_equal(pa->missing, MISSING_QUEUE);
	assert_string_equal(pa->by_child.v[0], "parent_id");
	assert_string_equal(pa->by_parent.v[0], "id");
	assert_string_equal(pa->set_child.v[0], "up_id");
	assert_string_equal(pa->set_parent.v[0], "row_id");
	pipeline_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(layers),
		cmocka_unit_test(texts),
		cmocka_unit_test(transforms),
		cmocka_unit_test(calls_in_a_row),
		cmocka_unit_test(units),
		cmocka_unit_test(places),
		cmocka_unit_test(resolves),
	};
	return cmocka_run_group_tests(tests, pipeline_enter, pipeline_leave);
}
