"""What the kernel says of the processes this harness started, and their certain end.

The harness is a subreaper: whatever a supervisor orphans or daemonizes comes back to it. So "ours"
is exactly "our descendants", each is reaped here, and none can be left behind or confused.
"""
import ctypes
import os
import resource
import select
import signal
import subprocess
import time

from . import BenchError

PR_SET_CHILD_SUBREAPER = 36
reaped_cpu_s = 0.0  # processor time of all reaped so far, each with the descendants it reaped itself
# Of spawned children only, from spawn() to wait(): exit code, or minus the signal; None while it runs.
# Kept for no other pid: thousands pass by here, and pids come round again.
_exit_codes = {}


def become_subreaper():
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise BenchError("prctl(PR_SET_CHILD_SUBREAPER): " + os.strerror(ctypes.get_errno()))


def reap():
    """Takes every child that has ended. Cheap, and called wherever the harness waits."""
    global reaped_cpu_s
    while True:
        try:
            pid, status, usage = os.wait4(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        reaped_cpu_s += usage.ru_utime + usage.ru_stime
        if pid in _exit_codes:
            _exit_codes[pid] = os.waitstatus_to_exitcode(status)


def spawn(argv, env, output, cwd=None):
    """Starts a command in its own session, its output to a file; returns its pid. Not waited for
    by Popen: reap() takes every child, and is the only one who does."""
    with open(output, "ab") as file:
        child = subprocess.Popen(argv, env=env, cwd=cwd, stdin=subprocess.DEVNULL, stdout=file,
                                 stderr=subprocess.STDOUT, start_new_session=True)
    child.returncode = 0  # or its destructor would wait
    _exit_codes[child.pid] = None
    return child.pid


def wait(pid, timeout, what):
    """The exit code of a spawned child, or minus the signal that ended it."""
    deadline = time.monotonic() + timeout
    if _exit_codes[pid] is None:
        pidfd = os.pidfd_open(pid)
        try:
            while _exit_codes[pid] is None:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise BenchError(f"{what} still runs after {timeout} s")
                select.select([pidfd], [], [], min(left, 0.5))
                reap()
        finally:
            os.close(pidfd)
    return _exit_codes.pop(pid)


def run(argv, env, timeout, output, cwd=None):
    """Runs a command to its end; its seconds and exit code. Its output is in the file."""
    before = time.monotonic_ns()
    code = wait(spawn(argv, env, output, cwd), timeout, " ".join(argv[:3]))
    return (time.monotonic_ns() - before) / 1e9, code


def _stat(pid):
    """(state, parent) of a process; None when it is gone."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return fields[0], int(fields[1])


def descendants():
    """All processes below the harness. Zombies too: a leader may be one while its threads still
    run, and nobody's processor time is known before it is reaped."""
    children = {}
    for name in os.listdir("/proc"):
        if name.isdigit() and (stat := _stat(name)):
            children.setdefault(stat[1], []).append(int(name))
    found, open_ = [], [os.getpid()]
    while open_:
        below = children.get(open_.pop(), [])
        open_ += below
        found += below
    return found


def own_pids(program):
    """The supervisor's processes: all our descendants that do not run the supervised program."""
    own = []
    for pid in descendants():
        try:
            if os.readlink(f"/proc/{pid}/exe") != program:
                own.append(pid)
        except (FileNotFoundError, ProcessLookupError):
            pass
    return own


def cpu_s(pids):
    """Processor time so far, threads that ended included, from each process' CPU clock (in ns:
    the ticks of /proc/PID/stat are too coarse for a thousand nearly idle processes)."""
    total = 0.0
    for pid in pids:
        try:
            total += time.clock_gettime((~pid << 3) | 2)
        except OSError as error:
            raise BenchError(f"process {pid} of the supervisor ended while measured") from error
    return total


def pss_mib(pids):
    total = 0
    for pid in pids:
        try:
            with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
                total += next(int(l.split()[1]) for l in file if l.startswith("Pss:"))
        except (FileNotFoundError, ProcessLookupError, StopIteration) as error:
            raise BenchError(f"process {pid} of the supervisor ended while measured") from error
    return total / 1024


def end_all(seconds=20):
    """Kills what is left below us; returns how many that were."""
    reap()
    left = [pid for pid in descendants() if (stat := _stat(pid)) and stat[0] != b"Z"]
    deadline = time.monotonic() + seconds
    while remaining := descendants():
        if time.monotonic() > deadline:
            raise BenchError(f"{len(remaining)} processes outlive SIGKILL: {remaining[:5]}")
        for pid in remaining:  # our descendants: a pid cannot be reused before we reap
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        time.sleep(0.02)
        reap()
    reap()
    return len(left)


def busy_s():
    """Processor time of the whole machine, what the hypervisor took included, and of this run."""
    with open("/proc/stat", encoding="ascii") as file:
        user, nice, system, _, _, irq, softirq, steal, *_ = map(int, file.readline().split()[1:])
    ours = sum(sum(resource.getrusage(who)[:2])
               for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    ticks = user + nice + system + irq + softirq + steal
    return ticks / os.sysconf("SC_CLK_TCK"), ours, time.monotonic()


def busy_elsewhere(before):
    """How many cores others kept busy during the run: above 0.1 or so, measure again."""
    machine, ours, seconds = (now - then for now, then in zip(busy_s(), before))
    return round(max(0.0, machine - ours) / seconds, 2)
