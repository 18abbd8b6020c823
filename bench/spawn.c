/* What a launch with full limits and a sandbox costs at least. spawn COUNT [GROUP]
 *
 * COUNT times: the system calls that Holdfast makes for such a launch, in one child, up to /bin/true; each time the
 * microseconds from the beginning until exec has succeeded are printed. GROUP is a cgroup v2 with its controllers handed
 * down, in which a group with limits is made for each.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <net/if.h>
#include <linux/capability.h>
#include <time.h>
#include <unistd.h>

#define NOBODY 65534

struct attributes { unsigned long long set, clear, propagation, userns; };

static void need(const char *what, long result)
{
    if (result < 0) {
        fprintf(stderr, "spawn: %s: %s\n", what, strerror(errno));
        _exit(1);
    }
}

static int tree(const char *path)
{
    int fd = (int) syscall(SYS_open_tree, AT_FDCWD, path, AT_RECURSIVE | 1 | O_CLOEXEC);
    need("open_tree", fd);
    return fd;
}

static void enclose(void)
{
    static const char *const kept[] = {"/dev", "/proc", "/sys"}, *const own[] = {"/tmp", "/var/tmp"};
    struct attributes read_only = {MS_RDONLY, 0, 0, 0};
    int copies[3];
    need("unshare", unshare(CLONE_NEWNS | CLONE_NEWNET));
    need("slave", mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL));
    for (int i = 0; i < 3; i++)
        copies[i] = tree(kept[i]);
    need("mount_setattr", syscall(SYS_mount_setattr, AT_FDCWD, "/", AT_RECURSIVE, &read_only, sizeof read_only));
    for (int i = 0; i < 3; i++) {
        need("move_mount", syscall(SYS_move_mount, copies[i], "", AT_FDCWD, kept[i], 4));
        close(copies[i]);
    }
    for (int i = 0; i < 2; i++)
        need("tmpfs", mount("tmpfs", own[i], "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777,size=25%,nr_inodes=1m"));
    int inet = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct ifreq loopback = {.ifr_name = "lo", .ifr_flags = IFF_UP};
    need("lo", ioctl(inet, SIOCSIFFLAGS, &loopback));
    close(inet);
}

static void become_nobody(void)
{
    struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct none[2] = {{0, 0, 0}, {0, 0, 0}};
    gid_t group = NOBODY;
    for (int c = 0; prctl(PR_CAPBSET_DROP, c, 0, 0, 0) >= 0; c++)
        ;
    need("setgroups", setgroups(1, &group));
    need("setresgid", setresgid(NOBODY, NOBODY, NOBODY));
    need("setresuid", setresuid(NOBODY, NOBODY, NOBODY));
    need("capset", syscall(SYS_capset, &head, none));
    need("chdir", chdir("/"));
    need("no_new_privs", prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
}

static void put(const char *group, const char *file, const char *value)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", group, file);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    need(path, fd);
    need(path, write(fd, value, strlen(value)));
    close(fd);
}

static long long now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void once(const char *parent)
{
    char group[4096] = "", byte;
    int ends[2];
    long long begin = now();
    if (parent != NULL) {
        snprintf(group, sizeof group, "%s/%d", parent, getpid());
        need(group, mkdir(group, 0755));
        put(group, "memory.oom.group", "1");
        put(group, "cpu.max", "50000 100000");
        put(group, "memory.max", "536870912");
        put(group, "pids.max", "64");
    }
    need("pipe", pipe2(ends, O_CLOEXEC));
    pid_t child = fork();
    need("fork", child);
    if (child == 0) {
        struct rlimit files = {1024, 4096};
        if (parent != NULL)
            put(group, "cgroup.procs", "0");
        umask(022);
        enclose();
        need("prlimit", setrlimit(RLIMIT_NOFILE, &files));
        need("nice", setpriority(PRIO_PROCESS, 0, 10));
        need("ionice", syscall(SYS_ioprio_set, 1, 0, 2 << 13 | 7));
        become_nobody();
        execl("/bin/true", "true", (char *) NULL);
        need("exec", -1);
    }
    close(ends[1]);
    need("read", read(ends[0], &byte, 1));
    long long took = now() - begin;
    close(ends[0]);
    int status;
    waitpid(child, &status, 0);
    if (status != 0)
        exit(1);
    if (parent != NULL)
        rmdir(group);
    printf("%lld\n", took / 1000);
}

int main(int argc, char **argv)
{
    for (int i = argc > 1 ? atoi(argv[1]) : 0; i > 0; i--)
        once(argc > 2 ? argv[2] : NULL);
    return 0;
}
