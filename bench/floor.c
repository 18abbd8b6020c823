/* The floor: the least a supervisor can do. floor COUNT PROGRAM [ARGUMENT]...
 *
 * Starts COUNT of PROGRAM, starts each anew when it ends, and on SIGTERM ends them all. No
 * configuration, no log, no delay, no limit, no status: what a feature costs is measured from here.
 */
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static posix_spawnattr_t attributes;

static pid_t start(char **command)
{
    pid_t pid;
    int error = posix_spawn(&pid, command[0], NULL, &attributes, command, environ);
    if (error != 0) {
        fprintf(stderr, "floor: %s: %s\n", command[0], strerror(error));
        exit(1);
    }
    return pid;
}

int main(int argc, char **argv)
{
    int count = argc > 2 ? atoi(argv[1]) : 0;
    pid_t *pids = count > 0 ? calloc((size_t) count, sizeof *pids) : NULL;
    if (pids == NULL) {
        fputs("usage: floor COUNT PROGRAM [ARGUMENT]...\n", stderr);
        return 2;
    }
    /* Both signals arrive by sigwaitinfo alone: none is lost between a test and a wait. */
    sigset_t awaited, none;
    sigemptyset(&none);
    sigemptyset(&awaited);
    sigaddset(&awaited, SIGTERM);
    sigaddset(&awaited, SIGCHLD);
    sigprocmask(SIG_BLOCK, &awaited, NULL);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    posix_spawnattr_setsigmask(&attributes, &none);

    for (int i = 0; i < count; i++)
        pids[i] = start(argv + 2);

    int running = count, stopping = 0;
    while (running > 0) {
        int signal = sigwaitinfo(&awaited, NULL);
        if (signal == SIGTERM && !stopping) {
            stopping = 1;
            for (int i = 0; i < count; i++)
                kill(pids[i], SIGTERM);
        }
        pid_t ended;
        while ((ended = waitpid(-1, NULL, WNOHANG)) > 0)
            for (int i = 0; i < count; i++)
                if (pids[i] == ended) {
                    pids[i] = stopping ? 0 : start(argv + 2);
                    running -= stopping;
                    break;
                }
    }
    return 0;
}
