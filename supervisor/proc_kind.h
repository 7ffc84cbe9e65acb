#ifndef SUPERVISOR_PROC_KIND_H
#define SUPERVISOR_PROC_KIND_H

/* The stages, in the order in which rows go through them. */
enum proc_kind {
	PROC_EXTRACT,
	PROC_NORMALIZE,
	PROC_IDENTITY,
	PROC_DELTA,
	PROC_RESOLVER,
	PROC_LOAD,
	PROC_KINDS
};

const char *proc_kind_name(enum proc_kind k);

#endif
