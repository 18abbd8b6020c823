/* Single submits to a daemon: submit SOCKET QUEUE CLIENTS SECONDS; each client waits for its answer. Prints times a second. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static char request[1024];
static size_t length;
static struct sockaddr_un daemon_address = {.sun_family = AF_UNIX};
static double until;
static atomic_long done;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static int connected(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *) &daemon_address, sizeof daemon_address) != 0)
        fail("submit: connect");
    return fd;
}

/* One whole answer, by its Content-Length; it must say 2xx. Returns whether the connection stays. */
static int answer(int fd)
{
    char text[8192];
    size_t have = 0;
    for (;;) {
        ssize_t n = read(fd, text + have, sizeof text - 1 - have);
        if (n <= 0)
            fail("submit: read");
        have += (size_t) n;
        text[have] = 0;
        char *end = strstr(text, "\r\n\r\n"), *size = strcasestr(text, "content-length:");
        if (end != NULL && size != NULL && have >= (size_t) (end + 4 - text) + strtoul(size + 15, NULL, 10))
            break;
    }
    if (strncmp(text, "HTTP/1.1 2", 10) != 0) {
        fprintf(stderr, "submit: %s\n", text);
        exit(1);
    }
    return strcasestr(text, "connection: close") == NULL;
}

static void *client(void *unused)
{
    int fd = -1;
    while (now() < until) {
        if (fd < 0)
            fd = connected();
        if (write(fd, request, length) != (ssize_t) length)
            fail("submit: write");
        if (!answer(fd)) {
            close(fd);
            fd = -1;
        }
        done++;
    }
    if (fd >= 0)
        close(fd);
    return unused;
}

int main(int argc, char **argv)
{
    int clients = argc == 5 ? atoi(argv[3]) : 0;
    if (clients < 1 || clients > 256 || strlen(argv[1]) >= sizeof daemon_address.sun_path) {
        fputs("usage: submit SOCKET QUEUE CLIENTS SECONDS\n", stderr);
        return 2;
    }
    strcpy(daemon_address.sun_path, argv[1]);
    const char *body = "{\"payload\":{}}";
    length = (size_t) snprintf(request, sizeof request,
        "POST /api/v1/queues/%s/jobs HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
        argv[2], strlen(body), body);
    double began = now();
    until = began + atof(argv[4]);
    pthread_t threads[256];
    for (int i = 0; i < clients; i++)
        if (pthread_create(&threads[i], NULL, client, NULL) != 0)
            fail("submit: pthread_create");
    for (int i = 0; i < clients; i++)
        pthread_join(threads[i], NULL);
    printf("%.0f\n", (double) done / (now() - began));
    return 0;
}
