/* Sessions of pages, and how often a wrong key may be tried. */
#include "tests/support/test.h"
#include "web/session.h"

static const uint8_t key[32] = {1, 2, 3};
static const struct utc_ms noon = {1780000000000};

static struct utc_ms later(int64_t ms)
{
    return (struct utc_ms){noon.v + ms};
}

TEST(a_token_leads_to_the_key_that_began_it_and_another_one_to_nothing)
{
    struct sessions *s = sessions_create();
    char token[SESSION_TOKEN_TEXT + 1], other[SESSION_TOKEN_TEXT + 1];
    uint8_t found[32] = {0};
    session_begin(s, key, noon, token);
    session_begin(s, (const uint8_t[32]){9}, noon, other);
    EXPECT_EQ(strlen(token), SESSION_TOKEN_TEXT);
    EXPECT(strcmp(token, other) != 0);
    EXPECT(session_find(s, slice_of(token), noon, found));
    EXPECT_EQ(memcmp(found, key, sizeof key), 0);
    EXPECT(session_find(s, slice_of(other), noon, found));
    EXPECT_EQ(found[0], 9);
    token[0] = token[0] == 'a' ? 'b' : 'a';
    EXPECT(!session_find(s, slice_of(token), noon, found));
    EXPECT(!session_find(s, SLICE(""), noon, found));
    sessions_destroy(s);
}

TEST(a_session_ends_when_nobody_uses_it_and_at_last_whatever_happens)
{
    struct sessions *s = sessions_create();
    char token[SESSION_TOKEN_TEXT + 1];
    uint8_t found[32];
    session_begin(s, key, noon, token);
    struct slice t = slice_of(token);
    EXPECT(session_find(s, t, later(SESSION_IDLE_MS - 1), found));
    EXPECT(session_find(s, t, later(2 * SESSION_IDLE_MS - 2), found));
    EXPECT(!session_find(s, t, later(3 * SESSION_IDLE_MS - 2), found));
    EXPECT(!session_find(s, t, later(3 * SESSION_IDLE_MS - 2), found));
    session_begin(s, key, noon, token);
    int64_t at = 0;
    for (; at < SESSION_MOST_MS; at += SESSION_IDLE_MS / 2)
        EXPECT(session_find(s, t, later(at), found));
    EXPECT(!session_find(s, t, later(at), found));
    sessions_destroy(s);
}

TEST(a_clock_that_is_put_back_ends_sessions)
{
    struct sessions *s = sessions_create();
    char token[SESSION_TOKEN_TEXT + 1];
    uint8_t found[32];
    session_begin(s, key, noon, token);
    EXPECT(!session_find(s, slice_of(token), later(-1), found));
    sessions_destroy(s);
}

TEST(who_signs_out_is_out_and_nobody_else)
{
    struct sessions *s = sessions_create();
    char token[SESSION_TOKEN_TEXT + 1], other[SESSION_TOKEN_TEXT + 1];
    uint8_t found[32];
    session_begin(s, key, noon, token);
    session_begin(s, key, noon, other);
    session_end(s, slice_of(token));
    session_end(s, slice_of(token));
    EXPECT(!session_find(s, slice_of(token), noon, found));
    EXPECT(session_find(s, slice_of(other), noon, found));
    sessions_destroy(s);
}

TEST(beyond_the_most_the_one_that_was_idle_longest_ends)
{
    static char tokens[SESSIONS_MAX + 1][SESSION_TOKEN_TEXT + 1];
    struct sessions *s = sessions_create();
    uint8_t found[32];
    for (int i = 0; i < SESSIONS_MAX; i++)
        session_begin(s, key, later(i), tokens[i]);
    EXPECT(session_find(s, slice_of(tokens[0]), later(SESSIONS_MAX), found));
    session_begin(s, key, later(SESSIONS_MAX), tokens[SESSIONS_MAX]);
    EXPECT(!session_find(s, slice_of(tokens[1]), later(SESSIONS_MAX), found));
    EXPECT(session_find(s, slice_of(tokens[0]), later(SESSIONS_MAX), found));
    EXPECT(session_find(s, slice_of(tokens[SESSIONS_MAX]), later(SESSIONS_MAX), found));
    sessions_destroy(s);
}

TEST(after_ten_wrong_keys_a_client_waits_and_others_do_not)
{
    struct sessions *s = sessions_create();
    struct slice client = SLICE("192.0.2.7");
    for (int i = 0; i < TRIES_MOST; i++) {
        EXPECT(session_may_try(s, client, later(i)));
        session_failed(s, client, later(i));
    }
    EXPECT(!session_may_try(s, client, later(TRIES_MOST)));
    EXPECT(!session_may_try(s, client, later(TRIES_MS - 1)));
    EXPECT(session_may_try(s, client, later(TRIES_MS)));
    /* Of a few others at most one shares its place. */
    static const char *const others[] = {"192.0.2.8", "2001:db8::1", ""};
    unsigned free_to_try = 0;
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        free_to_try += session_may_try(s, slice_of(others[i]), later(TRIES_MOST));
    EXPECT(free_to_try + 1 >= ARRAY_LEN(others));
    sessions_destroy(s);
}
