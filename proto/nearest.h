#ifndef PROTO_NEAREST_H
#define PROTO_NEAREST_H
#include <stddef.h>

/*
 * "did you mean …": keeps the nearest of the names offered. Zeroed, with name
 * set, it is ready; best stays NULL while nothing offered could be a slip of
 * the pen. Insertions, deletions, substitutions and swaps of neighbours count
 * one each, letter case and '-' against '_' count nothing.
 */
struct nearest {
	const char *name;
	const char *best;
	size_t distance;
};
void nearest_offer(struct nearest *n, const char *candidate);

#endif
