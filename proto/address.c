#include "proto/address.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static int
bad(const char *text, struct err *e)
{
	return err_config(e, "bad_address",
	    "expected an address and a port such as 127.0.0.1:9700 or "
	    "[::1]:9700, found \"%.80s\"",
	    text);
}

/* Digits alone, up to 65535. */
static int
parse_port(const char *text, uint16_t *out)
{
	unsigned long v = 0;
	size_t n = strspn(text, "0123456789");
	if (n == 0 || n > 5 || text[n])
		return -1;
	for (size_t i = 0; i < n; i++)
		v = v * 10 + (unsigned long)(text[i] - '0');
	if (v > UINT16_MAX)
		return -1;
	*out = (uint16_t)v;
	return 0;
}

static bool
is_loopback(const char *host)
{
	struct in_addr v4;
	struct in6_addr v6;
	if (inet_pton(AF_INET, host, &v4) == 1)
		return ntohl(v4.s_addr) >> 24 == IN_LOOPBACKNET;
	return inet_pton(AF_INET6, host, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

int
address_parse(const char *text, struct address *out, struct err *e)
{
	struct in6_addr any;
	bool six = text[0] == '[';
	const char *colon = strrchr(text, ':');
	const char *from = text + six;
	if (!colon || colon < from + six)
		return bad(text, e);
	size_t n = (size_t)(colon - from) - six;
	if (n == 0 || n >= sizeof(out->host) || (six && colon[-1] != ']'))
		return bad(text, e);
	*out = (struct address){ 0 };
	memcpy(out->host, from, n);
	if (inet_pton(six ? AF_INET6 : AF_INET, out->host, &any) != 1 ||
	    parse_port(colon + 1, &out->port) < 0)
		return bad(text, e);
	out->loopback = is_loopback(out->host);
	return 0;
}

void
address_text(const struct address *a, unsigned offset, char out[ADDRESS_TEXT])
{
	bool six = strchr(a->host, ':') != NULL;
	snprintf(out, ADDRESS_TEXT, "%s%s%s:%u", six ? "[" : "", a->host,
	    six ? "]" : "", a->port + offset);
}

unsigned
address_sock(const struct address *a, struct sockaddr_storage *out)
{
	*out = (struct sockaddr_storage){ 0 };
	struct sockaddr_in *v4 = (struct sockaddr_in *)out;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;
	if (inet_pton(AF_INET, a->host, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(a->port);
		return sizeof(*v4);
	}
	*out = (struct sockaddr_storage){ 0 };
	(void)inet_pton(AF_INET6, a->host, &v6->sin6_addr);
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(a->port);
	return sizeof(*v6);
}
