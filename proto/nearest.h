#ifndef PROTO_NEAREST_H
#define PROTO_NEAREST_H
#include <stddef.h>

/*
 * "did you mean …": how far a name that nobody knows is from one that exists.
 * Insertions, deletions, substitutions and swaps of neighbours count one each,
 * letter case and '-' against '_' count nothing.
 */
size_t nearest_distance(const char *a, const char *b);

/* Keeps the nearest of the names offered. Zeroed, with name set, it is ready;
 * best stays NULL while nothing offered could be a slip of the pen. */
struct nearest {
	const char *name;
	const char *best;
	size_t distance;
};
void nearest_offer(struct nearest *n, const char *candidate);

#endif
