/* CSV sources on real files, plain and compressed, sound and damaged. */
#include "tests/unit/extract/rig.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <zlib.h>
#include <zstd.h>

struct world {
	struct rig_folder folder;
	struct connection conn;
	struct entity en;
	struct rig rig;
	struct emit em;
	struct err e;
};

static const char *key_names[] = { "id" };

static void
write_file(const char *path, const void *p, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, p, n), (ssize_t)n);
	close(fd);
}

static void
world_open(struct world *w, const void *p, size_t n)
{
	*w = (struct world){ 0 };
	rig_folder(&w->folder, "rows.csv");
	write_file(w->folder.file, p, n);
	w->conn = (struct connection){
		.name = "drop", .driver = DRIVER_CSV, .path = w->folder.dir
	};
	w->en = (struct entity){ .name = "rows",
		.source = { .conn = &w->conn,
		    .file = "rows.csv",
		    .delimiter = ',',
		    .quote = '"',
		    .header = true },
		.key = { 1, key_names },
		.batch_rows = 8192,
		.batch_bytes = 1 << 20 };
}

static void
world_text(struct world *w, const char *text)
{
	world_open(w, text, strlen(text));
}

static void
world_close(struct world *w)
{
	emit_free(&w->em);
	rig_free(&w->rig);
	rig_remove(&w->folder);
}

static void
expect_rows(struct world *w, const char *want)
{
	if (rig_read(&w->en, &w->rig, &w->em, &w->e) != 0)
		fail_msg("%s", w->e.msg);
	assert_string_equal(buf_str(&w->rig.text), want);
}

static void
nulls_are_not_empty_texts(void **state)
{
	struct world w;

	(void)state;
	world_text(&w, "id,a\n1,\n2,\"\"\n\\N,\"\\N\"\n");
	expect_rows(&w, "0|0 id=text:1 a=text:NULL\n0|1 id=text:2 a=text:\n"
			"0|2 id=text:\\N a=text:\\N\n");
	world_close(&w);
	world_text(&w, "id,a\n1,\n\\N,\"\\N\"\n");
	w.en.source.null_text = "\\N";
	expect_rows(&w, "0|0 id=text:1 a=text:\n0|1 id=text:NULL a=text:\\N\n");
	world_close(&w);
}

static void
rows_of_the_wrong_shape_are_rejected_with_their_line(void **state)
{
	struct world w;

	(void)state;
	world_text(&w, "id,a\n1,x\n2\n\n3,\"l1\nl2\"\n4,x,y\n5,b\"c\n6,z\n");
	expect_rows(&w,
	    "reject bad_text: line 3: 1 field, but there are 2 columns\n"
	    "1|0 (line)=text:2 (line number)=int:3\n"
	    "reject bad_text: line 7: 3 fields, but there are 2 columns\n"
	    "3|0 (line)=text:4,x,y (line number)=int:7\n"
	    "reject bad_text: line 8: a quote stands inside a field that does not begin with one, or text follows a closing quote\n"
	    "4|0 (line)=text:5,b\"c (line number)=int:8\n"
	    "0|0 id=text:1 a=text:x\n0|1 id=text:3 a=text:l1\nl2\n"
	    "0|2 id=text:6 a=text:z\n");
	assert_int_equal(w.em.rows, 6);
	assert_int_equal(w.em.seq, 4);
	world_close(&w);
}

static void
one_column_may_be_empty(void **state)
{
	struct world w;

	(void)state;
	world_text(&w, "id\n\nx\n");
	expect_rows(&w, "0|0 id=text:NULL\n0|1 id=text:x\n");
	world_close(&w);
}

static void
without_a_header_columns_are_numbered(void **state)
{
	struct world w;

	(void)state;
	world_text(&w, "1,x\n");
	w.en.source.header = false;
	expect_rows(&w, "0|0 c1=text:1 c2=text:x\n");
	world_close(&w);
}

/* --- compressed ---------------------------------------------------------- */
static const char plain[] = "id,a\n1,x\n2,y\n";
static const char plain_rows[] =
    "0|0 id=text:1 a=text:x\n0|1 id=text:2 a=text:y\n";

static size_t
gzip(const char *text, size_t n, uint8_t *out, size_t room)
{
	z_stream z = { 0 };

	assert_int_equal(
	    deflateInit2(&z, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = (uint8_t *)(uintptr_t)text;
	z.avail_in = (unsigned)n;
	z.next_out = out;
	z.avail_out = (unsigned)room;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	assert_int_equal(deflateEnd(&z), Z_OK);
	return room - z.avail_out;
}

static size_t
zstd(const char *text, size_t n, uint8_t *out, size_t room)
{
	/* With a checksum, as the command line tool writes it. */
	ZSTD_CCtx *c = ZSTD_createCCtx();
	assert_non_null(c);
	ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 1);
	size_t len = ZSTD_compress2(c, out, room, text, n);
	ZSTD_freeCCtx(c);
	assert_false(ZSTD_isError(len));
	return len;
}

/* Two members, cut inside a row, as tools that append make them. */
static void
compressed_files_are_known_by_their_bytes(void **state)
{
	size_t (*const packers[])(
	    const char *, size_t, uint8_t *, size_t) = { gzip, zstd };
	uint8_t packed[512];
	struct world w;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(packers); i++) {
		size_t n = packers[i](plain, 7, packed, 256);
		size_t m =
		    packers[i](plain + 7, sizeof(plain) - 8, packed + n, 256);
		world_open(&w, packed, n + m);
		expect_rows(&w, plain_rows);
		world_close(&w);
	}
}

