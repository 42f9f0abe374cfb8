/* Looking at a whole store, for operators. What is a mistake and what a digest is knows store/;
 * this file turns it into lines and figures. */
#include "daemon/inspect.h"

#include <string.h>

#include "base/check.h"
#include "record/record.h"
#include "store/digest.h"
#include "store/keys.h"
#include "store/verify.h"
#include "store/view.h"

enum { LINE_BYTES_MAX = 4096, SAY_EVERY = 100000 };

static int failed(struct reason *why, int r)
{
    if (r == CE_UNAVAILABLE)
        return reason_set(why, r,
                          "库正在重新打开，请稍后重试 the store is being reopened; try again");
    return reason_set(why, r, "the store cannot be read: %s", err_text(r));
}

int inspect_digest(const struct inspected *in, const struct inspect_digest *o, char ret_hex[65],
                   struct reason *reterr_why)
{
    struct digest_options options = {.with_history = o->with_history,
                                     .with_ledger = o->with_ledger};
    if (o->theme.n) {
        const struct theme *t =
            in->catalogue ? catalogue_theme_at(in->catalogue, o->theme, in->now) : NULL;
        if (!t)
            return reason_set(reterr_why, CE_NOT_FOUND, "there is no theme %.*s",
                              FMT_SLICE(o->theme));
        options.theme = t->number;
    }
    AUTO(view_close) struct view *v = NULL;
    struct digest digest = {{0}};
    int r = view_open(in->store, &v);
    if (r == 0)
        r = digest_view(v, in->keys, &options, &digest);
    if (r < 0)
        return failed(reterr_why, r);
    hex_print(digest.b, sizeof digest.b, ret_hex);
    return 0;
}

struct teller {
    bool (*say)(void *to, struct slice line);
    void *to;
    bool is_gone; /* nobody listens any more */
    uint64_t said;
};

static void tell(struct teller *t, const struct buf *line)
{
    if (!t->is_gone)
        t->is_gone = !t->say(t->to, buf_slice(line));
}

static void on_progress(void *ctx, uint64_t rows)
{
    struct teller *t = ctx;
    if (rows < t->said + SAY_EVERY)
        return;
    t->said = rows;
    AUTO_BUF(line, LINE_BYTES_MAX);
    buf_printf(&line, "rows %llu", (unsigned long long)rows);
    tell(t, &line);
}

static void tell_mistakes(struct teller *t, struct slice text)
{
    while (text.n) {
        struct slice one = slice_cut(&text, '\n');
        if (one.n == 0)
            continue;
        AUTO_BUF(line, LINE_BYTES_MAX);
        buf_printf(&line, "mistake %.*s", (int)(one.n < 2000 ? one.n : 2000), one.p);
        tell(t, &line);
    }
}

int inspect_check(const struct inspected *in, bool (*say)(void *to, struct slice line), void *to,
                  struct reason *reterr_why)
{
    static const struct catalogue none;
    struct teller t = {.say = say, .to = to};
    struct verify_result result = {0};
    struct verify_options o = {.keys = in->keys,
                               .catalogue = in->catalogue ? in->catalogue : &none,
                               .numbers_bytes = in->numbers_bytes,
                               .progress = on_progress,
                               .ctx = &t};
    int r = verify_store(in->store, &o, &result);
    if (r < 0) {
        buf_fini(&result.text);
        return failed(reterr_why, r);
    }
    tell_mistakes(&t, buf_slice(&result.text));
    const struct {
        const char *name;
        uint64_t count;
    } sums[] = {
        {"records", result.records}, {"subjects", result.subjects}, {"history", result.history},
        {"names", result.names},     {"links", result.links},       {"terms", result.terms},
        {"batches", result.batches},
    };
    AUTO_BUF(line, LINE_BYTES_MAX);
    buf_printf(&line, "sum");
    for (size_t i = 0; i < ARRAY_LEN(sums); i++)
        buf_printf(&line, " %s %llu", sums[i].name, (unsigned long long)sums[i].count);
    tell(&t, &line);
    char hex[65];
    hex_print(result.digest, sizeof result.digest, hex);
    buf_clear(&line);
    buf_printf(&line, "digest %s", hex);
    tell(&t, &line);
    buf_clear(&line);
    if (result.mistakes)
        buf_printf(&line, "mistakes %llu", (unsigned long long)result.mistakes);
    else
        buf_printf(&line, "content");
    tell(&t, &line);
    buf_fini(&result.text);
    if (result.mistakes == 0)
        return 0;
    return reason_set(reterr_why, CE_FORMAT, "%llu mistakes were found",
                      (unsigned long long)result.mistakes);
}

int inspect_stores(const struct inspected *in, struct inspect_stores *ret,
                   struct reason *reterr_why)
{
    AUTO(view_close) struct view *v = NULL;
    struct subject_id counted = {{0}};
    *ret = (struct inspect_stores){0};
    int r = view_open(in->store, &v);
    if (r < 0)
        return failed(reterr_why, r);
    struct walk *w = walk_open(v, CF_RECORD, (struct slice){0}, (struct slice){0});
    for (; r == 0 && walk_valid(w); walk_next(w)) {
        struct record_key key;
        struct record_head head;
        if (walk_key(w).n != sizeof key.b || record_decode_head(walk_value(w), &head) < 0) {
            r = CE_FORMAT;
            break;
        }
        memcpy(key.b, walk_key(w).p, sizeof key.b);
        struct subject_id subject = record_key_subject(&key);
        enum subject_kind kind = subject_id_kind(&subject);
        if (kind == SUBJECT_WAITING) {
            ret->waiting++;
        } else if ((int)kind > SUBJECT_KIND_LAST) {
            r = CE_FORMAT;
        } else if (head.flags & RECORD_REVOKED) {
            ret->kinds[kind].revoked++;
        } else {
            ret->kinds[kind].records++;
            if (memcmp(counted.b, subject.b, sizeof subject.b) != 0)
                ret->kinds[kind].subjects++;
            counted = subject;
        }
    }
    int closed = walk_close(w);
    if (r == 0)
        r = closed;
    return r < 0 ? failed(reterr_why, r) : 0;
}
