/* The floor of `bench/logs`: the least that keeping output can cost. pump DIRECTORY BYTES [BEFORE AFTER]
 *
 * Copies standard input to DIRECTORY/current, which is renamed when the next write would pass BYTES; with BEFORE and
 * AFTER, text that each line is put between, whatever is in it. Nothing survives its death.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { READ = 128 << 10, PIPE = 1 << 20, WRITE = 256 << 10 };

static char in[2 * READ], out[WRITE];
static const char *before = "", *after = "";
static size_t before_length, after_length;
static long most, size;
static int file = -1, number;

static void fail(const char *what)
{
    fprintf(stderr, "pump: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void put(const char *from, size_t length)
{
    if (file < 0 || (size > 0 && size + (long) length > most)) {
        char name[32];
        snprintf(name, sizeof name, "old.%d", ++number);
        if (file >= 0 && (close(file) < 0 || rename("current", name) < 0))
            fail(name);
        file = open("current", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
        if (file < 0)
            fail("current");
        size = 0;
    }
    for (size_t done = 0; done < length;) {
        ssize_t n = write(file, from + done, length - done);
        if (n <= 0)
            fail("write");
        done += (size_t) n;
    }
    size += (long) length;
}

/* Returns what follows the last line's end. */
static size_t lines(const char *from, size_t length)
{
    const char *end = from + length, *eol;
    size_t used = 0;
    while ((eol = memchr(from, '\n', (size_t) (end - from))) != NULL) {
        size_t text = (size_t) (eol - from);
        if (used + before_length + text + after_length + 1 > sizeof out) {
            put(out, used);
            used = 0;
        }
        memcpy(out + used, before, before_length);
        memcpy(out + used + before_length, from, text);
        memcpy(out + used + before_length + text, after, after_length);
        used += before_length + text + after_length;
        out[used++] = '\n';
        from = eol + 1;
    }
    if (used > 0)
        put(out, used);
    return (size_t) (end - from);
}

int main(int argc, char **argv)
{
    if ((argc != 3 && argc != 5) || (most = atol(argv[2])) <= 0) {
        fputs("usage: pump DIRECTORY BYTES [BEFORE AFTER]\n", stderr);
        return 2;
    }
    if (chdir(argv[1]) < 0)
        fail(argv[1]);
    if (argc == 5) {
        before = argv[3];
        after = argv[4];
        before_length = strlen(before);
        after_length = strlen(after);
    }
    fcntl(0, F_SETPIPE_SZ, PIPE);
    size_t held = 0;
    ssize_t n;
    while ((n = read(0, in + held, READ)) > 0) {
        size_t all = held + (size_t) n;
        if (argc == 3) {
            put(in, all);
            continue;
        }
        held = lines(in, all);
        if (held > READ)
            return 1;
        memmove(in, in + all - held, held);
    }
    return n < 0;
}
