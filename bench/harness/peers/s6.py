from .base import ServiceDirectories


class S6(ServiceDirectories):
    name = "s6"
    needs = ("s6-svscan", "s6-svscanctl", "s6-svstat")

    def start_command(self):
        # -t 0: no timed rescan, its default; -c: room for the services
        return ["s6-svscan", "-c", str(self.count + 10), "-t", "0", self.path("scan")]

    def stop(self):
        self.spawn(["s6-svscanctl", "-t", self.path("scan")])

    def status_commands(self):
        # s6-svstat knows one service a call; all of them is a shell loop, which is not s6's.
        return {"one": ["s6-svstat", self.service(0)]}
