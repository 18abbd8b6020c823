/* memory hog STEP_KIB PAUSE_US: grows once it is told to, until somebody ends it.
 * memory observer: a small program that wants to run each 10 ms. The kernel tells it of stalls (100 ms in one second);
 *   asked by a line, it answers "GAP_MS QUIET_MS": its longest delay since it was asked last, and since when there was none.
 * memory floor: what a guard has to do and no more: told of such a stall, it looks at all processes and ends the largest
 *   called memory.
 * All say "ready". */
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static long long now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static int hog(size_t step, useconds_t pause)
{
    puts("ready");
    fflush(stdout);
    if (getchar() == EOF)
        return 1;
    for (;;) {
        char *p = malloc(step);
        if (p == NULL)
            pause = 1000;
        else
            memset(p, 'x', step);
        if (pause > 0)
            usleep(pause);
    }
}

static const char trigger[] = "some 100000 1000000";

static int observer(void)
{
    static char own[20 << 20];
    int psi = open("/proc/pressure/memory", O_RDWR | O_NONBLOCK);
    if (psi < 0 || write(psi, trigger, sizeof trigger) < 0) {
        perror("/proc/pressure/memory");
        return 1;
    }
    puts("ready");
    fflush(stdout);
    struct pollfd on[] = {{0, POLLIN, 0}, {psi, POLLPRI, 0}};
    long long stalled = now_ms(), last = stalled, gap = 0;
    for (;;) {
        int n = poll(on, 2, 10);
        for (size_t i = 0; i < sizeof own; i += 4096)
            own[i]++;
        long long now = now_ms();
        gap = now - last > gap ? now - last : gap;
        last = now;
        if (n > 0 && on[1].revents != 0)
            stalled = now;
        if (n > 0 && on[0].revents != 0) {
            char line[64];
            if (read(0, line, sizeof line) <= 0)
                return 0;
            printf("%lld %lld\n", gap, now - stalled);
            fflush(stdout);
            gap = 0;
        }
    }
}

static void end_largest(void)
{
    DIR *proc = opendir("/proc");
    long most = 0;
    pid_t largest = 0;
    for (struct dirent *e; proc != NULL && (e = readdir(proc)) != NULL;) {
        char path[300], text[1024];
        pid_t pid = atoi(e->d_name);
        snprintf(path, sizeof path, "/proc/%d/stat", pid);
        int fd = pid > 0 ? open(path, O_RDONLY) : -1;
        ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
        if (fd >= 0)
            close(fd);
        if (n <= 0)
            continue;
        text[n] = 0;
        char *rest = strrchr(text, ')');
        long rss = 0;
        if (rest == NULL || strstr(text, "(memory)") == NULL || pid == getpid()
            || sscanf(rest + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %*u %*u %ld",
                   &rss) != 1)
            continue;
        if (rss > most) {
            most = rss;
            largest = pid;
        }
    }
    if (proc != NULL)
        closedir(proc);
    if (largest > 0)
        kill(largest, SIGKILL);
}

static int floor_of_all(void)
{
    int psi = open("/proc/pressure/memory", O_RDWR | O_NONBLOCK);
    if (psi < 0 || write(psi, trigger, sizeof trigger) < 0) {
        perror("/proc/pressure/memory");
        return 1;
    }
    puts("ready");
    fflush(stdout);
    long long quiet = 0;
    for (;;) {
        struct pollfd on = {psi, POLLPRI, 0};
        if (poll(&on, 1, -1) > 0 && now_ms() >= quiet) {
            end_largest();
            quiet = now_ms() + 2000;
        }
    }
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "hog") == 0)
        return hog((size_t)atoi(argv[2]) << 10, (useconds_t)atoi(argv[3]));
    if (argc == 2 && strcmp(argv[1], "observer") == 0)
        return observer();
    if (argc == 2 && strcmp(argv[1], "floor") == 0)
        return floor_of_all();
    fprintf(stderr, "usage: memory hog STEP_KIB PAUSE_US | observer | floor\n");
    return 2;
}
