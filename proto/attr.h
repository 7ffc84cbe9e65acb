#ifndef PROTO_ATTR_H
#define PROTO_ATTR_H

/* Compiler attributes under names that read well in prototypes. */
#define MUST_CHECK   __attribute__((warn_unused_result))
#define PRINTF(f, a) __attribute__((format(printf, f, a)))

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#endif
