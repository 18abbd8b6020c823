"""A thousand programs up, and all of them stopped: wall time, and the processor time of it all."""
import time

from .. import session

SETTLED_S = 2  # daemontools hears nothing for a second after each start; nobody stops that early


def once(kind, options):
    with session.running(kind, options, options.count) as running:
        running.peer.settle()
        time.sleep(SETTLED_S)
        programs_s, all_s = running.stop()
        return {"up": running.up_s, "stopped": programs_s, "supervisor gone": all_s,
                "cpu": running.life_cpu_s()}
