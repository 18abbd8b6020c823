"""One supervisor with its programs, from start to a certain end."""
import contextlib
import time

from . import BenchError, procs
from .arena import Arena


@contextlib.contextmanager
def running(kind, options, count):
    """Yields a started Session; whatever happens inside, nothing runs when this is left."""
    arena, timeout = Arena(options.tools, options.ground), options.timeout
    peer = kind()
    try:
        peer.prepare(arena, count)
        cpu_before = procs.reaped_cpu_s
        began = time.monotonic_ns()
        peer.start()
        born = arena.births(count, timeout, f"{peer.name}: start")
        yield Session(peer, born, began, cpu_before, timeout)
    finally:
        left = procs.end_all()
        arena.close()
        if left:
            print(f"    {peer.name}: {left} processes were left to kill", flush=True)


class Session:
    def __init__(self, peer, born, began, cpu_before, timeout):
        self.peer, self.arena, self.timeout = peer, peer.arena, timeout
        self.pids = [pid for pid, _ in born]
        self.up_s = (max(ns for _, ns in born) - began) / 1e9
        self._cpu_before = cpu_before
        if len(set(self.pids)) != len(self.pids):
            raise BenchError(f"{peer.name}: a program reported twice")

    def own_pids(self):
        """Settled first, so that no starting command counts as a part of the supervisor."""
        self.peer.settle()
        procs.reap()
        own = procs.own_pids(self.arena.program)
        if not own:
            raise BenchError(f"{self.peer.name}: no process of its own is found")
        return own

    def stop(self):
        """Stops all; seconds until the last program and until the last own process had gone."""
        self.peer.settle()
        began = time.monotonic_ns()
        self.peer.stop()
        self.arena.last_end(self.timeout, f"{self.peer.name}: stop")
        programs_s = (time.monotonic_ns() - began) / 1e9
        deadline = time.monotonic() + self.timeout
        procs.reap()
        while left := procs.descendants():
            if time.monotonic() > deadline:
                raise BenchError(f"{self.peer.name}: {len(left)} of its own processes still run "
                                 f"{self.timeout} s after the stop" + self.arena.log_tail())
            time.sleep(0.005 if len(left) < 50 else 0.05)
            procs.reap()
        return programs_s, (time.monotonic_ns() - began) / 1e9

    def life_cpu_s(self):
        """Processor time of everything since the start; whole only after the stop."""
        return procs.reaped_cpu_s - self._cpu_before
