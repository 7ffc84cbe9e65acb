#include "proto/store_facts.h"
#include "proto/message.h"
#include "proto/store_impl.h"

/* The newest run that fits: from the end of the index, so that it does not
 * matter how many nights there were. */
#define NEWEST(what, fits)                                                     \
	"(SELECT r." what " FROM runs r WHERE r.entity_id = n.id AND " fits    \
	" ORDER BY r.id DESC LIMIT 1)"
#define FACTS                                                                                                      \
	"SELECT n.name, " NEWEST("finished_at",                                                                    \
	    "r.mode = 0 AND r.state IN "                                                                           \
	    "('completed', 'completed_with_rejects')") ", "                                                        \
						       "(SELECT count(*) FROM rejects x WHERE x.entity_id = n.id " \
						       "AND x.state = 'open'), "                                   \
						       "l.finished_at - l.started_at, l.pending, l.conflicted, "   \
						       "l.deletes_withheld "                                       \
						       "FROM entities n LEFT JOIN runs l ON l.id = " NEWEST(       \
							   "id",                                                   \
							   "r.finished_at > 0")

_Static_assert(MODE_SYNC == 0, "as the statement has it");

static int
read_all(struct store_rows *q, struct arena *a, struct store_list *list,
    struct err *e)
{
	int rc;
	while ((rc = store_db_step(q, e)) == 1) {
		struct store_facts *f = store_list_add(list);
		f->entity = store_db_text(q, a);
		f->success_at = (int64_t)store_db_u64(q);
		f->rejects = store_db_u64(q);
		f->duration = (int64_t)store_db_u64(q);
		f->pending = store_db_u64(q);
		f->conflicted = store_db_u64(q);
		f->withheld = store_db_u64(q);
	}
	return rc;
}

int
store_facts_get(struct store *s, const char *entity, struct arena *a,
    struct store_facts **out, size_t *n, struct err *e)
{
	struct store_rows q;
	struct store_list list = { .arena = a, .item_size = sizeof(**out) };
	int rc = entity ? store_db_query(s, FACTS " WHERE n.name = $1",
			      STORE_ARGS(arg_text(entity)), &q, e)
			: store_db_query(s, FACTS, STORE_NO_ARGS, &q, e);
	if (rc < 0 || read_all(&q, a, &list, e) < 0)
		return -1;
	*out = list.items;
	*n = list.n;
	return 0;
}

int
store_facts_writable(struct store *s, struct err *e)
{
	bool own;
	if (store_enter(s, STORE_CHEAP, &own, e) < 0)
		return -1;
	return store_leave(s, own, store_db_touch(s, e), e);
}
