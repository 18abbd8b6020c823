import os

from ..arena import HERE
from .base import Peer

HOLDFAST = os.path.join(os.path.dirname(HERE), "holdfast")
CONFIGURATION = """version: 1
processes:
  p:
    command: ["{program}", "{fifo}"]
    replicas: {count}
    restart: {{policy: always, delay: 0s, jitter: 0%}}
"""


class Holdfast(Peer):
    name = "holdfast"

    def missing(self):
        return None if os.access(HOLDFAST, os.X_OK) else "not built (no ./holdfast here)"

    def configure(self):
        self.write("bench.yaml", CONFIGURATION.format(
            program=self.arena.program, fifo=self.arena.fifo, count=self.count))
        self.command([HOLDFAST, "version"], 900)  # builds on first use; never inside a measure

    def env(self):
        # The build needs what the caller has: caches and a JDK found through its environment.
        return os.environ | {"BENCH_FIFO": self.arena.fifo}

    def start_command(self):
        return [HOLDFAST, "up", self.path("bench.yaml"), "--dir", self.path("state")]

    def stop(self):
        self.spawn([HOLDFAST, "down", "--dir", self.path("state")])

    def status_commands(self):
        ask = [HOLDFAST, "status", "--dir", self.path("state")]
        return {"all": ask}
