import os
import signal

from .base import ServiceDirectories


class Daemontools(ServiceDirectories):
    name = "daemontools"
    needs = ("svscan", "supervise", "svc", "svstat")

    def start_command(self):
        return ["svscan", self.path("scan")]

    def stop(self):
        os.kill(self.main, signal.SIGTERM)  # first: it would start every supervise anew
        self.spawn(["svc", "-dx", *self.services()])

    def status_commands(self):
        return {"all": ["svstat", *self.services()], "one": ["svstat", self.service(0)]}
