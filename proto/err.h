#ifndef PROTO_ERR_H
#define PROTO_ERR_H
#include "proto/attr.h"

/* What went wrong, and what the runtime is to do about it. */
enum err_class {
	ERR_NONE,
	ERR_RETRY,  /* the world may get better: same work again, after backoff
		     */
	ERR_DATA,   /* this row becomes a reject; its neighbours go on */
	ERR_CONFIG, /* exit 78 and stay down until somebody changes something */
	ERR_BUG,    /* our own mistake: abort */
};

/*
 * One error, filled by whoever noticed it. A zeroed struct means no error.
 * code is the source's own code where it has one (SQLSTATE, SQLite result
 * name, errno name) or a reject code of normalization.md.
 */
struct err {
	enum err_class cls;
	char code[40];
	char field[256]; /* column or configuration path; empty if none */
	char msg[1024];
};

/* Each fills e and returns -1, so that callers write: return err_data(...) */
int err_retry(struct err *e, const char *code, const char *fmt, ...)
    PRINTF(3, 4);
int err_data(struct err *e, const char *code, const char *fmt, ...)
    PRINTF(3, 4);
int err_config(struct err *e, const char *code, const char *fmt, ...)
    PRINTF(3, 4);
int err_bug(struct err *e, const char *fmt, ...) PRINTF(2, 3);

/* As err_retry, for a failed system call: code and text from errno. */
int err_errno(struct err *e, const char *fmt, ...) PRINTF(2, 3);

/* Puts context in front of the message: "context: message". Returns -1. */
int err_wrap(struct err *e, const char *fmt, ...) PRINTF(2, 3);

/* Names the column or path the error is about. Returns -1. */
int err_field(struct err *e, const char *field);

void err_clear(struct err *e);
const char *err_class_name(enum err_class cls);

#endif
