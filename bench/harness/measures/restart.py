"""From the SIGKILL of a program to the first line of its replacement."""
import os
import signal
import time

from .. import BenchError, session

# The directory supervisors hold a program back that ended within a second of its start: a settled
# program shows what a restart costs, one killed at once shows what their brake makes of it.
SETTLED_S = 1.1
FLEET = 20


def settled(kind, options):
    """Samples in ms: programs that ran for more than a second, of a fleet, one after the other."""
    return _samples(kind, options, options.samples, FLEET, SETTLED_S)


def at_once(kind, options):
    """Samples in ms: one program, killed as soon as it has reported."""
    return _samples(kind, options, options.crash_samples, 1, 0)


def _samples(kind, options, wanted, fleet, age_s):
    samples = []
    per_round = -(-wanted // options.rounds)
    with session.running(kind, options, fleet) as running:
        running.peer.settle()
        living = [(pid, time.monotonic()) for pid in running.pids]  # oldest first
        while len(samples) < per_round:
            pid, since = living.pop(0)
            time.sleep(max(0.0, since + age_s - time.monotonic()))
            killed_ns = time.monotonic_ns()
            os.kill(pid, signal.SIGKILL)
            [(born, born_ns)] = running.arena.births(
                1, options.restart_timeout, f"{kind.name}: restart {len(samples) + 1}")
            if born == pid or born_ns < killed_ns:
                raise BenchError(f"{kind.name}: no replacement, but {born} of before the kill")
            samples.append((born_ns - killed_ns) / 1e6)
            living.append((born, time.monotonic()))
        running.stop()
    return samples
