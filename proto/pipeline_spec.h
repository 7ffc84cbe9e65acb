#ifndef PROTO_PIPELINE_SPEC_H
#define PROTO_PIPELINE_SPEC_H
#include "proto/pipeline.h"
#include "proto/spec.h"
#include <stddef.h>

/*
 * The tables of the pipeline file (spec.h): pipeline_table is its root. The
 * JSON Schema and syncline.yaml(5) are made from them.
 */
extern const struct spec_table pipeline_table;

/* The tables below the root that several files share. */
extern const struct spec_table pipeline_entity_table;
extern const struct spec_table pipeline_source_table;
extern const struct spec_table pipeline_target_table;
extern const struct spec_table pipeline_schedule_table;
extern const struct spec_table pipeline_when_table;
extern const struct spec_table pipeline_defaults_table;
extern const struct spec_table pipeline_field_table;
extern const struct spec_table pipeline_workers_range;
extern const struct spec_table pipeline_value_table; /* layers 2 to 4 */

/* What spec's user points to while a pipeline is read. */
struct pipeline_reading {
	struct pipeline *p;
	const struct node *defaults; /* NULL: the file has none */
};

/* path, or where it lies under base_dir; in p's arena. */
const char *pipeline_absolute(struct pipeline *p, const char *path);

/* Table hooks; what they are about is in their names. */
void pipeline_connection_check(
    struct spec *sp, const struct node *n, void *item);
void pipeline_ends_check(
    struct spec *sp, const struct node *n, struct entity *en);
void pipeline_entity_start(
    struct spec *sp, const struct node *n, void *item, const void *owner);
void pipeline_entity_check(struct spec *sp, const struct node *n, void *item);
void pipeline_defaults_check(struct spec *sp, const struct node *n, void *item);
void pipeline_field_start(
    struct spec *sp, const struct node *n, void *item, const void *owner);
void pipeline_field_check(struct spec *sp, const struct node *n, void *item);
void pipeline_transform_read(
    struct spec *sp, const struct node *n, void *owner);

void pipeline_normalize_workers_read(
    struct spec *sp, const struct node *n, void *owner);
void pipeline_load_workers_read(
    struct spec *sp, const struct node *n, void *owner);

void pipeline_value_check(
    struct spec *sp, const struct node *n, const struct field *f);
void pipeline_when_check(
    struct spec *sp, const struct node *n, const struct entity *en);
void pipeline_metrics_read(struct spec *sp, const struct node *n, void *owner);
void pipeline_metrics_check(
    struct spec *sp, const struct node *root, const struct pipeline *p);
void pipeline_conflicts_read(
    struct spec *sp, const struct node *n, void *owner);

/* What must be true of all entities together; root is the file. */
void pipeline_relations_check(
    struct spec *sp, const struct node *root, const struct pipeline *p);

/* A row's member: where it is and how wide. */
#define AT(s, member)                                                          \
	.offset = offsetof(s, member), .size = sizeof(((s *)0)->member)

#endif
