#include "proto/file.h"
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static int
temporary(void)
{
	char path[] = "/tmp/syncline-file-XXXXXX";
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	unlink(path);
	return fd;
}

static void
comes_back_whole(void **state)
{
	static const size_t sizes[] = { 0, 1, 65535, 65536, 65537, 300000 };
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct buf in = { 0 }, out = { 0 };
		uint8_t *p = buf_extend(&in, sizes[i] + 1);
		for (size_t k = 0; k < sizes[i]; k++)
			p[k] = (uint8_t)(k * 31 + k / 251);
		in.len = sizes[i];
		buf_puts(&out, "before ");
		int fd = temporary();
		assert_int_equal(file_write(fd, buf_span(&in)), 0);
		assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
		assert_int_equal(file_read(fd, 1 << 20, &out), 0);
		assert_int_equal(out.len, 7 + sizes[i]);
		assert_memory_equal(out.data, "before ", 7);
		assert_memory_equal(out.data + 7, in.data, sizes[i]);
		close(fd);
		buf_free(&in);
		buf_free(&out);
	}
}

/* What never ends is cut off soon after the limit, and can be told. */
static void
stops_beyond_the_limit(void **state)
{
	struct buf out = { 0 };
	(void)state;
	int fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	assert_int_equal(file_read(fd, 100000, &out), 0);
	assert_true(out.len > 100000);
	assert_true(out.len < 300000);
	close(fd);
	buf_free(&out);
}

static void
fails_with_errno(void **state)
{
	struct buf out = { 0 };
	const struct span text = { (const uint8_t *)"x", 1 };
	(void)state;
	assert_int_equal(file_read(-1, 10, &out), -1);
	assert_int_equal(errno, EBADF);
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	assert_int_equal(file_write(fd, text), -1);
	assert_int_equal(errno, ENOSPC);
	close(fd);
	buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comes_back_whole),
		cmocka_unit_test(stops_beyond_the_limit),
		cmocka_unit_test(fails_with_errno),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
