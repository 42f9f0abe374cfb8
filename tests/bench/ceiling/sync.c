/* sync FOLDER COUNT: what durability costs on this disk. Appends 4 KiB and waits for fdatasync,
 * COUNT times, in a file of its own that is gone afterwards. Prints the microseconds of each as a
 * JSON list. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/bench/ceiling/pairs.h"

enum { PIECE = 4096 };

int main(int argc, char **argv)
{
    if (argc != 3)
        give_up("sync FOLDER COUNT", NULL);
    char path[4096];
    snprintf(path, sizeof path, "%s/sync-%ld", argv[1], (long)getpid());
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        give_up(path, "cannot be written");
    unlink(path);
    unsigned long count = strtoul(argv[2], NULL, 10);
    static char piece[PIECE];
    printf("[");
    for (unsigned long i = 0; i < count; i++) {
        double began = now_s();
        if (write(fd, piece, sizeof piece) != PIECE || fdatasync(fd) != 0)
            give_up("sync", "the disk refuses");
        printf("%s%.1f", i ? "," : "", (now_s() - began) * 1e6);
    }
    printf("]\n");
    return 0;
}
