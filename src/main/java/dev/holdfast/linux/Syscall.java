package dev.holdfast.linux;

import dev.holdfast.linux.ffi.Native;

/** For this room and the sandbox alone: the system calls in use, with their numbers on x86-64 (asm/unistd_64.h) and the generic table (aarch64). */
public enum Syscall {
    READ(0, 63),
    WRITE(1, 64),
    CLOSE(3, 57),
    LSEEK(8, 62),
    MMAP(9, 222),
    MUNMAP(11, 215),
    IOCTL(16, 29),
    PREAD64(17, 67),
    PWRITE64(18, 68),
    MADVISE(28, 233),
    GETPID(39, 172),
    GETPGID(121, 155),
    KILL(62, 129),
    FCNTL(72, 25),
    FLOCK(73, 32),
    FTRUNCATE(77, 46),
    STATFS(137, 43),
    CHDIR(80, 49),
    FSYNC(74, 82),
    FCHMOD(91, 52),
    FCHOWN(93, 55),
    UMASK(95, 166),
    GETUID(102, 174),
    GETGID(104, 176),
    GETEUID(107, 175),
    GETEGID(108, 177),
    SETGROUPS(116, 159),
    SETRESUID(117, 147),
    SETRESGID(119, 149),
    SETPRIORITY(141, 140),
    MLOCKALL(151, 230),
    MUNLOCKALL(152, 231),
    PRCTL(157, 167),
    GETTID(186, 178),
    FSETXATTR(190, 7),
    GETXATTR(191, 8),
    FGETXATTR(193, 10),
    SCHED_SETAFFINITY(203, 122),
    EPOLL_CTL(233, 21),
    WAITID(247, 95),
    IOPRIO_SET(251, 30),
    OPENAT(257, 56),
    MKDIRAT(258, 34),
    MKNODAT(259, 33),
    FCHOWNAT(260, 54),
    UNLINKAT(263, 35),
    READLINKAT(267, 78),
    UTIMENSAT(280, 88),
    GETDENTS64(217, 61),
    CLOCK_GETTIME(228, 113),
    STATX(332, 291),
    FCHMODAT(268, 53),
    FACCESSAT2(439, 439),
    UNSHARE(272, 97),
    SETNS(308, 268),
    MOUNT(165, 40),
    OPEN_TREE(428, 428),
    MOVE_MOUNT(429, 429),
    MOUNT_SETATTR(442, 442),
    SETHOSTNAME(170, 161),
    CAPGET(125, 90),
    CAPSET(126, 91),
    LANDLOCK_CREATE_RULESET(444, 444),
    LANDLOCK_ADD_RULE(445, 445),
    LANDLOCK_RESTRICT_SELF(446, 446),
    EPOLL_PWAIT(281, 22),
    EVENTFD2(290, 19),
    SIGNALFD4(289, 74),
    EPOLL_CREATE1(291, 20),
    PIPE2(293, 59),
    PPOLL(271, 73),
    PRLIMIT64(302, 261),
    MEMFD_CREATE(319, 279),
    SOCKET(41, 198),
    BIND(49, 200),
    SENDTO(44, 206),
    RECVFROM(45, 207),
    SENDMSG(46, 211),
    SOCKETPAIR(53, 199),
    RENAMEAT2(316, 276),
    PIDFD_SEND_SIGNAL(424, 424),
    PIDFD_OPEN(434, 434),
    EPOLL_PWAIT2(441, 441);

    private final int number;

    Syscall(int x86, int generic) {
        this.number = "amd64".equals(System.getProperty("os.arch")) ? x86 : generic;
    }

    /** @return the result, or minus errno */
    public long call(long a, long b, long c, long d, long e, long f) {
        return Native.syscall(number, a, b, c, d, e, f);
    }

    /** For what is called thousands of times on end. @return the result, or -1 whatever the reason */
    long quickly(long a, long b, long c, long d) {
        return Native.quickly(number, a, b, c, d);
    }

    public long call(long a, long b, long c, long d) {
        return call(a, b, c, d, 0, 0);
    }

    public long call(long a, long b, long c) {
        return call(a, b, c, 0, 0, 0);
    }

    public long call(long a, long b) {
        return call(a, b, 0, 0, 0, 0);
    }

    public long call(long a) {
        return call(a, 0, 0, 0, 0, 0);
    }

    /** The result of a call that must not fail unseen. */
    public static long check(String what, long result) throws Errno {
        if (result < 0) {
            throw new Errno(what, (int) -result);
        }
        return result;
    }
}
