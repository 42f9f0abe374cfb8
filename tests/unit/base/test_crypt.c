/* Hashes against published vectors, sealing against tampering. HMAC is held against one that this
 * file makes itself of crypt_sha256, and that one against RFC 4231. */
#include <pthread.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/crypt.h"
#include "base/fault.h"
#include "tests/support/test.h"

static struct keys *test_keys(uint8_t first)
{
    uint8_t master[32];
    for (int i = 0; i < 32; i++)
        master[i] = (uint8_t)(first + i);
    return keys_fixed(master);
}

static struct slice hash(struct slice data)
{
    static uint8_t out[32];
    crypt_sha256(data, out);
    return slice_make(out, 32);
}

static void slow_hmac(struct slice key, struct slice data, uint8_t out[32])
{
    char inner[64 + 512] = {0}, outer[64 + 32] = {0};
    EXPECT(key.n <= 64 && data.n <= 512);
    memcpy(inner, key.p, key.n);
    memcpy(outer, key.p, key.n);
    for (int i = 0; i < 64; i++) {
        inner[i] = (char)(inner[i] ^ 0x36);
        outer[i] = (char)(outer[i] ^ 0x5c);
    }
    memcpy(inner + 64, data.p, data.n);
    crypt_sha256(slice_make(inner, 64 + data.n), out);
    memcpy(outer + 64, out, 32);
    crypt_sha256(slice_make(outer, 96), out);
}

