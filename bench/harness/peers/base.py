"""What a measure asks of a supervisor. One file a peer; everything that differs stands there."""
import os
import shutil
import signal

from .. import BenchError, procs


class Peer:
    name = "?"
    needs = ()  # commands that must be found, or the peer is skipped
    only = None  # the measures it takes part in; None: all

    def __init__(self):
        self.arena = None
        self.count = 0
        self.main = None  # pid of the process `start` started

    def missing(self):
        """Why it cannot be measured here; None when it can."""
        lacking = [command for command in self.needs if shutil.which(command) is None]
        return f"{', '.join(lacking)} not installed (bench/setup)" if lacking else None

    def prepare(self, arena, count):
        """Writes the configuration for `count` programs. Not measured."""
        self.arena, self.count = arena, count
        self.configure()

    def configure(self):
        pass

    def start(self):
        self.main = self.spawn(self.start_command())

    def start_command(self):
        raise NotImplementedError

    def stop(self):
        """Asks for the end of all programs and of the supervisor; returns without waiting."""
        os.kill(self.main, signal.SIGTERM)

    def settle(self):
        """What its installer would let happen once after the start and before a status."""

    def status_commands(self):
        """What is asked about -> argv. `all`: every program; `one`: one among them."""
        return {}

    # -- for the adapters

    def path(self, *names):
        return os.path.join(self.arena.dir, *names)

    def write(self, name, text, mode=0o644):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="ascii") as file:
            file.write(text)
        os.chmod(path, mode)
        return path

    def env(self):
        return {"PATH": os.environ["PATH"], "HOME": self.arena.dir, "LANG": "C.UTF-8",
                "BENCH_FIFO": self.arena.fifo}

    def spawn(self, argv):
        return procs.spawn(argv, self.env(), self.arena.log_path, self.arena.dir)

    def command(self, argv, timeout):
        """Runs to a good end with an answer; its seconds and the lines it answered with."""
        answer = self.path("answer")
        seconds, code = procs.run(argv, self.env(), timeout, answer, self.arena.dir)
        with open(answer, "rb") as file:
            lines = file.read().splitlines()
        os.remove(answer)
        if code != 0 or not lines:
            said = "".join("\n      | " + line.decode(errors="replace") for line in lines[-5:])
            raise BenchError(f"{' '.join(argv[:3])} ended with {code}, {len(lines)} lines" + said)
        return seconds, len(lines)


class ServiceDirectories(Peer):
    """runit, s6, daemontools: a directory a service, with `run` being the program itself."""

    def configure(self):
        for index in range(self.count):
            os.makedirs(self.service(index))
            os.symlink(self.arena.program, os.path.join(self.service(index), "run"))
        # runsvdir waits a second when its directory is as young as that: a service host's is not.
        os.utime(self.path("scan"), (0, 0))

    def service(self, index):
        return self.path("scan", f"p{index:04}")

    def services(self):
        return [self.service(index) for index in range(self.count)]
