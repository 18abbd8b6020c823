/* Preloaded: each fsync takes at least HOLDFAST_FSYNC_US microseconds, as on a disk that really writes. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static int slow(const char *name, int file) {
    const char *us = getenv("HOLDFAST_FSYNC_US");
    long nanos = (us ? atol(us) : 0) * 1000;
    struct timespec wait = {nanos / 1000000000, nanos % 1000000000};
    nanosleep(&wait, NULL);
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    return real ? real(file) : -1;
}

int fsync(int file) { return slow("fsync", file); }
int fdatasync(int file) { return slow("fdatasync", file); }
