#include "proto/pipeline.h"
#include "proto/config.h"
#include "proto/file.h"
#include "proto/limits.h"
#include "proto/pipeline_spec.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The whole file, or what fits; config_parse refuses more than the limit. */
static int
read_file(const char *path, struct buf *out, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		int why = errno;
		return err_config(e, "ENOENT",
		    "cannot read the pipeline file %s: %s%s", path,
		    strerror(why),
		    why == ENOENT ? " (name it with -c, or write one with "
				    "\"syncline init\")"
				  : "");
	}
	int r = file_read(fd, LIMIT_CONFIG_BYTES, out);
	int why = errno;
	close(fd);
	if (r < 0)
		return err_config(e, "EIO",
		    "cannot read the pipeline file %s: %s", path,
		    strerror(why));
	return 0;
}

/* Absolute: base_dir if given, else the folder the file is in. */
static int
find_base(struct pipeline *p, const char *base_dir, struct err *e)
{
	const char *dir = base_dir;
	if (!dir) {
		const char *slash = strrchr(p->path, '/');
		dir = ".";
		if (slash)
			dir = arena_strndup(&p->arena, p->path,
			    slash == p->path ? 1 : (size_t)(slash - p->path));
	}
	char *real = realpath(dir, NULL);
	if (!real)
		return err_config(e, "ENOENT",
		    "the folder %s, where relative paths start: %s", dir,
		    strerror(errno));
	p->base_dir = arena_strdup(&p->arena, real);
	free(real);
	return 0;
}

const char *
pipeline_absolute(struct pipeline *p, const char *path)
{
	if (*path == '/')
		return path;
	struct buf b = { 0 };
	if (strcmp(p->base_dir, "/") != 0)
		buf_puts(&b, p->base_dir);
	if (strcmp(path, ".") != 0)
		buf_printf(&b, "/%s", path);
	else if (!b.len)
		buf_putc(&b, '/');
	const char *s = arena_strndup(&p->arena, (char *)b.data, b.len);
	buf_free(&b);
	return s;
}

static const char *
targets_path(struct pipeline *p)
{
	if (p->metrics_targets)
		return pipeline_absolute(p, p->metrics_targets);
	struct buf b = { 0 };
	buf_printf(&b, "%s/targets.json", p->store_dir);
	const char *path = arena_strdup(&p->arena, buf_str(&b));
	buf_free(&b);
	return path;
}

static void
interpret(struct pipeline *p, struct span text, struct problem_list *problems)
{
	struct node *root;
	if (config_parse(text, &p->arena, &root, problems) < 0)
		return;
	p->root = root;
	struct pipeline_reading reading = { .p = p };
	struct spec sp = {
		.arena = &p->arena,
		.problems = problems,
		.user = &reading,
	};
	spec_presets(&sp, &pipeline_table, p);
	p->schedule.days = SCHEDULE_ALL_DAYS;
	spec_read(&sp, &pipeline_table, root, p);
	pipeline_relations_check(&sp, root, p);
	const struct window_span *w = &p->schedule.window;
	bool ends = w->line && (w->start != w->end ||
				   p->schedule.days != SCHEDULE_ALL_DAYS);
	for (size_t i = 0; i < p->nentities; i++)
		p->entities[i].windowed = ends;
	p->store_dir = pipeline_absolute(p, p->store_dir);
	for (size_t i = 0; i < p->confine_read.n; i++)
		p->confine_read.v[i] =
		    pipeline_absolute(p, p->confine_read.v[i]);
	p->metrics_targets = targets_path(p);
	buf_free(&sp.path);
}

static int
load(struct pipeline *p, const char *base_dir, struct problem_list *list,
    struct err *e)
{
	struct buf text = { 0 };
	int rc = find_base(p, base_dir, e);
	if (rc == 0)
		rc = read_file(p->path, &text, e);
	if (rc == 0)
		interpret(p, buf_span(&text), list);
	if (list->count > 0) {
		problem_sort(list);
		rc = problem_err(list, e);
	}
	buf_free(&text);
	return rc;
}

int
pipeline_load(const char *path, const char *base_dir, struct pipeline **out,
    struct problems *problems, struct err *e)
{
	struct pipeline *p = mem_zalloc(sizeof(*p));
	p->path = arena_strdup(&p->arena, path);
	struct problem_list list = { .file = p->path, .arena = &p->arena };
	if (load(p, base_dir, &list, e) == 0) {
		*out = p;
		return 0;
	}
	if (problems && list.count > 0) {
		problem_write(&list, &problems->text);
		problems->count += list.count;
	} else if (problems) { /* the file itself could not be read */
		buf_printf(&problems->text, "%s\n", e->msg);
		problems->count++;
	}
	pipeline_free(&p);
	return -1;
}

void
pipeline_free(struct pipeline **p)
{
	if (!*p)
		return;
	arena_free(&(*p)->arena);
	free(*p);
	*p = NULL;
}

const struct entity *
pipeline_entity(const struct pipeline *p, const char *name)
{
	for (size_t i = 0; i < p->nentities; i++)
		if (strcmp(p->entities[i].name, name) == 0)
			return &p->entities[i];
	return NULL;
}

bool
entity_resolves(const struct entity *e)
{
	return e->nparents > 0 || e->conflicts;
}

bool
entity_tracks(const struct entity *e, const char *column)
{
	const struct track *t = &e->track;
	const char *const names[] = { t->key_hash, t->data_hash, t->rowversion,
		t->synced_at, t->run,
		e->deletes.policy == DELETES_SOFT ? e->deletes.column : NULL };
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (names[i] && strcmp(names[i], column) == 0)
			return true;
	return false;
}
