#pragma once
/* Tests as sentences, on top of cmocka. TEST(a_name_that_says_what_holds) { ... } registers itself
 * and main comes with the library. An expectation that does not hold says where and why and ends
 * its test at once; use expectations only on the thread that runs the test. */
#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/slice.h"

struct test_case {
    const char *name;
    void (*run)(void);
    struct test_case *next;
};

/* Called by TEST; cases run in the order in which they stand in the file. */
void test_register(struct test_case *c);

#define TEST(id)                                                                                   \
    static void id(void);                                                                          \
    __attribute__((constructor)) static void id##_register(void)                                   \
    {                                                                                              \
        static struct test_case c = {.name = #id, .run = id};                                      \
        test_register(&c);                                                                         \
    }                                                                                              \
    static void id(void)

/* Ends the test as failed. */
void test_fail(const char *file, int line, const char *fmt, ...) PRINTF(3, 4) NORETURN;

#define FAIL(...) test_fail(__FILE__, __LINE__, __VA_ARGS__)
#define EXPECT(cond) ((cond) ? (void)0 : test_fail(__FILE__, __LINE__, "does not hold: %s", #cond))
/* Integers of any kind, booleans and enums; the actual value first. Prints both. */
#define EXPECT_EQ(actual, wanted)                                                                  \
    test_expect_eq(__FILE__, __LINE__, #actual, (__int128)(actual), (__int128)(wanted))
/* NUL-terminated texts. */
#define EXPECT_STR(actual, wanted)                                                                 \
    test_expect_slice(__FILE__, __LINE__, #actual, slice_of(actual), slice_of(wanted))
/* A slice against a literal, which may hold NULs. */
#define EXPECT_SLICE(actual, literal)                                                              \
    test_expect_slice(__FILE__, __LINE__, #actual, (actual), SLICE(literal))
/* Two slices. */
#define EXPECT_SAME(actual, wanted)                                                                \
    test_expect_slice(__FILE__, __LINE__, #actual, (actual), (wanted))
/* Golden bytes: a slice against hexadecimal digits, blanks between them as you like. */
#define EXPECT_HEX(actual, digits) test_expect_hex(__FILE__, __LINE__, #actual, (actual), (digits))
/* A call that answers 0 or more; its failure is printed as text. */
#define EXPECT_OK(call) test_expect_ok(__FILE__, __LINE__, #call, (call))
/* A call that must fail with this CE_.... */
#define EXPECT_ERR(call, wanted) test_expect_err(__FILE__, __LINE__, #call, (call), (wanted))

void test_expect_eq(const char *file, int line, const char *what, __int128 actual, __int128 wanted);
void test_expect_slice(const char *file, int line, const char *what, struct slice actual,
                       struct slice wanted);
void test_expect_hex(const char *file, int line, const char *what, struct slice actual,
                     const char *digits);
void test_expect_ok(const char *file, int line, const char *what, int r);
void test_expect_err(const char *file, int line, const char *what, int r, int wanted);

/* Runs this program again, a process of its own, with one variable more in its environment, by
 * which a constructor knows that it is to play the child and _exit. Its wait status. A fork alone
 * keeps the locks that RocksDB's threads held at that moment, and nobody who would give them back.
 */
int test_again(const char *name, const char *value);

/* A fresh directory, removed with all it holds when the program ends. Owned by test.c. */
const char *test_tempdir(void);
/* The path of a file of the source tree: test_source("tests/data/x.csv"). Owned by test.c. */
const char *test_source(const char *path);
