"""One measuring's own ground: a temporary directory, the FIFO the programs report to, their births."""
import os
import select
import shutil
import subprocess
import tempfile
import time

from . import BenchError, procs

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def build(directory, names=("program", "floor")):
    """Compiles our C programs, static: the least a start can cost."""
    for name in names:
        source, target = os.path.join(HERE, name + ".c"), os.path.join(directory, name)
        done = subprocess.run(["gcc", "-O2", "-Wall", "-Wextra", "-Werror", "-static", "-o", target,
                               source], capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            raise BenchError(f"gcc {name}.c:\n{done.stderr}")


def default_ground():
    """A tmpfs, as /run is. On ext4 a peer would pay for the files of the one before it: inodes just
    freed are stepped over, one by one, by whoever creates the next (measured: 5 times runit's)."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK | os.X_OK) else tempfile.gettempdir()


class Arena:
    def __init__(self, tools, ground):
        self.program = os.path.join(tools, "program")
        self.floor = os.path.join(tools, "floor")
        self.dir = tempfile.mkdtemp(prefix="run-", dir=ground)
        self.fifo = os.path.join(self.dir, "births")
        os.mkfifo(self.fifo)
        self.log_path = os.path.join(self.dir, "supervisor.log")
        self._fd = os.open(self.fifo, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        self._poll = select.poll()
        self._poll.register(self._fd, select.POLLIN)
        # Held open while births are awaited, so that no moment without programs hangs it up.
        self._writer = os.open(self.fifo, os.O_WRONLY | os.O_CLOEXEC)
        self._rest = b""
        self._born = []

    def births(self, count, timeout, what):
        """The next `count` births as (pid, ns), in the order they came."""
        deadline = time.monotonic() + timeout
        while len(self._born) < count:
            self._wait(deadline, lambda: f"{what}: {len(self._born)} of {count} after {timeout} s")
            *lines, self._rest = (self._rest + os.read(self._fd, 65536)).split(b"\n")
            self._born += [tuple(int(field) for field in line.split()) for line in lines]
        taken, self._born = self._born[:count], self._born[count:]
        return taken

    def last_end(self, timeout, what):
        """Returns when no program runs any more: the last one's end hangs the FIFO up."""
        deadline = time.monotonic() + timeout
        os.close(self._writer)
        self._writer = None
        while True:
            events = self._wait(deadline, lambda: f"{what}: programs still run after {timeout} s")
            if events & select.POLLHUP and not events & select.POLLIN:
                return
            if not os.read(self._fd, 65536):
                return

    def _wait(self, deadline, late):
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                raise BenchError(late() + self.log_tail())
            events = self._poll.poll(min(left, 0.5) * 1000)
            procs.reap()
            if events:
                return events[0][1]

    def log_tail(self):
        try:
            with open(self.log_path, "rb") as file:
                lines = file.read()[-4000:].decode(errors="replace").splitlines()[-5:]
        except FileNotFoundError:
            lines = []
        return "".join("\n      | " + line for line in lines)

    def close(self):
        for fd in (self._fd, self._writer):
            if fd is not None:
                os.close(fd)
        shutil.rmtree(self.dir, ignore_errors=True)
