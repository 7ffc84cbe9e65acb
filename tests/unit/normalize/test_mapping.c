/* The mapping as a whole: fields, origins, roles, modes. */
#include "tests/unit/normalize/rig.h"

static const struct rig_column source[] = {
	{ "id", VT_INT, "1", 0 },
	{ "name", VT_TEXT, "plain", 0 },
	{ "price", VT_TEXT, "1,000.50", 0 },
	{ "ver", VT_INT, "9", 0 },
};
enum { N = ARRAY_LEN(source) };

static const char roles[] = { 'f', 'o', 'v' };

/* Every column as role:name[<origin]. */
static void
columns(const struct batch *b, struct buf *out)
{
	for (size_t i = 0; i < b->ncols; i++) {
		const struct column *c = &b->cols[i];
		buf_printf(out, "%s%c:%s%s%s", i ? " " : "", roles[c->role],
		    c->name, c->origin ? "<" : "", c->origin ? c->origin : "");
	}
}

static void
shape(const char *yaml, enum run_mode mode, struct buf *out)
{
	struct rig r;
	struct err e = { 0 };
	if (rig_open(&r, yaml, source, N, NULL, mode, &e) < 0) {
		buf_printf(out, "config: %s", e.msg);
	} else {
		struct batch *b = rig_batch(source, N, 1);
		struct mapping_result res;
		assert_int_equal(mapping_apply(r.mapping, b, &res, &e), 0);
		columns(b, out);
		buf_puts(out, " | ");
		rig_show(b, &res, 0, out);
		batch_free(&b);
	}
	rig_close(&r);
}

#define KEY "    key: [id]\n"
#define FIELDS                                                                 \
	KEY "    fields:\n"                                                    \
	    "      - {to: id, from: id}\n"                                     \
	    "      - {to: title, from: name}\n"                                \
	    "      - {to: cost, from: price, type: decimal}\n"

static const struct {
	const char *label, *yaml;
	enum run_mode mode;
	const char *out;
} shape_rows[] = {
	{ "without fields everything passes", KEY, MODE_SYNC,
	    "f:id<id f:name<name f:price<price f:ver<ver | "
	    "id=1 name=plain price=1,000.50 ver=9" },
	{ "with fields the rest is origin", FIELDS, MODE_SYNC,
	    "f:id<id f:title<name f:cost o:price o:ver | "
	    "id=1 title=plain cost=1000.5" },
	{ "a rowversion that is no field", FIELDS "    rowversion: ver\n",
	    MODE_SYNC,
	    "f:id<id f:title<name f:cost v:ver o:price o:ver | "
	    "id=1 title=plain cost=1000.5" },
	{ "a rowversion that is a field", KEY "    rowversion: ver\n",
	    MODE_SYNC,
	    "f:id<id f:name<name f:price<price f:ver<ver v:ver | "
	    "id=1 name=plain price=1,000.50 ver=9" },
	{ "a retry is like a night", FIELDS "    rowversion: ver\n", MODE_RETRY,
	    "f:id<id f:title<name f:cost v:ver o:price o:ver | "
	    "id=1 title=plain cost=1000.5" },
	{ "a sweep maps the key only", FIELDS, MODE_SWEEP,
	    "f:id<id o:name o:price o:ver | id=1" },
	{ "a sweep without fields", KEY, MODE_SWEEP,
	    "f:id<id o:name o:price o:ver | id=1" },
	{ "one column feeds two fields",
	    KEY "    fields:\n"
		"      - {to: id, from: id}\n"
		"      - {to: a, from: name}\n"
		"      - {to: b, from: name}\n",
	    MODE_SYNC,
	    "f:id<id f:a<name f:b o:price o:ver | "
	    "id=1 a=plain b=plain" },
	{ "constants and expressions",
	    KEY "    fields:\n"
		"      - {to: id, from: id}\n"
		"      - {to: c, value: '7', type: int}\n"
		"      - {to: t, value: ''}\n"
		"      - {to: x, expr: \"name || '-' || id\"}\n",
	    MODE_SYNC,
	    "f:id<id f:c f:t f:x o:name o:price o:ver | "
	    "id=1 c=7 t= x=plain-1" },
	{ "an untouched clean text is a view", "    normalize: clean\n" FIELDS,
	    MODE_SYNC,
	    "f:id<id f:title<name f:cost o:price o:ver | "
	    "id=1 title=plain cost=1000.5" },
	{ "a transform that changes nothing",
	    KEY "    fields:\n"
		"      - {to: id, from: id}\n"
		"      - {to: a, from: name, transform: [trim, lower]}\n",
	    MODE_SYNC, "f:id<id f:a<name o:price o:ver | id=1 a=plain" },
	{ "a transform that does",
	    KEY "    fields:\n"
		"      - {to: id, from: id}\n"
		"      - {to: a, from: name, transform: [upper]}\n",
	    MODE_SYNC, "f:id<id f:a o:name o:price o:ver | id=1 a=PLAIN" },
};

