/* The CSV parser, on texts that arrive in pieces of every size. */
#include "extract/csv.h"
#include "tests/unit/extract/rig.h"

struct feed {
	const char *text;
	size_t len, at, step;
};

static int
feed_some(void *ctx, uint8_t *to, size_t n, size_t *got, struct err *e)
{
	struct feed *f = ctx;

	(void)e;
	*got = f->len - f->at < f->step ? f->len - f->at : f->step;
	assert_true(*got <= n);
	memcpy(to, f->text + f->at, *got);
	f->at += *got;
	return 0;
}

static void
put_record(const struct csv *c, struct buf *out)
{
	buf_printf(
	    out, "%llu%s", (unsigned long long)c->line, c->broken ? "!" : "");
	for (size_t i = 0; !c->broken && i < c->nfields; i++) {
		buf_puts(out, c->fields[i].quoted ? " Q[" : " [");
		buf_put(out, c->fields[i].data, c->fields[i].len);
		buf_putc(out, ']');
	}
	if (c->broken) {
		buf_puts(out, " {");
		buf_put(out, c->raw.data, c->raw.len);
		buf_putc(out, '}');
	}
	buf_putc(out, '\n');
}

/* The records of text, or the code of the error, in pieces of step bytes. */
static void
parse_all(const char *text, size_t step, struct buf *out)
{
	struct feed f = { text, strlen(text), 0, step };
	struct err e = { 0 };
	struct csv c;
	int rc;

	csv_init(&c, feed_some, &f);
	while ((rc = csv_next(&c, &e)) == 1)
		put_record(&c, out);
	if (rc < 0)
		buf_printf(out, "%s", e.code);
	csv_free(&c);
}

