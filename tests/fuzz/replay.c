/* Runs a fuzz target over the files of its corpora, for presets without libFuzzer, so that what was
 * found once is tried by every run. */
#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

#include "base/check.h"
#include "tests/fuzz/fuzz.h"

static void replay(const char *path)
{
    FILE *f = fopen(path, "rb");
    struct stat st;
    CHECK(f && fstat(fileno(f), &st) == 0);
    size_t n = (size_t)st.st_size;
    /* Exactly as large as the input, so that a sanitizer sees the first byte behind it. */
    uint8_t *bytes = malloc(n ? n : 1);
    CHECK(bytes && fread(bytes, 1, n, f) == n);
    fclose(f);
    LLVMFuzzerTestOneInput(bytes, n);
    free(bytes);
}

int main(int argc, char **argv)
{
    int count = 0;
    for (int i = 1; i < argc; i++) {
        DIR *dir = opendir(argv[i]);
        if (!dir) {
            fprintf(stderr, "%s: %s\n", argv[i], strerror(errno));
            return 1;
        }
        for (struct dirent *e = readdir(dir); e; e = readdir(dir)) {
            char path[4096];
            if (e->d_name[0] == '.')
                continue;
            snprintf(path, sizeof path, "%s/%s", argv[i], e->d_name);
            /* Said first: the last line of a run that dies names the file. */
            printf("%s\n", path);
            fflush(stdout);
            replay(path);
            count++;
        }
        closedir(dir);
    }
    printf("%d inputs replayed\n", count);
    return count == 0;
}
