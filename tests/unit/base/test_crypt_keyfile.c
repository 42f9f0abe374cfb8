/* The key file: made once, private, never written over, and refused when it is not what it should
 * be. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crypt.h"
#include "tests/support/test.h"

static const char golden[] = "credence-keys 1\n"
                             "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n";

static char *path_in(const char *dir, const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    return path;
}

static const char *file_of(const char *text, size_t n, mode_t mode)
{
    const char *path = path_in(test_tempdir(), "keys");
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    EXPECT(fd >= 0);
    EXPECT_EQ(write(fd, text, n), n);
    EXPECT_EQ(fchmod(fd, mode), 0);
    close(fd);
    return path;
}

static void expect_hash_of_hello(const struct keys *k, const char *digits)
{
    uint8_t out[16];
    crypt_hash16(k, KEY_IDENTITY, SLICE("hello"), out);
    EXPECT_HEX(slice_make(out, 16), digits);
}

TEST(a_key_file_gives_the_keys_of_its_master)
{
    struct reason why;
    AUTO(keys_destroy) struct keys *k = NULL;
    EXPECT_OK(keys_open(file_of(golden, sizeof golden - 1, 0600), false, &k, &why));
    expect_hash_of_hello(k, "49cb8cc32f53290721deda7e5348bdaa");
    AUTO(keys_destroy) struct keys *read_only = NULL;
    EXPECT_OK(keys_open(file_of(golden, sizeof golden - 1, 0400), true, &read_only, &why));
}

TEST(a_missing_key_file_is_made_once_and_then_stays)
{
    const char *dir = test_tempdir();
    const char *path = path_in(dir, "keys");
    struct reason why;
    uint8_t first[16], second[16];
    mode_t before = umask(0);
    {
        AUTO(keys_destroy) struct keys *k = NULL;
        EXPECT_OK(keys_open(path, true, &k, &why));
        crypt_hash16(k, KEY_IDENTITY, SLICE("hello"), first);
    }
    umask(before);
    struct stat st;
    EXPECT_EQ(stat(path, &st), 0);
    EXPECT_EQ(st.st_mode & 07777, 0600);
    EXPECT_EQ(st.st_size, sizeof golden - 1);
    EXPECT_EQ(st.st_nlink, 1);
    {
        AUTO(keys_destroy) struct keys *k = NULL;
        EXPECT_OK(keys_open(path, true, &k, &why));
        crypt_hash16(k, KEY_IDENTITY, SLICE("hello"), second);
    }
    EXPECT_SAME(slice_make(first, 16), slice_make(second, 16));
    /* Nothing else was left: the directory is empty without it. */
    EXPECT_EQ(unlink(path), 0);
    EXPECT_EQ(rmdir(dir), 0);
}

TEST(a_umask_that_forbids_everything_does_not_harm_the_file)
{
    const char *path = path_in(test_tempdir(), "keys");
    struct reason why;
    AUTO(keys_destroy) struct keys *k = NULL;
    mode_t before = umask(0777);
    int r = keys_open(path, true, &k, &why);
    umask(before);
    EXPECT_OK(r);
    struct stat st;
    EXPECT_EQ(stat(path, &st), 0);
    EXPECT_EQ(st.st_mode & 07777, 0600);
}

TEST(two_installations_get_different_keys)
{
    struct reason why;
    uint8_t out[2][16];
    for (int i = 0; i < 2; i++) {
        AUTO(keys_destroy) struct keys *k = NULL;
        EXPECT_OK(keys_open(path_in(test_tempdir(), "keys"), true, &k, &why));
        crypt_hash16(k, KEY_IDENTITY, SLICE("hello"), out[i]);
    }
    EXPECT(memcmp(out[0], out[1], 16) != 0);
}

TEST(a_missing_key_file_is_not_made_unasked)
{
    const char *path = path_in(test_tempdir(), "keys");
    struct reason why;
    struct keys *k = NULL;
    EXPECT_ERR(keys_open(path, false, &k, &why), CE_NOT_FOUND);
    EXPECT(slice_find(slice_of(why.text), slice_of(path), 0) >= 0);
    EXPECT(access(path, F_OK) < 0);
    EXPECT(!k);
    EXPECT_ERR(keys_open(path, false, &k, NULL), CE_NOT_FOUND);
    EXPECT_ERR(keys_open(path_in(test_tempdir(), "no/such/keys"), true, &k, &why), CE_NOT_FOUND);
}

TEST(a_key_file_that_others_may_read_is_refused)
{
    static const mode_t modes[] = {0640, 0604, 0644, 0660, 0620, 0610, 0601};
    for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
        struct reason why;
        struct keys *k = NULL;
        const char *path = file_of(golden, sizeof golden - 1, modes[i]);
        EXPECT_ERR(keys_open(path, true, &k, &why), CE_DENIED);
        EXPECT(slice_find(slice_of(why.text), SLICE("chmod 600"), 0) >= 0);
        EXPECT(!k);
    }
}

TEST(a_damaged_key_file_is_refused_and_not_replaced)
{
    char text[sizeof golden + 1];
    for (int damage = 0; damage < 6; damage++) {
        size_t n = sizeof golden - 1;
        memcpy(text, golden, sizeof golden);
        if (damage == 0)
            n = 0;
        else if (damage == 1)
            n -= 1;
        else if (damage == 2)
            text[n++] = '\n';
        else if (damage == 3)
            text[14] = '2';
        else if (damage == 4)
            text[40] = 'g';
        else
            text[n - 1] = ' ';
        struct reason why;
        struct keys *k = NULL;
        const char *path = file_of(text, n, 0600);
        EXPECT_ERR(keys_open(path, true, &k, &why), CE_INVALID);
        EXPECT(!k);
        struct stat st;
        EXPECT_EQ(stat(path, &st), 0);
        EXPECT_EQ(st.st_size, n);
        /* The reason names the file and shows nothing of the key. */
        EXPECT(slice_find(slice_of(why.text), slice_of(path), 0) >= 0);
        EXPECT(slice_find(slice_of(why.text), SLICE("0102"), 0) < 0);
    }
}

TEST(a_directory_or_a_pipe_is_no_key_file)
{
    struct reason why;
    struct keys *k = NULL;
    EXPECT_ERR(keys_open(test_tempdir(), true, &k, &why), CE_INVALID);
    const char *path = path_in(test_tempdir(), "pipe");
    EXPECT_EQ(mkfifo(path, 0600), 0);
    EXPECT_ERR(keys_open(path, true, &k, &why), CE_INVALID);
}
