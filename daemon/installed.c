/* Found from where the program lies, so that an installation can be moved as a whole. */
#include "daemon/installed.h"

#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES_MAX = 4096 };

const char *installed_path(struct arena *a, const char *name)
{
    char program[PATH_BYTES_MAX];
    ssize_t n = readlink("/proc/self/exe", program, sizeof program);
    while (n > 0 && program[n - 1] != '/')
        n--;
    return n > 0 ? arena_printf(a, "%.*s../share/credence/%s", (int)n, program, name).p : NULL;
}

const char *installed_catalogue(struct arena *a)
{
    struct stat st;
    const char *beside = installed_path(a, "catalogue");
    bool is_there = beside && stat(beside, &st) == 0 && S_ISDIR(st.st_mode);
    return is_there ? beside : CREDENCE_CATALOGUE_DIR;
}
