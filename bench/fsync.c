/* What a disk gives who waits for each write: appends so many bytes and fsyncs, for so many seconds; prints times a second. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
    static char block[1 << 16];
    if (argc != 4) {
        fprintf(stderr, "usage: fsync FILE BYTES SECONDS\n");
        return 2;
    }
    size_t bytes = strtoul(argv[2], NULL, 10);
    double seconds = strtod(argv[3], NULL);
    if (bytes == 0 || bytes > sizeof block || seconds <= 0) {
        fprintf(stderr, "fsync: up to %zu bytes, for some time\n", sizeof block);
        return 2;
    }
    memset(block, 'x', sizeof block);
    int file = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (file < 0) {
        perror(argv[1]);
        return 1;
    }
    long times = 0;
    double began = now(), passed = 0;
    for (; passed < seconds; passed = now() - began, times++) {
        /* Over the same 4 MiB again and again, as a write-ahead log is. */
        off_t at = (off_t)((size_t)times * bytes % (4u << 20));
        if (pwrite(file, block, bytes, at) != (ssize_t)bytes || fsync(file) != 0) {
            perror(argv[1]);
            return 1;
        }
    }
    printf("%.0f\n", (double)times / passed);
    return 0;
}
