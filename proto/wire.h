#ifndef PROTO_WIRE_H
#define PROTO_WIRE_H
#include "proto/attr.h"
#include "proto/buf.h"
#include "proto/err.h"

/*
 * The check that stands before every msgpack decoder: in is exactly one
 * well-formed object, at most max_depth containers deep (WIRE_DEPTH_MAX at
 * most), and nothing follows it. A str or bin lies inside the input, and no
 * container claims more elements than bytes follow, so a decoder may allocate
 * by what the input says. Extension types are refused. Allocates nothing and
 * does not recurse. A failure is ERR_DATA bad_msgpack and says at which byte.
 */
#define WIRE_DEPTH_MAX 64

int wire_check(struct span in, unsigned max_depth, struct err *e) MUST_CHECK;

#endif
