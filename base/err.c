/* Texts of failures. The table is err.def; this file only looks up. */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>

const char *err_text(int err)
{
    switch (err) {
    case 0:
        return "no error";
#define ERR(name, number, text)                                                                    \
    case -(number):                                                                                \
        return text;
#include "base/err.def"
#undef ERR
    default:
        return "unknown error";
    }
}

int reason_set(struct reason *r, int err, const char *fmt, ...)
{
    if (r) {
        va_list ap;
        va_start(ap, fmt);
        vsnprintf(r->text, sizeof r->text, fmt, ap);
        va_end(ap);
    }
    return err;
}
