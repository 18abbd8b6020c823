/* The floor of bench/census: what a look at all processes costs in C. census ROUNDS MOST_OPEN
 *
 * The same calls as the guard's sampler: getdents64 of /proc, then for each pid a pread of its stat file, which stays
 * open while there are less than MOST_OPEN; the fields up to 28 are read as numbers. Prints the nanoseconds of each round
 * but the first, and how many processes there were.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define PIDS 4194304

static int stat_of[PIDS]; /* descriptor + 1 */
static long fields[26];
static char list[65536], text[16384];
volatile long sink;

static void parse(const char *at, const char *end)
{
    const char *limit = end - at > 100 ? at + 100 : end - 1;
    while (limit > at && *limit != ')')
        limit--;
    at = limit + 4;
    for (int i = 1; i < 26; i++) {
        long value = 0;
        int negative = *at == '-';
        if (negative)
            at++;
        while (at < end && *at >= '0' && *at <= '9')
            value = value * 10 + *at++ - '0';
        fields[i] = negative ? -value : value;
        at++;
    }
    sink += fields[19];
}

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 10, most = argc > 2 ? atoi(argv[2]) : 10240, open_now = 0;
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    int proc = open("/proc", O_RDONLY | O_DIRECTORY);
    for (int round = 0; round < rounds; round++) {
        struct timespec from, to;
        int count = 0;
        clock_gettime(CLOCK_MONOTONIC, &from);
        lseek(proc, 0, SEEK_SET);
        long n;
        while ((n = syscall(SYS_getdents64, proc, list, sizeof list)) > 0) {
            for (long at = 0; at < n;) {
                struct dirent64 *d = (struct dirent64 *) (list + at);
                at += d->d_reclen;
                if (d->d_name[0] < '1' || d->d_name[0] > '9')
                    continue;
                int pid = atoi(d->d_name), fd = stat_of[pid] - 1;
                ssize_t got = fd >= 0 ? pread(fd, text, sizeof text, 0) : -1;
                if (fd >= 0 && got <= 0) {
                    close(fd);
                    stat_of[pid] = 0;
                    open_now--;
                    fd = -1;
                }
                if (fd < 0) {
                    char name[32];
                    snprintf(name, sizeof name, "%d/stat", pid);
                    fd = openat(proc, name, O_RDONLY | O_CLOEXEC);
                    if (fd < 0)
                        continue;
                    got = read(fd, text, sizeof text);
                    if (open_now < most) {
                        stat_of[pid] = fd + 1;
                        open_now++;
                    } else {
                        close(fd);
                    }
                }
                if (got > 0) {
                    parse(text, text + got);
                    count++;
                }
            }
        }
        clock_gettime(CLOCK_MONOTONIC, &to);
        if (round > 0)
            printf("%ld %d\n", (to.tv_sec - from.tv_sec) * 1000000000L + to.tv_nsec - from.tv_nsec, count);
    }
    return 0;
}
