/* Reading XLSX is left to openpyxl, in a process of its own that writes CSV into a pipe (ADR 0020).
 * The workbook is the helper's standard input: both share the file's offset, which is how far it
 * has come. */
#include "daemon/workbook.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/slice.h"
#include "daemon/installed.h"

enum { PATH_BYTES_MAX = 4096, HELPER_NO_SHEET = 2 };

extern char **environ;

/* Debian's python, for which python3-openpyxl is installed; else whatever is in PATH. */
static const char *const pythons[] = {"/usr/bin/python3", "python3"};

static int find_helper(char ret[PATH_BYTES_MAX], struct reason *reterr_why)
{
    AUTO(arena_destroy) struct arena *a = arena_create(2 * (size_t)PATH_BYTES_MAX);
    const char *path = installed_path(a, "xlsx_rows.py");
    if (!path || snprintf(ret, PATH_BYTES_MAX, "%s", path) >= PATH_BYTES_MAX)
        return reason_set(reterr_why, CE_NOT_FOUND, "this program's own folder cannot be found");
    if (access(ret, R_OK) == 0)
        return 0;
    return reason_set(reterr_why, CE_NOT_FOUND,
                      "%s cannot be read: %s. Install it, or save the workbook as \"CSV UTF-8\"",
                      ret, strerror(errno));
}

static int spawn(struct workbook *w, char *const *argv, const int *pipes)
{
    posix_spawn_file_actions_t actions;
    int e = posix_spawn_file_actions_init(&actions);
    if (e == 0)
        e = posix_spawn_file_actions_adddup2(&actions, w->file, STDIN_FILENO);
    if (e == 0)
        e = posix_spawn_file_actions_adddup2(&actions, pipes[1], STDOUT_FILENO);
    if (e == 0)
        e = posix_spawn_file_actions_adddup2(&actions, pipes[3], STDERR_FILENO);
    size_t count = ARRAY_LEN(pythons);
    for (size_t i = 0; e == 0 && i < count; i++) {
        int failed = posix_spawnp(&w->pid, pythons[i], &actions, NULL, argv, environ);
        if (failed == 0)
            break;
        w->pid = 0;
        if (failed != ENOENT || i + 1 == count)
            e = failed;
    }
    posix_spawn_file_actions_destroy(&actions);
    return e;
}

int workbook_open(struct workbook *w, int file, const char *path, const char *sheet,
                  struct reason *reterr_why)
{
    char helper[PATH_BYTES_MAX];
    int pipes[4] = {-1, -1, -1, -1};
    *w = (struct workbook){.file = file, .rows = -1, .errors = -1};
    int r = find_helper(helper, reterr_why);
    if (r < 0)
        return r;
    if (lseek(file, 0, SEEK_SET) < 0)
        return reason_set(reterr_why, CE_IO,
                          "%s: an XLSX workbook cannot come through a pipe: name the file", path);
    if (pipe2(pipes, O_CLOEXEC) < 0 || pipe2(pipes + 2, O_CLOEXEC) < 0)
        return reason_set(reterr_why, CE_IO, "no pipe to read %s through: %s", path,
                          strerror(errno));
    char python[] = "python3";
    char *const argv[] = {python, helper, (char *)(uintptr_t)path,
                          sheet ? (char *)(uintptr_t)sheet : NULL, NULL};
    int e = spawn(w, argv, pipes);
    close(pipes[1]);
    close(pipes[3]);
    w->rows = pipes[0];
    w->errors = pipes[2];
    if (e == 0)
        return 0;
    return reason_set(reterr_why, CE_NOT_FOUND,
                      "reading XLSX needs python3 (%s): apt-get install python3-openpyxl, or save "
                      "the workbook as \"CSV UTF-8\" and hand that in",
                      strerror(e));
}

/* The last line that the helper wrote. */
static struct slice last_line(const struct workbook *w, char *text, size_t room)
{
    size_t n = 0;
    ssize_t got;
    while (n < room &&
           ((got = read(w->errors, text + n, room - n)) > 0 || (got < 0 && errno == EINTR)))
        n += got > 0 ? (size_t)got : 0;
    struct slice rest = slice_trim(slice_make(text, n)), line = rest;
    while (rest.p)
        line = slice_cut(&rest, '\n');
    return line;
}

int workbook_end(struct workbook *w, struct reason *reterr_why)
{
    char text[4096];
    int status = 0;
    struct slice said = last_line(w, text, sizeof text);
    while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR)
        ;
    w->pid = 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    bool no_sheet = WIFEXITED(status) && WEXITSTATUS(status) == HELPER_NO_SHEET;
    if (!said.n)
        said = SLICE("the workbook could not be read to its end");
    return reason_set(reterr_why, no_sheet ? CE_INVALID : CE_IO, "%.*s", FMT_SLICE(said));
}

int64_t workbook_position(const struct workbook *w)
{
    off_t at = lseek(w->file, 0, SEEK_CUR);
    return at < 0 ? 0 : (int64_t)at;
}

void workbook_close(struct workbook *w)
{
    if (w->rows >= 0)
        close(w->rows);
    if (w->errors >= 0)
        close(w->errors);
    if (w->pid) {
        kill(w->pid, SIGTERM);
        while (waitpid(w->pid, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    *w = (struct workbook){.rows = -1, .errors = -1};
}
