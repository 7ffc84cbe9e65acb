/*
 * The pipeline file: any bytes are refused with problems or read, and what
 * was read says nothing that its tables do not allow.
 */
#include "proto/config.h"
#include "proto/limits.h"
#include "proto/pipeline_spec.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool what)
{
	if (!what)
		abort();
}

static void
check_tree(const struct node *n, int depth)
{
	size_t items = 0;
	must(depth <= LIMIT_CONFIG_DEPTH + 1 && n->line > 0);
	must((n->kind == NODE_SCALAR) == (n->text != NULL));
	for (const struct node *c = n->first; c; c = c->next, items++) {
		must((n->kind == NODE_MAP) == (c->name != NULL));
		check_tree(c, depth + 1);
	}
	must(items == n->n);
}

static void
check_pipeline(const struct pipeline *p)
{
	must(p->nconnections > 0 && p->nentities > 0);
	for (size_t i = 0; i < p->nentities; i++) {
		const struct entity *en = &p->entities[i];
		must(en->source.conn && en->target.conn && en->key.n > 0);
		must(en->batch_rows > 0 && en->batch_rows <= LIMIT_BATCH_ROWS);
		must(pipeline_entity(p, en->name) == en);
		for (size_t j = 0; j < en->nfields; j++) {
			const struct field *f = &en->fields[j];
			must(f->to && f->type < VT_OPAQUE);
			must(!!f->from + !!f->value + !!f->expr == 1);
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pipeline p = { .base_dir = "/" };
	struct problem_list problems = { .file = "f", .arena = &p.arena };
	struct pipeline_reading reading = { .p = &p };
	struct spec sp = {
		.arena = &p.arena,
		.problems = &problems,
		.user = &reading,
	};
	struct span text = { data, size };
	struct buf out = { 0 };
	struct node *root;
	int rc = config_parse(text, &p.arena, &root, &problems);
	must(rc == 0 || problems.count > 0);
	if (rc == 0) {
		check_tree(root, 1);
		spec_presets(&sp, &pipeline_table, &p);
		spec_read(&sp, &pipeline_table, root, &p);
		pipeline_relations_check(&sp, root, &p);
		if (problems.count == 0)
			check_pipeline(&p);
	}
	problem_sort(&problems);
	problem_write(&problems, &out);
	buf_free(&out);
	buf_free(&sp.path);
	arena_free(&p.arena);
	return 0;
}