static void
shapes(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(shape_rows); i++) {
		struct buf out = { 0 };
		shape(shape_rows[i].yaml, shape_rows[i].mode, &out);
		if (strcmp(buf_str(&out), shape_rows[i].out) != 0)
			fail_msg("%s:\n  gave %s\n  want %s",
			    shape_rows[i].label, buf_str(&out),
			    shape_rows[i].out);
		buf_free(&out);
	}
}

/* The target's columns lend types and digits, and must be there. */
static void
targets(void **state)
{
	(void)state;
	struct schema_column cols[] = {
		{ .name = "id", .type = VT_TEXT, .precision = -1, .scale = -1 },
		{ .name = "name",
		    .type = VT_TEXT,
		    .precision = 3,
		    .scale = -1 },
		{ .name = "price",
		    .type = VT_DECIMAL,
		    .precision = 6,
		    .scale = 1 },
		{ .name = "ver", .type = VT_INT, .generated = true },
	};
	struct schema target = { ARRAY_LEN(cols), cols };
	struct rig r;
	struct err e = { 0 };
	assert_int_equal(
	    rig_open(&r, KEY, source, N, &target, MODE_SYNC, &e), 0);
	struct rig_column rows[2][N];
	memcpy(rows[0], source, sizeof(source));
	memcpy(rows[1], source, sizeof(source));
	rows[0][2].text = "2.25";
	rows[1][2].text = "123456.7";
	struct batch *b = rig_batch(rows[0], N, 2);
	struct mapping_result res;
	struct buf out = { 0 };
	assert_int_equal(mapping_apply(r.mapping, b, &res, &e), 0);
	columns(b, &out);
	/* what the target computes is not written */
	assert_string_equal(
	    buf_str(&out), "f:id f:name<name f:price o:id o:price o:ver");
	buf_clear(&out);
	rig_show(b, &res, 0, &out);
	assert_string_equal(buf_str(&out), "id=1 name=plain price=2.3");
	buf_clear(&out);
	rig_show(b, &res, 1, &out);
	assert_string_equal(buf_str(&out), "!out_of_range price (number)");
	assert_int_equal(b->cols[0].type, VT_TEXT);
	buf_free(&out);
	batch_free(&b);

	struct schema fields;
	mapping_schema(r.mapping, &r.arena, &fields);
	assert_int_equal(fields.ncols, 3);
	assert_int_equal(fields.cols[2].type, VT_DECIMAL);
	assert_int_equal(fields.cols[2].scale, 1);
	rig_close(&r);
}

static void
found_before_the_first_row(void **state)
{
	(void)state;
	struct schema_column id = { .name = "id", .type = VT_INT };
	struct schema_column gen[] = { id,
		{ .name = "title", .type = VT_TEXT, .generated = true },
		{ .name = "cost", .type = VT_DECIMAL } };
	struct schema narrow = { 1, &id }, computed = { 3, gen };
	const struct {
		const char *yaml;
		const struct schema *target;
		const char *field, *said;
	} rows[] = {
		{ KEY "    fields:\n      - {to: id, from: nosuch}\n", NULL,
		    "id",
		    "p.yaml:10: entity \"e\": field \"id\": the source has no "
		    "column \"nosuch\"; it has id, name, price, ver" },
		{ "    key: [other]\n", NULL, "other",
		    "p.yaml:5: entity \"e\": key field \"other\" is not "
		    "mapped; key: names target fields; there are id, name, "
		    "price, ver" },
		{ KEY "    rowversion: nosuch\n", NULL, "nosuch",
		    "p.yaml:5: entity \"e\": the source has no column "
		    "\"nosuch\", which rowversion: names" },
		{ FIELDS, &narrow, "title",
		    "p.yaml:11: entity \"e\": field \"title\": the target "
		    "table has no column \"title\", nor \"cost\"" },
		{ FIELDS, &computed, "title",
		    "p.yaml:11: entity \"e\": field \"title\": the target "
		    "computes column \"title\" itself; it cannot be written" },
		{ KEY "    fields:\n      - {to: id, from: id}\n"
		      "      - {to: t, expr: 'nosuch + 1'}\n",
		    NULL, "t",
		    "p.yaml:11: entity \"e\": field \"t\": expr: expression "
		    "\"nosuch + 1\": no such column: nosuch" },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct rig r;
		struct err e = { 0 };
		assert_int_equal(rig_open(&r, rows[i].yaml, source, N,
				     rows[i].target, MODE_SYNC, &e),
		    -1);
		assert_int_equal(e.cls, ERR_CONFIG);
		assert_string_equal(e.msg, rows[i].said);
		assert_string_equal(e.field, rows[i].field);
		assert_null(r.mapping);
		rig_close(&r);
	}
}

