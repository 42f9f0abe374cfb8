#pragma once
/* The only compiler extensions we use, each under a name that says what it is for. */

/* Declares what AUTO needs for a type whose destructor is `destroy(type *)`. */
#define DEFINE_AUTO(type, destroy)                                                                 \
    static inline void destroy##_auto(type **p)                                                    \
    {                                                                                              \
        destroy(*p);                                                                               \
    }

/* The variable is destroyed when it goes out of scope; destroy functions accept NULL. */
#define AUTO(destroy) __attribute__((cleanup(destroy##_auto)))

/* Gives an owned pointer away and leaves NULL behind. */
#define TAKE(p)                                                                                    \
    __extension__({                                                                                \
        __typeof__(p) taken_ = (p);                                                                \
        (p) = NULL;                                                                                \
        taken_;                                                                                    \
    })

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define NORETURN __attribute__((noreturn))
#define UNUSED __attribute__((unused))
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
