#ifndef PROTO_LOG_H
#define PROTO_LOG_H
#include "proto/err.h"
#include <stdbool.h>
#include <stdint.h>

/*
 * logfmt on stderr, one event a line: level, the process's own keys, a
 * constant message, then data in keys. Under journald ($JOURNAL_STREAM) a
 * <N> priority stands in front and the time is left out. Never row values
 * above debug, never secrets.
 *
 *   log_info("chunk read", "chunk", log_u64(3), "rows", log_u64(n), NULL);
 */
enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARN,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG
};

void log_init(const char *program, enum log_level level);
void log_set_run(uint64_t run, const char *entity); /* 0, NULL: none */
bool log_enabled(enum log_level level);

/* msg, then pairs of const char * key and value, then NULL. */
void log_event(enum log_level level, const char *msg, ...)
    __attribute__((sentinel));
#define log_error(...) log_event(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warn(...)  log_event(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_info(...)  log_event(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_event(LOG_LEVEL_DEBUG, __VA_ARGS__)

/* The error with its class, code and field. */
void log_err(enum log_level level, const char *msg, const struct err *e);

/* Numbers as text, valid until 32 more calls of the thread. */
const char *log_u64(uint64_t v);
const char *log_i64(int64_t v);

#endif
