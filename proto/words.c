#include "proto/words.h"
#include <stddef.h>
#include <string.h>

static char *kept;

void
words_keep(char *to)
{
	kept = to;
	if (kept)
		kept[0] = '\0';
}

void
words_say(const char *text)
{
	if (!kept)
		return;
	size_t n = strlen(text);
	if (n > WORDS_BYTES - 1)
		n = WORDS_BYTES - 1;
	memcpy(kept, text, n);
	kept[n] = '\0';
}
