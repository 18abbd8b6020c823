import json
import os

from .. import procs
from ..arena import HERE
from .base import Peer

PM2 = os.path.join(HERE, ".peers", "node_modules", ".bin", "pm2")


class Pm2(Peer):
    name = "pm2"
    needs = ("node",)
    settled = False

    def missing(self):
        return super().missing() or (
            None if os.access(PM2, os.X_OK) else "pm2 not installed (bench/setup)")

    def configure(self):
        self.write("ecosystem.config.json", json.dumps({"apps": [{
            "name": "p", "script": self.arena.program, "args": [self.arena.fifo],
            "interpreter": "none", "exec_mode": "fork", "instances": self.count,
            "max_restarts": 10 ** 9, "min_uptime": 100}]}))  # else 16 quick ends were its last

    def env(self):
        return super().env() | {"PM2_HOME": self.path("pm2"), "PM2_DISABLE_VERSION_CHECK": "true"}

    def start_command(self):
        return [PM2, "start", self.path("ecosystem.config.json")]

    def settle(self):
        """The starting command ends some time after the programs run; its daemon remains."""
        if not self.settled:
            procs.wait(self.main, 300, "pm2 start")
            self.settled = True

    def stop(self):
        self.spawn([PM2, "kill"])

    def status_commands(self):
        return {"all": [PM2, "ls"], "one": [PM2, "describe", "0"]}
