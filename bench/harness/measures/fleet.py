"""What a supervisor weighs while a thousand programs run: memory, idle CPU, an answer to `status`."""
import statistics
import time

from .. import BenchError, procs, session

QUIET_S = 15  # after the start, before anything is measured: garbage collectors and caches have come to rest


def measures(kind, options, wanted):
    """Yields (measure, metric, unit, value) for those wanted of memory, idle and status."""
    with session.running(kind, options, options.count) as running:
        own = running.own_pids()
        time.sleep(QUIET_S)
        if "idle" in wanted:
            yield "idle", "cpu", "s/min", _idle(running, options.idle)
        if "memory" in wanted:
            own = running.own_pids()
            yield "memory", "pss", "MiB", procs.pss_mib(own)
            yield "memory", "processes", "", len(own)
        if "status" in wanted:
            commands = running.peer.status_commands()
            for about in ("all", "one"):
                if about in commands:
                    answers = [running.peer.command(commands[about], options.timeout)
                               for _ in range(options.status_runs)]
                    seconds, lines = zip(*answers)
                    yield "status", about, "ms", statistics.median(seconds) * 1000
                    yield "status", f"lines ({about})", "", min(lines)
        running.stop()


def _idle(running, seconds):
    """Processor seconds a minute of all its processes, which must be the same all along."""
    own = running.own_pids()
    before, began = procs.cpu_s(own), time.monotonic()
    time.sleep(seconds)
    used, took = procs.cpu_s(own) - before, time.monotonic() - began
    if set(own) != set(running.own_pids()):
        raise BenchError(f"{running.peer.name}: its processes changed while it was idle")
    return used * 60 / took
