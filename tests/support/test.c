/* Runs the registered cases through cmocka and prints each name as a sentence. Knows nothing of
 * credit: helpers named after the domain belong in a file beside this one. */
#include "tests/support/test.h"

#include <ftw.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/check.h"

static struct test_case *first_case;
static struct test_case **last_case = &first_case;
static pthread_t test_thread;

/* Strings handed out by this file; they live until the end. */
struct kept {
    struct kept *next;
    bool is_dir;
    char text[];
};
static struct kept *all_kept;
static pid_t owner;

void test_register(struct test_case *c)
{
    *last_case = c;
    last_case = &c->next;
}

void test_fail(const char *file, int line, const char *fmt, ...)
{
    char text[4096];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    print_error("%s:%d: %s\n", file, line, text);
    /* cmocka leaves the test by longjmp, which from another thread would be worse than a failure.
     */
    CHECK(pthread_equal(pthread_self(), test_thread));
    _fail(file, line);
    UNREACHABLE();
}

static const char *decimal(__int128 v, char out[48])
{
    bool negative = v < 0;
    unsigned __int128 u = negative ? -(unsigned __int128)v : (unsigned __int128)v;
    char *p = out + 47;
    *p = '\0';
    do {
        *--p = (char)('0' + (int)(u % 10));
        u /= 10;
    } while (u);
    if (negative)
        *--p = '-';
    return p;
}

void test_expect_eq(const char *file, int line, const char *what, __int128 actual, __int128 wanted)
{
    char a[48], w[48];
    if (actual != wanted)
        test_fail(file, line, "%s is %s, expected %s", what, decimal(actual, a),
                  decimal(wanted, w));
}

/* Text in quotes, bytes that do not print as \xNN, cut when long. */
static const char *quoted(struct slice s, char out[1024])
{
    size_t n = 0;
    bool is_text = utf8_valid_prefix(s) == s.n;
    if (!s.p)
        return "(absent)";
    out[n++] = '"';
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (n > 1000) {
            n += (size_t)snprintf(out + n, 8, "...");
            break;
        }
        if (c < 0x20 || c == 0x7F || (c > 0x7F && !is_text))
            n += (size_t)snprintf(out + n, 8, "\\x%02x", c);
        else
            out[n++] = (char)c;
    }
    snprintf(out + n, 8, "\"");
    return out;
}

void test_expect_slice(const char *file, int line, const char *what, struct slice actual,
                       struct slice wanted)
{
    char a[1024], w[1024];
    if (!slice_eq(actual, wanted))
        test_fail(file, line, "%s is %s (%zu bytes), expected %s (%zu bytes)", what,
                  quoted(actual, a), actual.n, quoted(wanted, w), wanted.n);
}

void test_expect_hex(const char *file, int line, const char *what, struct slice actual,
                     const char *digits)
{
    static const char hex[] = "0123456789abcdef";
    char bare[2048], got[2048];
    size_t n = 0, g = 0;
    for (const char *p = digits; *p; p++)
        if (*p != ' ') {
            CHECK(n + 1 < sizeof bare);
            bare[n++] = *p >= 'A' && *p <= 'F' ? (char)(*p + 32) : *p;
        }
    bare[n] = '\0';
    for (size_t i = 0; i < actual.n && g + 3 < sizeof got; i++) {
        got[g++] = hex[(unsigned char)actual.p[i] >> 4];
        got[g++] = hex[(unsigned char)actual.p[i] & 15];
    }
    got[g] = '\0';
    if (actual.n * 2 != n || memcmp(got, bare, n) != 0)
        test_fail(file, line, "%s is %s, expected %s", what, got, bare);
}

void test_expect_ok(const char *file, int line, const char *what, int r)
{
    if (r < 0)
        test_fail(file, line, "%s failed: %s (%d)", what, err_text(r), r);
}

void test_expect_err(const char *file, int line, const char *what, int r, int wanted)
{
    if (r != wanted)
        test_fail(file, line, "%s gave %d (%s), expected %d (%s)", what, r, err_text(r), wanted,
                  err_text(wanted));
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st;
    (void)flag;
    (void)ftw;
    return remove(path);
}

static void release_kept(void)
{
    /* A child that a test forked must not take its parent's directories away. */
    if (getpid() != owner)
        return;
    while (all_kept) {
        struct kept *k = all_kept;
        all_kept = k->next;
        if (k->is_dir)
            nftw(k->text, remove_one, 16, FTW_DEPTH | FTW_PHYS);
        free(k);
    }
}

static char *keep(bool is_dir, const char *head, const char *tail)
{
    size_t n = strlen(head) + strlen(tail) + 2;
    struct kept *k = malloc(sizeof *k + n);
    CHECK(k);
    k->is_dir = is_dir;
    snprintf(k->text, n, "%s/%s", head, tail);
    k->next = all_kept;
    all_kept = k;
    return k->text;
}

const char *test_tempdir(void)
{
    const char *tmp = getenv("TMPDIR");
    char *path = keep(true, tmp && *tmp ? tmp : "/tmp", "credence-test-XXXXXX");
    CHECK(mkdtemp(path));
    return path;
}

const char *test_source(const char *path)
{
    return keep(false, CREDENCE_SOURCE_DIR, path);
}

int test_again(const char *name, const char *value)
{
    pid_t pid = fork();
    EXPECT(pid >= 0);
    if (pid == 0) {
        setenv(name, value, 1);
        execl("/proc/self/exe", "again", (char *)NULL);
        _exit(127);
    }
    int status;
    EXPECT_EQ(waitpid(pid, &status, 0), pid);
    return status;
}

static void run_case(void **state)
{
    const struct test_case *c = *state;
    c->run();
}

int main(int argc, char **argv)
{
    size_t n = 0;
    for (const struct test_case *c = first_case; c; c = c->next)
        n++;
    struct CMUnitTest *tests = calloc(n + 1, sizeof *tests);
    CHECK(tests);
    n = 0;
    for (struct test_case *c = first_case; c; c = c->next) {
        char *sentence = strdup(c->name);
        CHECK(sentence);
        for (char *p = sentence; *p; p++)
            if (*p == '_')
                *p = ' ';
        tests[n++] =
            (struct CMUnitTest){.name = sentence, .test_func = run_case, .initial_state = c};
    }

    /* A line is out before the next test starts, even when that one aborts. */
    setvbuf(stdout, NULL, _IOLBF, 0);
    test_thread = pthread_self();
    owner = getpid();
    atexit(release_kept);
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    const char *name = strrchr(argv[0], '/');
    int failed = _cmocka_run_group_tests(name ? name + 1 : argv[0], tests, n, NULL, NULL);

    for (size_t i = 0; i < n; i++)
        free((void *)(uintptr_t)tests[i].name);
    free(tests);
    return failed ? 1 : 0;
}
