#ifndef PROTO_ADDRESS_H
#define PROTO_ADDRESS_H
#include "proto/attr.h"
#include "proto/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A TCP address in numbers, as metrics are served at: "127.0.0.1:9700" or
 * "[::1]:9700". Names are not looked up.
 */
struct address {
	char host[46]; /* without brackets */
	uint16_t port;
	bool loopback; /* only this machine reaches it */
};

/* ERR_CONFIG bad_address. */
int address_parse(
    const char *text, struct address *out, struct err *e) MUST_CHECK;

enum { ADDRESS_TEXT = 64 };
/* As it is parsed, port higher by offset. */
void address_text(
    const struct address *a, unsigned offset, char out[ADDRESS_TEXT]);

/* For bind(2); returns its length. */
struct sockaddr_storage;
unsigned address_sock(const struct address *a, struct sockaddr_storage *out);

#endif
