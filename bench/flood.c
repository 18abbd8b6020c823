/* The program whose output is kept. flood GO FIRST BYTES WRITE
 *
 * Waits for the FIFO GO to be opened, then writes FIRST bytes of 100-byte lines to standard output, WRITE at a time, and a
 * line that says so; when a byte comes from GO, the same with BYTES. It stays until GO is closed, so that no supervisor
 * has its end to deal with meanwhile.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINE = 100, LINES = 16384 }; /* together a multiple of 64 KiB and of 100 */

static char text[LINE * LINES];

static void put(const char *from, size_t length)
{
    while (length > 0) {
        ssize_t n = write(1, from, length);
        if (n <= 0) {
            perror("flood: write");
            exit(1);
        }
        from += n;
        length -= (size_t) n;
    }
}

static void flood(long bytes, size_t block, const char *end)
{
    for (size_t at = 0; bytes > 0; bytes -= (long) block) {
        put(text + at, block);
        at = (at + block) % sizeof text;
    }
    put(end, strlen(end));
}

int main(int argc, char **argv)
{
    long first = argc == 5 ? atol(argv[2]) : 1, bytes = argc == 5 ? atol(argv[3]) : 1;
    size_t block = argc == 5 ? (size_t) atol(argv[4]) : 0;
    if (first % (long) sizeof text != 0 || bytes % (long) sizeof text != 0 || block == 0 || sizeof text % block != 0) {
        fprintf(stderr, "usage: flood GO FIRST BYTES WRITE; multiples of %zu bytes, written in equal parts\n", sizeof text);
        return 2;
    }
    for (int i = 0; i < LINES; i++) {
        char line[LINE + 1];
        snprintf(line, sizeof line, "%05d GET /static/css/site.%05x.css HTTP/1.1 200 5120 0.003 upstream=10.0.0.%d ", i,
                 i * 2654435761u & 0xfffff, i % 250);
        size_t length = strlen(line);
        memset(line + length, 'x', LINE - 1 - length);
        line[LINE - 1] = '\n';
        memcpy(text + (size_t) i * LINE, line, LINE);
    }
    signal(SIGPIPE, SIG_DFL);
    int go = open(argv[1], O_RDONLY);
    if (go < 0) {
        perror("flood: GO");
        return 1;
    }
    flood(first, block, "THE FIRST\n");
    char byte;
    if (read(go, &byte, 1) == 1) {
        flood(bytes, block, "THE END\n");
    }
    while (read(go, &byte, 1) > 0) {}
    return 0;
}
