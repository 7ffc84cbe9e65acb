/* What `syncline init` writes must load, as it is and with all it offers. */
#include "proto/pipeline.h"
#include "supervisor/cli/sample.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static bool
is_setting(const char *line)
{
	bool words = line[0] && line[1] == ' ' && line[2] != ' ';
	return line[0] == '#' && !words;
}

/* The sample with every setting uncommented. */
static void
uncomment(struct buf *out)
{
	const char *line = sample_pipeline;
	for (const char *end; (end = strchr(line, '\n')); line = end + 1) {
		const char *from = line + is_setting(line);
		buf_put(out, from, (size_t)(end + 1 - from));
	}
}

static struct pipeline *
load(bool all)
{
	char path[] = "/tmp/syncline-sample-XXXXXX";
	struct buf text = { 0 };
	struct pipeline *p = NULL;
	struct problems problems = { 0 };
	struct err e = { 0 };
	int fd = mkstemp(path);
	if (all)
		uncomment(&text);
	else
		buf_puts(&text, sample_pipeline);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text.data, text.len), text.len);
	close(fd);
	int rc = pipeline_load(path, NULL, &p, &problems, &e);
	unlink(path);
	if (rc < 0)
		fail_msg("%s", buf_str(&problems.text));
	buf_free(&text);
	return p;
}

static void
as_written(void **state)
{
	(void)state;
	struct pipeline *p = load(false);
	assert_int_equal(p->nconnections, 2);
	assert_int_equal(p->nentities, 1);
	assert_int_equal(p->entities[0].nfields, 5);
	assert_int_equal(p->entities[0].normalize, NORMALIZE_CLEAN);
	pipeline_free(&p);
}

static void
uncommented(void **state)
{
	(void)state;
	struct pipeline *p = load(true);
	assert_int_equal(p->nconnections, 4);
	assert_int_equal(p->nentities, 3);
	assert_int_equal(p->entities[0].nfields, 8);
	assert_int_equal(p->entities[0].deletes.policy, DELETES_SOFT);
	assert_int_equal(p->entities[2].source.delimiter, ';');
	assert_int_equal(p->workers_normalize, 2);
	pipeline_free(&p);
}

/* The one in syncline.yaml(5). Tests run in the top folder. */
static void
example_of_the_manual(void **state)
{
	(void)state;
	struct pipeline *p = NULL;
	struct err e = { 0 };
	if (pipeline_load("deploy/man/example.yaml", NULL, &p, NULL, &e) < 0)
		fail_msg("%s", e.msg);
	assert_int_equal(p->entities[0].nfields, 5);
	pipeline_free(&p);
}

static void
fits_a_terminal(void **state)
{
	(void)state;
	const char *line = sample_pipeline;
	for (const char *end; (end = strchr(line, '\n')); line = end + 1) {
		if (end - line > 80 || memchr(line, '\t', end - line))
			fail_msg("%.*s", (int)(end - line), line);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_written),
		cmocka_unit_test(uncommented),
		cmocka_unit_test(example_of_the_manual),
		cmocka_unit_test(fits_a_terminal),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
