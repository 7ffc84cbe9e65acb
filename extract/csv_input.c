#include "extract/csv_input.h"
#include "proto/arena.h"
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

enum { RAW_BYTES = 128 << 10, GZIP_WINDOW = 16 + MAX_WBITS };

struct csv_input {
	int fd;
	char *path;
	struct stat opened;
	enum { PLAIN, GZIP, ZSTD } format;
	z_stream z;
	ZSTD_DStream *zstd;
	bool member; /* inside a compressed member */
	bool eof;    /* of the file */
	size_t at, len;
	uint8_t raw[RAW_BYTES];
};

static bool
same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
	       a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* Both the open file, which may be written to, and the one of that name,
 * which may be another by now. */
static int
check_unchanged(const struct csv_input *in, struct err *e)
{
	struct stat now, named;

	if (fstat(in->fd, &now) != 0)
		return err_errno(e, "%s", in->path);
	if (stat(in->path, &named) == 0 && same_file(&now, &in->opened) &&
	    same_file(&named, &in->opened))
		return 0;
	return err_retry(e, "file_changed",
	    "%s was changed or replaced while it was being read; write it under another name and rename it when it is complete",
	    in->path);
}

static int
read_file(
    struct csv_input *in, uint8_t *to, size_t size, size_t *got, struct err *e)
{
	*got = 0;
	while (!in->eof) {
		ssize_t n = read(in->fd, to, size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(e, "reading %s", in->path);
		*got = (size_t)n;
		in->eof = n == 0;
		break;
	}
	return 0;
}

static int
refill(struct csv_input *in, struct err *e)
{
	in->at = 0;
	return read_file(in, in->raw, sizeof(in->raw), &in->len, e);
}

static int
damaged(const struct csv_input *in, const char *why, struct err *e)
{
	return err_config(e, "bad_compression",
	    "%s is damaged and cannot be decompressed: %s", in->path,
	    why ? why : "unknown");
}

static int
cut_short(const struct csv_input *in, struct err *e)
{
	return err_retry(e, "short_read",
	    "%s ends in the middle of its compressed data; it may still be being written",
	    in->path);
}

/* One step of decompression from raw into to; *got may stay 0. */
static int
inflate_some(
    struct csv_input *in, uint8_t *to, size_t n, size_t *got, struct err *e)
{
	in->z.next_in = in->raw + in->at;
	in->z.avail_in = (uInt)(in->len - in->at);
	in->z.next_out = to;
	in->z.avail_out = (uInt)n;
	int rc = inflate(&in->z, Z_NO_FLUSH);
	in->at = in->len - in->z.avail_in;
	*got = n - in->z.avail_out;
	if (rc == Z_STREAM_END) {
		in->member = false;
		if (inflateReset(&in->z) != Z_OK)
			return damaged(in, in->z.msg, e);
	} else if (rc != Z_OK && rc != Z_BUF_ERROR) {
		return damaged(in, in->z.msg, e);
	}
	return 0;
}

static int
unzstd_some(
    struct csv_input *in, uint8_t *to, size_t n, size_t *got, struct err *e)
{
	ZSTD_inBuffer from = { in->raw, in->len, in->at };
	ZSTD_outBuffer out = { to, n, 0 };
	size_t rc = ZSTD_decompressStream(in->zstd, &out, &from);

	if (ZSTD_isError(rc))
		return damaged(in, ZSTD_getErrorName(rc), e);
	in->at = from.pos;
	*got = out.pos;
	in->member = rc != 0;
	return 0;
}

/* gzip may be padded with zeros behind its last member. */
static void
skip_padding(struct csv_input *in)
{
	while (in->format == GZIP && !in->member && in->at < in->len &&
	       in->raw[in->at] == 0)
		in->at++;
}

static int
read_compressed(
    struct csv_input *in, uint8_t *to, size_t n, size_t *got, struct err *e)
{
	*got = 0;
	while (*got == 0) {
		skip_padding(in);
		bool dry = in->at == in->len;
		if (dry && refill(in, e) != 0)
			return -1;
		if (in->at == in->len && !in->member)
			return 0;
		/* Without input there may still be output to come. */
		dry = in->at == in->len;
		in->member = true;
		int rc = in->format == GZIP ? inflate_some(in, to, n, got, e)
					    : unzstd_some(in, to, n, got, e);
		if (rc != 0)
			return -1;
		if (dry && *got == 0 && in->member)
			return cut_short(in, e);
	}
	return 0;
}

static int
read_plain(
    struct csv_input *in, uint8_t *to, size_t n, size_t *got, struct err *e)
{
	if (in->at == in->len)
		return read_file(in, to, n, got, e);
	*got = in->len - in->at < n ? in->len - in->at : n;
	memcpy(to, in->raw + in->at, *got);
	in->at += *got;
	return 0;
}

int
csv_input_read(
    struct csv_input *in, uint8_t *to, size_t n, size_t *got, struct err *e)
{
	if (n > INT32_MAX)
		n = INT32_MAX; /* zlib counts in unsigned int */
	int rc = in->format == PLAIN ? read_plain(in, to, n, got, e)
				     : read_compressed(in, to, n, got, e);
	if (rc != 0)
		return -1;
	return *got == 0 ? check_unchanged(in, e) : 0;
}

static int
detect(struct csv_input *in, struct err *e)
{
	static const uint8_t gzip[] = { 0x1f, 0x8b };
	static const uint8_t zstd[] = { 0x28, 0xb5, 0x2f, 0xfd };

	if (refill(in, e) != 0)
		return -1;
	if (in->len >= sizeof(gzip) &&
	    memcmp(in->raw, gzip, sizeof(gzip)) == 0) {
		in->format = GZIP;
		if (inflateInit2(&in->z, GZIP_WINDOW) != Z_OK)
			return err_retry(e, "ENOMEM", "zlib: out of memory");
	} else if (in->len >= sizeof(zstd) &&
		   memcmp(in->raw, zstd, sizeof(zstd)) == 0) {
		in->zstd = ZSTD_createDStream();
		if (!in->zstd)
			return err_retry(e, "ENOMEM", "zstd: out of memory");
		in->format = ZSTD;
	}
	return 0;
}

static int
open_file(struct csv_input *in, struct err *e)
{
	in->fd = open(in->path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (in->fd < 0)
		return err_config(e, strerrorname_np(errno),
		    "file %s cannot be opened: %s; check the connection's `path` and the source's `file`",
		    in->path, strerror(errno));
	if (fstat(in->fd, &in->opened) != 0)
		return err_errno(e, "%s", in->path);
	if (!S_ISREG(in->opened.st_mode))
		return err_config(e, "file",
		    "%s is not a regular file, so it could not be read twice",
		    in->path);
	return detect(in, e);
}

int
csv_input_open(const char *path, struct csv_input **out, struct err *e)
{
	struct csv_input *in = mem_zalloc(sizeof(*in));

	in->fd = -1;
	in->path = mem_strdup(path);
	if (open_file(in, e) != 0) {
		csv_input_close(&in);
		return -1;
	}
	*out = in;
	return 0;
}

void
csv_input_close(struct csv_input **inp)
{
	struct csv_input *in = *inp;

	if (!in)
		return;
	if (in->format == GZIP)
		inflateEnd(&in->z);
	ZSTD_freeDStream(in->zstd); /* NULL is fine */
	if (in->fd >= 0)
		close(in->fd);
	free(in->path);
	free(in);
	*inp = NULL;
}
