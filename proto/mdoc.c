#include "proto/mdoc.h"
#include <stdbool.h>
#include <string.h>

enum { LINE_WIDTH = 76 };

void
mdoc_text(struct buf *out, const char *text)
{
	size_t at = 0;
	while (*text) {
		size_t n = strcspn(text, " ");
		if (at && at + 1 + n > LINE_WIDTH) {
			buf_putc(out, '\n');
			at = 0;
		} else if (at) {
			buf_putc(out, ' ');
			at++;
		}
		if (!at && (*text == '.' || *text == '\''))
			buf_puts(out, "\\&");
		for (size_t i = 0; i < n; i++)
			buf_puts(out,
			    text[i] == '\\' ? "\\e" : (char[2]){ text[i] });
		at += n;
		bool stop = n > 0 && text[n - 1] == '.' && text[n];
		text += n + (text[n] == ' ');
		if (stop) {
			buf_putc(out, '\n');
			at = 0;
		}
	}
}
