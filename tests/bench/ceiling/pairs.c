/* Reading what tests/bench/ceiling/dump.c wrote, and the two small things that all ceilings need.
 */
#include "tests/bench/ceiling/pairs.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

void give_up(const char *what, const char *why)
{
    fprintf(stderr, "%s%s%s\n", what, why ? ": " : "", why ? why : "");
    exit(1);
}

double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

struct pairs pairs_open(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0 || st.st_size == 0)
        give_up(path, "cannot be read");
    void *bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    if (bytes == MAP_FAILED)
        give_up(path, "cannot be mapped");
    madvise(bytes, (size_t)st.st_size, MADV_SEQUENTIAL);
    return (struct pairs){.bytes = bytes, .n = (size_t)st.st_size};
}

bool pairs_next(struct pairs *p, struct pair *ret)
{
    if (p->at == p->n)
        return false;
    uint32_t value_n;
    if (p->n - p->at < PAIR_HEAD)
        give_up("pairs", "the file is cut off");
    const uint8_t *at = p->bytes + p->at;
    memcpy(&value_n, at, 4);
    if (p->n - p->at - PAIR_HEAD < value_n)
        give_up("pairs", "the file is cut off");
    *ret = (struct pair){
        .key = at + 4, .id = at + 4 + PAIR_KEY, .value = at + PAIR_HEAD, .value_n = value_n};
    p->at += PAIR_HEAD + value_n;
    return true;
}
