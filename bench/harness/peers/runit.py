import os
import signal

from .base import ServiceDirectories


class Runit(ServiceDirectories):
    name = "runit"
    needs = ("runsvdir", "sv")

    def start_command(self):
        return ["runsvdir", self.path("scan")]

    def stop(self):
        os.kill(self.main, signal.SIGHUP)  # runsvdir(8): TERM to every runsv, then exit 111

    def status_commands(self):
        return {"all": ["sv", "status", *self.services()], "one": ["sv", "status", self.service(0)]}