TEST(sha_256_gives_the_published_digests)
{
    EXPECT_HEX(hash(SLICE("abc")),
               "ba7816bf 8f01cfea 414140de 5dae2223 b00361a3 96177a9c b410ff61 f20015ad");
    EXPECT_HEX(hash((struct slice){0}),
               "e3b0c442 98fc1c14 9afbf4c8 996fb924 27ae41e4 649b934c a495991b 7852b855");
    EXPECT_HEX(hash(SLICE("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
               "248d6a61 d20638b8 e5c02693 0c3e6039 a33ce459 64ff2167 f6ecedd4 19db06c1");
}

TEST(a_million_letters_can_be_hashed_piece_by_piece)
{
    AUTO(sha256_destroy) struct sha256 *h = sha256_create();
    char piece[997];
    memset(piece, 'a', sizeof piece);
    for (size_t left = 1000000; left;) {
        size_t n = left < sizeof piece ? left : sizeof piece;
        sha256_add(h, slice_make(piece, n));
        left -= n;
    }
    uint8_t out[32];
    sha256_now(h, out);
    EXPECT_HEX(slice_make(out, 32),
               "cdc76e5c 9914fb92 81a1c7e2 84d73e67 f1809a48 a497200e 046d39cc c7112cd0");
}

TEST(a_digest_can_be_asked_in_between_and_goes_on)
{
    AUTO(sha256_destroy) struct sha256 *h = sha256_create();
    uint8_t out[32];
    sha256_now(h, out);
    EXPECT_SAME(slice_make(out, 32), hash((struct slice){0}));
    sha256_add(h, SLICE("ab"));
    sha256_now(h, out);
    EXPECT_SAME(slice_make(out, 32), hash(SLICE("ab")));
    sha256_now(h, out);
    EXPECT_SAME(slice_make(out, 32), hash(SLICE("ab")));
    sha256_add(h, (struct slice){0});
    sha256_add(h, SLICE("c"));
    sha256_now(h, out);
    EXPECT_SAME(slice_make(out, 32), hash(SLICE("abc")));
    sha256_restart(h);
    sha256_add(h, SLICE("x"));
    sha256_now(h, out);
    EXPECT_SAME(slice_make(out, 32), hash(SLICE("x")));
    sha256_destroy(NULL);
}

TEST(the_measure_of_these_tests_is_the_hmac_of_rfc_4231)
{
    uint8_t out[32];
    slow_hmac(
        SLICE("\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b"),
        SLICE("Hi There"), out);
    EXPECT_HEX(slice_make(out, 32),
               "b0344c61 d8db3853 5ca8afce af0bf12b 881dc200 c9833da7 26e9376c 2e32cff7");
    slow_hmac(SLICE("Jefe"), SLICE("what do ya want for nothing?"), out);
    EXPECT_HEX(slice_make(out, 32),
               "5bdcc146 bf60754e 6a042426 089575c7 5a003f08 9d273983 9dec58b9 64ec3843");
}

TEST(keyed_hashes_are_hmac_under_a_key_derived_from_the_use)
{
    static const char *const names[] = {"identity", "subject", "content", "items",
                                        "cursor",   "batch",   "kept"};
    AUTO(keys_destroy) struct keys *k = test_keys(0);
    char master[32], data[300];
    for (int i = 0; i < 32; i++)
        master[i] = (char)i;
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (char)(i * 7);
    for (int use = 0; use < KEY_USE_COUNT; use++) {
        uint8_t key[32], wanted[32], out[16];
        slow_hmac(slice_make(master, 32), slice_of(names[use]), key);
        for (size_t n = 0; n <= sizeof data; n++) {
            slow_hmac(slice_make(key, 32), slice_make(data, n), wanted);
            crypt_hash16(k, (enum key_use)use, slice_make(data, n), out);
            EXPECT_SAME(slice_make(out, 16), slice_make(wanted, 16));
        }
    }
}

TEST(keyed_hashes_have_golden_bytes)
{
    static const char *const golden[] = {
        "49cb8cc32f53290721deda7e5348bdaa", "e0f095d74b0cfa5dc2c9b08bba7c550a",
        "7330432d52468c4173ddaa3242d709ba", "e9049b7af34c43c9ad65cd22e72671e2",
        "ead283b9802d4feccf95a4428d58a3b6", "bcfb7b28f8c2411b04fb829cccc00078",
        "460ea84fadebae680f7f3f902b11fdb3"};
    AUTO(keys_destroy) struct keys *k = test_keys(0);
    for (int use = 0; use < KEY_USE_COUNT; use++) {
        uint8_t out[16];
        crypt_hash16(k, (enum key_use)use, SLICE("hello"), out);
        EXPECT_HEX(slice_make(out, 16), golden[use]);
    }
}

TEST(other_keys_give_other_hashes)
{
    AUTO(keys_destroy) struct keys *a = test_keys(0);
    AUTO(keys_destroy) struct keys *b = test_keys(1);
    uint8_t x[16], y[16];
    crypt_hash16(a, KEY_IDENTITY, SLICE("one"), x);
    crypt_hash16(b, KEY_IDENTITY, SLICE("one"), y);
    EXPECT(memcmp(x, y, 16) != 0);
    keys_destroy(NULL);
}

TEST(what_was_sealed_opens_to_the_same_bytes_at_every_length)
{
    AUTO(keys_destroy) struct keys *k = test_keys(0);
    char plain[200];
    for (size_t i = 0; i < sizeof plain; i++)
        plain[i] = (char)i;
    for (size_t n = 0; n <= sizeof plain; n++) {
        AUTO_BUF(sealed, 1024);
        AUTO_BUF(opened, 1024);
        EXPECT_OK(crypt_seal(k, KEY_ITEMS, slice_make(plain, n), &sealed));
        EXPECT_EQ(sealed.n, n + CRYPT_SEAL_EXTRA);
        EXPECT_OK(crypt_open(k, KEY_ITEMS, buf_slice(&sealed), &opened));
        EXPECT_SAME(buf_slice(&opened), slice_make(plain, n));
        if (n >= 8)
            EXPECT(slice_find(buf_slice(&sealed), slice_make(plain, n), 0) < 0);
    }
}

TEST(sealing_and_opening_append_to_what_is_there)
{
    AUTO(keys_destroy) struct keys *k = test_keys(0);
    AUTO_BUF(sealed, 1024);
    AUTO_BUF(opened, 1024);
    buf_add_slice(&sealed, SLICE("head"));
    EXPECT_OK(crypt_seal(k, KEY_ITEMS, SLICE("secret"), &sealed));
    EXPECT(slice_starts(buf_slice(&sealed), SLICE("head")));
    buf_add_slice(&opened, SLICE("before "));
    EXPECT_OK(crypt_open(k, KEY_ITEMS, slice_from(buf_slice(&sealed), 4), &opened));
    EXPECT_SLICE(buf_slice(&opened), "before secret");
}

TEST(sealing_the_same_twice_gives_different_bytes)
{
    AUTO(keys_destroy) struct keys *k = test_keys(0);
    AUTO_BUF(a, 1024);
    AUTO_BUF(b, 1024);
    EXPECT_OK(crypt_seal(k, KEY_ITEMS, SLICE("secret"), &a));
    EXPECT_OK(crypt_seal(k, KEY_ITEMS, SLICE("secret"), &b));
    EXPECT(!slice_eq(buf_slice(&a), buf_slice(&b)));
}

static void seal_of(const struct keys *k, char out[16])
{
    AUTO_BUF(sealed, 1024);
    EXPECT_OK(crypt_seal(k, KEY_ITEMS, SLICE("secret"), &sealed));
    memcpy(out, sealed.p, 16);
}

TEST(many_seals_have_other_random_bytes_each)
{
    enum { SEALS = 500 };
    AUTO(keys_destroy) struct keys *k = test_keys(0);
    static char random[SEALS][16];
    for (int i = 0; i < SEALS; i++) {
        seal_of(k, random[i]);
        for (int before = 0; before < i; before++)
            EXPECT(memcmp(random[i], random[before], 16) != 0);
    }
}

TEST(a_forked_process_does_not_draw_what_its_parent_draws)
{
    AUTO(keys_destroy) struct keys *k = test_keys(0);
    char before[16], mine[16], theirs[16];
    int fd[2];
    seal_of(k, before); /* more were drawn with it */
    EXPECT_EQ(pipe(fd), 0);
    pid_t child = fork();
    if (child == 0) {
        seal_of(k, theirs);
        _exit(write(fd[1], theirs, 16) == 16 ? 0 : 1);
    }
    seal_of(k, mine);
    EXPECT_EQ(read(fd[0], theirs, 16), 16);
    EXPECT(memcmp(mine, theirs, 16) != 0);
    EXPECT_EQ(waitpid(child, NULL, 0), child);
    close(fd[0]);
    close(fd[1]);
}

TEST(a_change_of_any_bit_is_found_and_nothing_is_given_out)
{
    AUTO(keys_destroy) struct keys *k = test_keys(0);
    AUTO_BUF(sealed, 1024);
    AUTO_BUF(opened, 1024);
    buf_add_slice(&opened, SLICE("kept"));
    EXPECT_OK(crypt_seal(k, KEY_ITEMS, SLICE("110101199003070000"), &sealed));
    for (size_t bit = 0; bit < sealed.n * 8; bit++) {
        sealed.p[bit / 8] = (char)(sealed.p[bit / 8] ^ 1 << bit % 8);
        EXPECT_ERR(crypt_open(k, KEY_ITEMS, buf_slice(&sealed), &opened), CE_CRYPT);
        EXPECT_SLICE(buf_slice(&opened), "kept");
        sealed.p[bit / 8] = (char)(sealed.p[bit / 8] ^ 1 << bit % 8);
    }
    for (size_t n = 0; n < sealed.n; n++)
        EXPECT_ERR(crypt_open(k, KEY_ITEMS, slice_make(sealed.p, n), &opened), CE_CRYPT);
    EXPECT_OK(crypt_open(k, KEY_ITEMS, buf_slice(&sealed), &opened));
}

TEST(what_is_sealed_behind_a_refused_opening_opens)
{
    AUTO(keys_destroy) struct keys *k = test_keys(0);
    AUTO_BUF(good, 1024);
    AUTO_BUF(bad, 1024);
    AUTO_BUF(opened, 1024);
    EXPECT_OK(crypt_seal(k, KEY_ITEMS, SLICE("first"), &bad));
    bad.p[bad.n - 1] ^= 1;
    EXPECT_ERR(crypt_open(k, KEY_ITEMS, buf_slice(&bad), &opened), CE_CRYPT);
    EXPECT_OK(crypt_seal(k, KEY_ITEMS, SLICE("second"), &good));
    EXPECT_OK(crypt_open(k, KEY_ITEMS, buf_slice(&good), &opened));
    EXPECT_SLICE(buf_slice(&opened), "second");
}

TEST(another_key_or_another_use_does_not_open)
{
    AUTO(keys_destroy) struct keys *a = test_keys(0);
    AUTO(keys_destroy) struct keys *b = test_keys(1);
    AUTO_BUF(sealed, 1024);
    AUTO_BUF(opened, 1024);
    EXPECT_OK(crypt_seal(a, KEY_ITEMS, SLICE("secret"), &sealed));
    EXPECT_ERR(crypt_open(b, KEY_ITEMS, buf_slice(&sealed), &opened), CE_CRYPT);
    EXPECT_ERR(crypt_open(a, KEY_CURSOR, buf_slice(&sealed), &opened), CE_CRYPT);
    EXPECT_EQ(opened.n, 0);
}

TEST(sealed_bytes_of_an_earlier_day_still_open)
{
    AUTO(keys_destroy) struct keys *k = test_keys(0);
    uint8_t sealed[CRYPT_SEAL_EXTRA + 6];
    AUTO_BUF(opened, 64);
    EXPECT(hex_parse(
        SLICE("6465666768696a6b6c6d6e6f707172735309e4eaca3231c867b230c3676fe127d40eb8f24161"),
        sealed, sizeof sealed));
    EXPECT_OK(crypt_open(k, KEY_ITEMS, slice_make(sealed, sizeof sealed), &opened));
    EXPECT_SLICE(buf_slice(&opened), "secret");
}

TEST(a_buffer_without_room_is_said_and_left_alone)
{
    AUTO(keys_destroy) struct keys *k = test_keys(0);
    AUTO_BUF(small, 37);
    EXPECT_ERR(crypt_seal(k, KEY_ITEMS, SLICE("secret"), &small), CE_TOO_LARGE);
    EXPECT_EQ(small.n, 0);
    AUTO_BUF(sealed, 38);
    EXPECT_OK(crypt_seal(k, KEY_ITEMS, SLICE("secret"), &sealed));
    AUTO_BUF(tiny, 5);
    EXPECT_ERR(crypt_open(k, KEY_ITEMS, buf_slice(&sealed), &tiny), CE_TOO_LARGE);
}

#ifdef CREDENCE_FAULTS
TEST(the_fault_point_seals_plain_text_in_the_same_places)
{
    AUTO(keys_destroy) struct keys *k = test_keys(0);
    AUTO_BUF(sealed, 64);
    fault_arm(FAULT_CRYPT_PLAIN, 1);
    EXPECT_OK(crypt_seal(k, KEY_ITEMS, SLICE("secret"), &sealed));
    EXPECT_HEX(buf_slice(&sealed), "00000000000000000000000000000000 736563726574"
                                   "00000000000000000000000000000000");
    AUTO_BUF(opened, 64);
    EXPECT_ERR(crypt_open(k, KEY_ITEMS, buf_slice(&sealed), &opened), CE_CRYPT);
}
#endif

static void *hash_and_seal(void *arg)
{
    const struct keys *k = arg;
    uint8_t out[16];
    uintptr_t wrong = 0;
    for (int i = 0; i < 200; i++) {
        AUTO_BUF(sealed, 64);
        AUTO_BUF(opened, 64);
        crypt_hash16(k, KEY_IDENTITY, SLICE("hello"), out);
        wrong += memcmp(out, "\x49\xcb\x8c\xc3", 4) != 0;
        wrong += crypt_seal(k, KEY_ITEMS, SLICE("secret"), &sealed) != 0;
        wrong += crypt_open(k, KEY_ITEMS, buf_slice(&sealed), &opened) != 0;
        wrong += !slice_eq(buf_slice(&opened), SLICE("secret"));
    }
    return (void *)wrong;
}

TEST(threads_use_the_same_keys_without_harm)
{
    AUTO(keys_destroy) struct keys *k = test_keys(0);
    pthread_t threads[4];
    for (size_t i = 0; i < ARRAY_LEN(threads); i++)
        EXPECT_EQ(pthread_create(&threads[i], NULL, hash_and_seal, k), 0);
    for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
        void *wrong;
        pthread_join(threads[i], &wrong);
        EXPECT(!wrong);
    }
}

TEST(random_bytes_do_not_come_twice)
{
    uint8_t a[32] = {0}, b[32] = {0};
    crypt_random(a, sizeof a);
    crypt_random(b, sizeof b);
    EXPECT(memcmp(a, b, sizeof a) != 0);
    crypt_random(a, 0);
}

TEST(secrets_are_equal_when_their_bytes_are)
{
    EXPECT(crypt_equal(SLICE("abc"), SLICE("abc")));
    EXPECT(!crypt_equal(SLICE("abc"), SLICE("abd")));
    EXPECT(!crypt_equal(SLICE("abc"), SLICE("ab")));
    EXPECT(crypt_equal((struct slice){0}, SLICE("")));
}
