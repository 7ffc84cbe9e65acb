#ifndef PROTO_HTTP_REQUEST_H
#define PROTO_HTTP_REQUEST_H
#include "proto/buf.h"

/*
 * The head of an HTTP/1 request, as far as a page of numbers needs it: the
 * path. Everything else is read past or refused. A body is none of ours.
 */
enum { HTTP_PATH_BYTES = 128 };

struct http_request {
	/* 0: more is to come; 200: path is set; else the status that says what
	 * is wrong: 400 no HTTP, 404 longer than any path, 405 not GET, 431 the
	 * head is over LIMIT_HTTP_HEAD, 505 not HTTP/1. */
	int status;
	char path[HTTP_PATH_BYTES]; /* without what follows a '?' */
};

/* in: all that came so far. */
struct http_request http_request_parse(struct span in);

#endif
