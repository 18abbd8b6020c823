/* What schedulers start in bench/schedules: appends the wall clock, in nanoseconds, to the file named first. */
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    int file = open(argc > 1 ? argv[1] : "/dev/stdout", O_WRONLY | O_APPEND | O_CREAT, 0644);
    char line[32];
    int length = snprintf(line, sizeof line, "%lld\n", now.tv_sec * 1000000000LL + now.tv_nsec);
    return file < 0 || write(file, line, (size_t) length) != length;
}
