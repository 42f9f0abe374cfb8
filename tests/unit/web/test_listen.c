/* Sockets, and what is said when there is none to be had. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/test.h"
#include "web/listen.h"

TEST(an_address_falls_into_host_and_port)
{
    struct slice host, port;
    EXPECT(listen_split(SLICE("127.0.0.1:8080"), &host, &port));
    EXPECT_SLICE(host, "127.0.0.1");
    EXPECT_SLICE(port, "8080");
    EXPECT(listen_split(SLICE("[::1]:0"), &host, &port));
    EXPECT_SLICE(host, "::1");
    EXPECT(!listen_split(SLICE("127.0.0.1"), &host, &port));
    EXPECT(!listen_split(SLICE("::1"), &host, &port));
    EXPECT(!listen_split(SLICE("::1:80"), &host, &port));
    EXPECT(!listen_split(SLICE(":80"), &host, &port));
    EXPECT(!listen_split(SLICE("a:"), &host, &port));
    EXPECT(!listen_split(SLICE("a:65536"), &host, &port));
    EXPECT(!listen_split(SLICE(""), &host, &port));
}

TEST(a_taken_port_is_named_with_the_way_out)
{
    int fd, second;
    unsigned port, ignored;
    char address[40];
    struct reason why;
    EXPECT_OK(listen_tcp("127.0.0.1:0", &fd, &port, &why));
    EXPECT(port > 0);
    snprintf(address, sizeof address, "127.0.0.1:%u", port);
    EXPECT_ERR(listen_tcp(address, &second, &ignored, &why), CE_BUSY);
    EXPECT(strstr(why.text, address + 10) && strstr(why.text, "--listen"));
    close(fd);
}

TEST(an_address_of_another_machine_is_refused)
{
    int fd;
    unsigned port;
    struct reason why;
    EXPECT_ERR(listen_tcp("192.0.2.1:0", &fd, &port, &why), CE_INVALID);
    EXPECT_ERR(listen_tcp("nonsense", &fd, &port, &why), CE_INVALID);
}

TEST(the_operators_socket_is_for_its_owner_alone)
{
    int fd;
    char path[200];
    struct stat st;
    struct reason why;
    snprintf(path, sizeof path, "%s/own.sock", test_tempdir());
    EXPECT_OK(listen_unix(path, &fd, &why));
    EXPECT_OK(stat(path, &st));
    EXPECT_EQ(st.st_mode & 0777, 0600);
    close(fd);
}

TEST(a_socket_that_nobody_answers_on_is_replaced_and_an_answered_one_is_not)
{
    int fd, second;
    char path[200];
    struct reason why;
    snprintf(path, sizeof path, "%s/stale.sock", test_tempdir());
    EXPECT_OK(listen_unix(path, &fd, &why));
    EXPECT_ERR(listen_unix(path, &second, &why), CE_BUSY);
    close(fd);
    EXPECT_OK(listen_unix(path, &second, &why));
    close(second);
}

TEST(a_file_in_the_sockets_place_is_left_alone)
{
    int fd;
    char path[200];
    struct reason why;
    snprintf(path, sizeof path, "%s/file.sock", test_tempdir());
    close(open(path, O_CREAT | O_WRONLY, 0600));
    EXPECT_ERR(listen_unix(path, &fd, &why), CE_INVALID);
    EXPECT_OK(access(path, F_OK));
}

TEST(a_path_that_is_too_long_is_refused)
{
    int fd;
    char path[300];
    struct reason why;
    memset(path, 'a', sizeof path - 1);
    path[0] = '/';
    path[sizeof path - 1] = '\0';
    EXPECT_ERR(listen_unix(path, &fd, &why), CE_INVALID);
}

TEST(clients_are_named_without_port_and_mapped_addresses_as_what_they_are)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 16);
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = 99};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6};
    inet_pton(AF_INET, "10.1.2.3", &four.sin_addr);
    EXPECT_SLICE(listen_client(a, (const struct sockaddr *)&four), "10.1.2.3");
    inet_pton(AF_INET6, "::ffff:10.1.2.3", &six.sin6_addr);
    EXPECT_SLICE(listen_client(a, (const struct sockaddr *)&six), "10.1.2.3");
    inet_pton(AF_INET6, "fe80::1", &six.sin6_addr);
    EXPECT_SLICE(listen_client(a, (const struct sockaddr *)&six), "fe80::1");
    EXPECT_EQ(listen_client(a, NULL).n, 0);
}
