/* The floor of a queue: jobs COUNT AT_ONCE PROGRAM [ARGUMENT]...
 *
 * posix_spawns PROGRAM COUNT times, at most AT_ONCE of them running, and waits for each; prints how many a second.
 * No store, no limit, no directory, no output kept: what a feature costs is measured from here.
 */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}

static void await_one(void)
{
    int status;
    if (waitpid(-1, &status, 0) < 0) {
        perror("jobs: waitpid");
        exit(1);
    }
    if (status != 0) {
        fprintf(stderr, "jobs: a program ended with %d\n", status);
        exit(1);
    }
}

int main(int argc, char **argv)
{
    int count = argc > 3 ? atoi(argv[1]) : 0, at_once = argc > 3 ? atoi(argv[2]) : 0, running = 0;
    if (count < 1 || at_once < 1) {
        fputs("usage: jobs COUNT AT_ONCE PROGRAM [ARGUMENT]...\n", stderr);
        return 2;
    }
    double began = now();
    for (int i = 0; i < count; i++) {
        if (running == at_once) {
            await_one();
            running--;
        }
        pid_t pid;
        int error = posix_spawn(&pid, argv[3], NULL, NULL, argv + 3, environ);
        if (error != 0) {
            fprintf(stderr, "jobs: %s: %s\n", argv[3], strerror(error));
            return 1;
        }
        running++;
    }
    for (; running > 0; running--)
        await_one();
    printf("%.1f\n", count / (now() - began));
    return 0;
}