/* The loader refuses this as well; the mapping does not rely on it. */
static void
one_name_twice(void **state)
{
	(void)state;
	struct rig r;
	struct err e = { 0 };
	assert_int_equal(
	    rig_open(&r, FIELDS, source, N, NULL, MODE_SYNC, &e), 0);
	struct entity en = *r.pipeline->entities;
	struct field *fields =
	    arena_dup(&r.arena, en.fields, en.nfields * sizeof(*en.fields));
	fields[2].to = "title";
	en.fields = fields;
	struct mapping_spec spec = { &en, "p.yaml", &r.source, NULL,
		MODE_SYNC };
	struct mapping *m = NULL;
	assert_int_equal(mapping_new(&spec, &m, &e), -1);
	assert_string_equal(e.msg,
	    "p.yaml:12: entity \"e\": field \"title\": two fields make "
	    "\"title\"; the other is at line 11");
	rig_close(&r);
}

/* An adoption reads the target's own table: field names, no rules. */
static void
adoption(void **state)
{
	(void)state;
	static const struct rig_column table[] = {
		{ "id", VT_INT, "1", 0 },
		{ "title", VT_TEXT, " Kept ", 0 },
		{ "cost", VT_TEXT, "1000.5", 0 },
		{ "kh", VT_TEXT, "00", 0 },
	};
	static const char yaml[] =
	    "    normalize: clean\n    key: [id]\n    rowversion: ver\n"
	    "    track: {key_hash: kh}\n    fields:\n"
	    "      - {to: id, from: id, check: 'id > 5'}\n"
	    "      - {to: title, from: name, transform: [upper], in: [X]}\n"
	    "      - {to: cost, from: price, type: decimal, decimal: ','}\n";
	struct rig r;
	struct err e = { 0 };
	struct schema_column cols[] = { { .name = "id", .type = VT_INT },
		{ .name = "title", .type = VT_TEXT },
		{ .name = "cost", .type = VT_TEXT },
		{ .name = "kh", .type = VT_TEXT } };
	struct schema target = { 4, cols };
	if (rig_open(&r, yaml, table, 4, &target, MODE_ADOPT, &e) < 0)
		fail_msg("%s", e.msg);
	struct batch *b = rig_batch(table, 4, 1);
	struct mapping_result res;
	struct buf out = { 0 };
	assert_int_equal(mapping_apply(r.mapping, b, &res, &e), 0);
	columns(b, &out);
	buf_puts(&out, " | ");
	rig_show(b, &res, 0, &out);
	assert_string_equal(buf_str(&out),
	    "f:id<id f:title<title f:cost o:cost o:kh | "
	    "id=1 title= Kept  cost=1000.5");
	buf_free(&out);
	batch_free(&b);
	rig_close(&r);

	/* without fields: all but what the target keeps for itself */
	static const char bare[] = "    key: [id]\n    track: {key_hash: kh}\n";
	assert_int_equal(
	    rig_open(&r, bare, table, 4, &target, MODE_ADOPT, &e), 0);
	b = rig_batch(table, 4, 1);
	struct buf shown = { 0 };
	assert_int_equal(mapping_apply(r.mapping, b, &res, &e), 0);
	columns(b, &shown);
	assert_string_equal(
	    buf_str(&shown), "f:id<id f:title<title f:cost<cost o:kh");
	buf_free(&shown);
	batch_free(&b);
	rig_close(&r);
}

static void
missing_in_the_batch(void **state)
{
	(void)state;
	struct rig r;
	struct err e = { 0 };
	assert_int_equal(
	    rig_open(&r, FIELDS, source, N, NULL, MODE_SYNC, &e), 0);
	struct batch *b = rig_batch(source, 2, 1);
	struct mapping_result res;
	assert_int_equal(mapping_apply(r.mapping, b, &res, &e), -1);
	assert_int_equal(e.cls, ERR_CONFIG);
	assert_string_equal(e.field, "cost");
	batch_free(&b);
	/* a sweep does not need it */
	rig_close(&r);
	assert_int_equal(
	    rig_open(&r, FIELDS, source, N, NULL, MODE_SWEEP, &e), 0);
	b = rig_batch(source, 1, 1);
	assert_int_equal(mapping_apply(r.mapping, b, &res, &e), 0);
	batch_free(&b);
	rig_close(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shapes),
		cmocka_unit_test(targets),
		cmocka_unit_test(found_before_the_first_row),
		cmocka_unit_test(one_name_twice),
		cmocka_unit_test(adoption),
		cmocka_unit_test(missing_in_the_batch),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
