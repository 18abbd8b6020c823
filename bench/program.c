/* What every supervisor supervises: says "I run", then does nothing.
 *
 * One line "pid nanoseconds\n" goes to the FIFO named by BENCH_FIFO (where a supervisor runs a bare
 * file: so none pays for a shell; s6 hands it an argument of its own), or by the first argument.
 * The FIFO stays open: its reader sees the end of the last program as a hang-up, without polling.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    const char *path = getenv("BENCH_FIFO");
    if (path == NULL && argc > 1)
        path = argv[1];
    if (path == NULL) {
        fputs("program: neither BENCH_FIFO nor an argument names the FIFO\n", stderr);
        return 2;
    }
    int fifo = open(path, O_WRONLY | O_CLOEXEC);
    if (fifo < 0) {
        perror(path);
        return 2;
    }
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    char line[64];
    int length = snprintf(line, sizeof line, "%d %lld\n", (int) getpid(),
                          now.tv_sec * 1000000000LL + now.tv_nsec);
    if (write(fifo, line, (size_t) length) != length) {
        perror(path);
        return 2;
    }
    for (;;)
        pause();
}
