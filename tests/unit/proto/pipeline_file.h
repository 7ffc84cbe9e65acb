#ifndef TESTS_UNIT_PROTO_PIPELINE_FILE_H
#define TESTS_UNIT_PROTO_PIPELINE_FILE_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/pipeline.h"
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Pipeline files as tests write them, in a folder of their own. */

/* Eleven good lines; an entity's further keys go on at line 12. */
#define PIPELINE_BASE                                                          \
	"version: 1\n"                                                         \
	"connections:\n"                                                       \
	"  - {name: pg, driver: postgres, dsn: host=h}\n"                      \
	"  - {name: lite, driver: sqlite, path: t.db}\n"                       \
	"  - {name: files, driver: csv, path: in}\n"                           \
	"  - {name: none, driver: \"null\"}\n"                                 \
	"entities:\n"                                                          \
	"  - name: parts\n"                                                    \
	"    source: {connection: pg, table: s.part}\n"                        \
	"    target: {connection: lite, table: part}\n"                        \
	"    key: [id]\n"

static char pipeline_dir[] = "/tmp/syncline-test-XXXXXX";

/* The working folder becomes a new one. */
static inline int
pipeline_enter(void **state)
{
	(void)state;
	return mkdtemp(pipeline_dir) && chdir(pipeline_dir) == 0 ? 0 : -1;
}

static inline int
pipeline_leave(void **state)
{
	(void)state;
	unlink("p.yaml");
	return chdir("/") == 0 && rmdir(pipeline_dir) == 0 ? 0 : -1;
}

static inline void
pipeline_write(const char *one, const char *two)
{
	FILE *f = fopen("p.yaml", "w");
	if (!f || fputs(one, f) < 0 || fputs(two, f) < 0 || fclose(f) != 0)
		abort();
}

/* The problems of a file, or "fine". */
static inline void
pipeline_try(const char *one, const char *two, struct buf *out)
{
	struct pipeline *p = NULL;
	struct problems problems = { 0 };
	struct err e = { 0 };
	pipeline_write(one, two);
	if (pipeline_load("p.yaml", NULL, &p, &problems, &e) == 0) {
		assert_int_equal(problems.count, 0);
		buf_puts(out, "fine\n");
		pipeline_free(&p);
		return;
	}
	assert_null(p);
	assert_int_equal(e.cls, ERR_CONFIG);
	assert_true(problems.count > 0);
	buf_put(out, problems.text.data, problems.text.len);
	buf_free(&problems.text);
}

struct pipeline_row {
	const char *label, *text, *problems;
};

static inline void
pipeline_rows(const char *base, const struct pipeline_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct buf out = { 0 };
		pipeline_try(base, rows[i].text, &out);
		if (strcmp(buf_str(&out), rows[i].problems) != 0)
			fail_msg("%s:\n%s", rows[i].label, buf_str(&out));
		buf_free(&out);
	}
}

#endif