/* Whatever is missing at the end, no short read looks complete. */
static void
cut_compressed_files_fail(void **state)
{
	size_t (*const packers[])(
	    const char *, size_t, uint8_t *, size_t) = { gzip, zstd };
	uint8_t packed[256];
	struct world w;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(packers); i++) {
		size_t n = packers[i](
		    plain, sizeof(plain) - 1, packed, sizeof(packed));
		for (size_t cut = 4; cut < n; cut++) {
			world_open(&w, packed, cut);
			assert_int_equal(
			    rig_read(&w.en, &w.rig, &w.em, &w.e), -1);
			assert_string_equal(w.e.code, "short_read");
			assert_int_equal(w.e.cls, ERR_RETRY);
			world_close(&w);
		}
		packed[n - 6] ^= 0x55;
		packed[n / 2] ^= 0x55;
		world_open(&w, packed, n);
		assert_int_equal(rig_read(&w.en, &w.rig, &w.em, &w.e), -1);
		world_close(&w);
	}
}

static void
an_open_quote_fails_the_chunk(void **state)
{
	struct world w;

	(void)state;
	world_text(&w, "id,a\n1,x\n2,\"y\n3,z\n");
	assert_int_equal(rig_read(&w.en, &w.rig, &w.em, &w.e), -1);
	assert_string_equal(w.e.code, "unbalanced_quote");
	assert_non_null(strstr(w.e.msg, "line 3"));
	world_close(&w);
}

/* --- files that change --------------------------------------------------- */
struct meddler {
	struct rig rig;
	const char *file;
	bool replace;
};

static int
meddle(void *ctx, struct batch **b, struct err *e)
{
	struct meddler *m = ctx;
	struct stat st;

	if (m->file && m->replace) {
		assert_int_equal(unlink(m->file), 0);
		write_file(m->file, plain, sizeof(plain) - 1);
	} else if (m->file) {
		assert_int_equal(stat(m->file, &st), 0);
		assert_int_equal(truncate(m->file, st.st_size - 4), 0);
	}
	m->file = NULL;
	return rig_send(&m->rig, b, e);
}

static void
a_file_that_changes_fails_the_chunk(void **state)
{
	(void)state;
	for (int replace = 0; replace < 2; replace++) {
		struct world w;
		struct meddler m = { .replace = replace };
		struct emit_sink sink = { meddle, rig_reject, &m };
		struct source_handle *s;
		struct arena a = { 0 };
		struct chunk_range whole = { 0 };

		world_text(&w, plain);
		m.file = w.folder.file;
		w.en.batch_rows = 1;
		assert_int_equal(
		    source_open(&w.en, MODE_SYNC, NULL, &s, &w.e), 0);
		emit_init(&w.em, &sink, &w.en, emit_columns(&s->wanted, &a),
		    s->wanted.n);
		assert_int_equal(source_read(s, &whole, &w.em, &w.e), -1);
		assert_string_equal(w.e.code, "file_changed");
		assert_int_equal(w.e.cls, ERR_RETRY);
		source_close(&s);
		arena_free(&a);
		rig_free(&m.rig);
		world_close(&w);
	}
}

static void
mistakes_are_named(void **state)
{
	static const struct {
		const char *label, *text, *code;
	} rows[] = {
		{ "empty file", "", "header" },
		{ "nameless column", "id,,b\n", "header" },
		{ "a name twice", "id,a,a\n", "duplicate_column" },
		{ "broken header", "id,\"a\"b\n", "header" },
	};
	struct world w;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		world_text(&w, rows[i].text);
		assert_int_equal(rig_read(&w.en, &w.rig, &w.em, &w.e), -1);
		if (strcmp(w.e.code, rows[i].code) != 0)
			fail_msg("%s: %s", rows[i].label, w.e.msg);
		assert_int_equal(w.e.cls, ERR_CONFIG);
		world_close(&w);
	}
	world_text(&w, plain);
	w.en.source.file = "other.csv";
	assert_int_equal(rig_read(&w.en, &w.rig, &w.em, &w.e), -1);
	assert_string_equal(w.e.code, "ENOENT");
	world_close(&w);
}

/* More than one window, with a record that does not fit the first. */
static void
large_files_and_records_pass(void **state)
{
	struct buf text = { 0 };
	struct world w;

	(void)state;
	buf_puts(&text, "id,a\n");
	for (int i = 0; i < 40000; i++)
		buf_printf(&text, "%d,\"row \"\"%d\"\"\"\n", i, i);
	buf_puts(&text, "big,\"");
	memset(buf_extend(&text, 1 << 20), 'x', 1 << 20);
	buf_puts(&text, "\"\nlast,1\n");
	world_open(&w, text.data, text.len);
	assert_int_equal(rig_read(&w.en, &w.rig, &w.em, &w.e), 0);
	assert_int_equal(w.em.rows, 40002);
	assert_non_null(strstr(
	    buf_str(&w.rig.text), "id=text:39999 a=text:row \"39999\"\n"));
	assert_non_null(
	    strstr(buf_str(&w.rig.text), "id=text:last a=text:1\n"));
	buf_free(&text);
	world_close(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nulls_are_not_empty_texts),
		cmocka_unit_test(
		    rows_of_the_wrong_shape_are_rejected_with_their_line),
		cmocka_unit_test(one_column_may_be_empty),
		cmocka_unit_test(without_a_header_columns_are_numbered),
		cmocka_unit_test(compressed_files_are_known_by_their_bytes),
		cmocka_unit_test(cut_compressed_files_fail),
		cmocka_unit_test(an_open_quote_fails_the_chunk),
		cmocka_unit_test(a_file_that_changes_fails_the_chunk),
		cmocka_unit_test(mistakes_are_named),
		cmocka_unit_test(large_files_and_records_pass),
	};
	return cmocka_run_group_tests_name("source_csv", tests, NULL, NULL);
}