static void
records_are_told_apart(void **state)
{
	static const struct {
		const char *label, *text, *want;
	} rows[] = {
		{ "nothing", "", "" },
		{ "one line", "a,b\n", "1 [a] [b]\n" },
		{ "no line end", "a,b", "1 [a] [b]\n" },
		{ "crlf", "a,b\r\nc,d\r\n", "1 [a] [b]\n2 [c] [d]\n" },
		{ "cr at the end of all", "a\r", "1 [a]\n" },
		{ "cr inside", "a\rb,\r,c\n", "1 [a\rb] [\r] [c]\n" },
		{ "empty fields", ",,\n,", "1 [] [] []\n2 [] []\n" },
		{ "empty lines", "\n\r\na\n", "1 []\n2 []\n3 [a]\n" },
		{ "quoted", "\"a,b\",\"\"\n", "1 Q[a,b] Q[]\n" },
		{ "doubled quotes", "\"a\"\"b\",\"\"\"\"\n\"\"\"\"\"\"",
		    "1 Q[a\"b] Q[\"]\n2 Q[\"\"]\n" },
		{ "line ends in quotes", "\"a\r\nb\nc\",d\r\ne",
		    "1 Q[a\r\nb\nc] [d]\n4 [e]\n" },
		{ "quoted then crlf", "\"a\"\r\n\"b\"\r", "1 Q[a]\n2 Q[b]\n" },
		{ "quote inside a plain field", "a\"b,c\nd\n",
		    "1! {a\"b,c}\n2 [d]\n" },
		{ "text behind a closing quote", "\"a\"b,c\r\nd",
		    "1! {\"a\"b,c}\n2 [d]\n" },
		{ "cr behind a closing quote", "\"a\"\rb\nd",
		    "1! {\"a\"\rb}\n2 [d]\n" },
		{ "mark", "\xef\xbb\xbf\"a\",b\n", "1 Q[a] [b]\n" },
		{ "mark alone", "\xef\xbb\xbf", "" },
		{ "never closed", "a\n\"b,c\nd\n", "1 [a]\nunbalanced_quote" },
		{ "closed by a doubled quote", "\"a\"\"\n",
		    "unbalanced_quote" },
		{ "utf-16",
		    "\xff\xfe"
		    "a",
		    "encoding" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (size_t step = 1; step < 12; step++) {
			struct buf out = { 0 };
			parse_all(rows[i].text, step, &out);
			if (strcmp(buf_str(&out), rows[i].want) != 0)
				fail_msg("%s, %zu at a time:\n%s",
				    rows[i].label, step, buf_str(&out));
			buf_free(&out);
		}
}

static void
other_delimiters_and_no_quotes(void **state)
{
	struct feed f = { "a;\"b\n", 5, 0, 5 };
	struct buf out = { 0 };
	struct err e = { 0 };
	struct csv c;

	(void)state;
	csv_init(&c, feed_some, &f);
	c.delimiter = ';';
	c.quote = '\0';
	assert_int_equal(csv_next(&c, &e), 1);
	put_record(&c, &out);
	assert_string_equal(buf_str(&out), "1 [a] [\"b]\n");
	csv_free(&c);
	buf_free(&out);
}

static uint32_t
roll(uint64_t *state, uint32_t sides)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return (uint32_t)(*state >> 33) % sides;
}

/* Fields, mostly sound ones, of the marks and a few letters. */
static void
put_text(uint64_t *dice, const char marks[2], struct buf *out)
{
	uint32_t fields = roll(dice, 400), noise = 1 + roll(dice, 300);

	for (uint32_t i = 0; i < fields; i++) {
		bool quoted = roll(dice, 4) == 0;
		if (quoted)
			buf_putc(out, (uint8_t)marks[1]);
		for (uint32_t n = roll(dice, roll(dice, 9) ? 12 : 90); n; n--) {
			const char any[] = { marks[0], marks[1], '\n', '\r' };
			buf_putc(
			    out, (uint8_t)(roll(dice, noise) == 0
					       ? any[roll(dice, 4)]
					   : quoted && roll(dice, 9) == 0
					       ? any[roll(dice, 2) * 2]
					       : 'a' + (char)roll(dice, 26)));
		}
		if (quoted)
			buf_putc(out, (uint8_t)marks[1]);
		if (roll(dice, 5))
			buf_putc(out, (uint8_t)marks[0]);
		else
			buf_puts(out, roll(dice, 3) ? "\n" : "\r\n");
	}
}

static void
put_whole_record(const struct csv *c, struct buf *out)
{
	buf_printf(out, "%llu%s %zu {", (unsigned long long)c->line,
	    c->broken ? "!" : "", c->nfields);
	buf_put(out, c->raw.data, c->raw.len);
	for (size_t i = 0; i < c->nfields && i < CSV_FIELDS_MAX; i++) {
		const struct csv_field *f = &c->fields[i];
		assert_true(csv_readable(c, f) >= f->len);
		buf_puts(out, f->quoted ? "} Q[" : "} [");
		buf_put(out, f->data, f->len);
	}
	buf_putc(out, '\n');
}

static void
parse_random(const struct buf *text, size_t step, const char marks[2],
    bool plain, struct buf *out)
{
	struct feed f = { (const char *)text->data, text->len, 0, step };
	struct err e = { 0 };
	struct csv c;
	int rc;

	csv_init(&c, feed_some, &f);
	c.delimiter = marks[0];
	c.quote = marks[1];
	c.plain = plain;
	while ((rc = csv_next(&c, &e)) == 1)
		put_whole_record(&c, out);
	buf_printf(out, "%d %s %s", rc, e.code, e.msg);
	csv_free(&c);
}

static void
records_are_those_of_the_plain_way(void **state)
{
	static const char marks[][2] = { { ',', '"' }, { ',', '"' },
		{ ';', '\'' }, { '\t', 0 }, { ',', ',' }, { '\r', '"' } };
	uint64_t dice = 11;

	(void)state;
	for (int round = 0; round < 1500; round++) {
		const char *m = marks[roll(&dice, 6)];
		struct buf text = { 0 }, fast = { 0 }, plain = { 0 };
		buf_reserve(&text, 1);
		put_text(&dice, m, &text);
		size_t step = roll(&dice, 2) ? 1 << 18 : 1 + roll(&dice, 3000);
		parse_random(&text, step, m, false, &fast);
		parse_random(&text, step, m, true, &plain);
		assert_int_equal(fast.len, plain.len);
		assert_memory_equal(fast.data, plain.data, plain.len);
		buf_free(&text);
		buf_free(&fast);
		buf_free(&plain);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_are_told_apart),
		cmocka_unit_test(other_delimiters_and_no_quotes),
		cmocka_unit_test(records_are_those_of_the_plain_way),
	};
	return cmocka_run_group_tests_name("csv", tests, NULL, NULL);
}
