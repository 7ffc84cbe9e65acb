#ifndef PROTO_WORDS_H
#define PROTO_WORDS_H

/*
 * The last words of a process: its latest warning or error, kept where
 * somebody else can read it after the process is gone. Never allocates, so
 * that one without memory can still say so.
 */
enum { WORDS_BYTES = 512 };

/* to has WORDS_BYTES, or is NULL: nobody listens. */
void words_keep(char *to);
/* Replaces what is kept; cut where it is too long. */
void words_say(const char *text);

#endif
