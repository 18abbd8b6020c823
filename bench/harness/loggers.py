"""What keeps a program's output, for `bench/logs`: each writes files of 16 MB, whole lines or the bytes as they came."""
import json
import os
import shlex
import shutil

from . import procs
from .peers.holdfast import HOLDFAST
from .peers.pm2 import PM2

ROTATED = 16_000_000  # the most that multilog can
BACKUPS = 500
TIME = "2026-11-21T17:05:00.123456789Z"
HEADS = {  # what Holdfast puts before a line, and behind it
    "prefixed": (TIME + " stdout F ", ""),
    "json": ('{"time":"%s","process":"p","replica":0,"instance":"%s","stream":"stdout","level":"info","text":"'
             % (TIME, "0" * 32), '"}'),
}


class Logger:
    name = "?"
    format = "raw"
    needs = ()
    exact = True  # the bytes as they came, so that they can be counted

    def __init__(self, place, program, tools):
        self.place, self.program, self.tools = place, program, tools
        self.logs = os.path.join(place, "logs")
        self.output = os.path.join(place, "supervisor.log")

    @classmethod
    def missing(cls):
        """Why it cannot be measured here; None when it can."""
        lacking = [command for command in cls.needs if shutil.which(command) is None]
        return f"{', '.join(lacking)} not installed (bench/setup)" if lacking else None

    def prepare(self):
        os.mkdir(self.logs)

    def start(self):
        """Its own processes are there, and stay, when this is over and the program has started."""
        return procs.spawn(self.command(), self.env(), self.output, self.place)

    def command(self):
        """A pipe, as each of these loggers has one below its supervisor."""
        return ["sh", "-c", f"{shlex.join(self.program)} | exec {shlex.join(self.logger())}"]

    def logger(self):
        raise NotImplementedError

    def env(self):
        return {"PATH": os.environ["PATH"], "HOME": self.place, "LANG": "C.UTF-8"}

    # -- what became of it

    def files(self):
        with os.scandir(self.logs) as entries:
            return [(entry.path, status.st_size, status.st_mtime_ns) for entry in entries
                    if self.is_log(entry.name) and (status := _stat(entry))]

    def is_log(self, name):
        return True

    def has_all(self, end):
        """Whether one of the two files last written ends so."""
        for path, size, _ in sorted(self.files(), key=lambda file: file[2])[-2:]:
            try:
                with open(path, "rb") as file:
                    file.seek(max(0, size - 600))
                    if end in file.read():
                        return True
            except FileNotFoundError:
                pass
        return False

    def kept(self):
        return sum(size for _, size, _ in self.files())

    def said(self):
        try:
            with open(self.output, "rb") as file:
                lines = file.read()[-2000:].decode(errors="replace").splitlines()[-5:]
        except FileNotFoundError:
            lines = []
        return "".join("\n      | " + line for line in lines)


def _stat(entry):
    try:
        return entry.stat()
    except FileNotFoundError:  # renamed just now
        return None


class Floor(Logger):
    name = "C pump"

    def logger(self):
        return [os.path.join(self.tools, "pump"), self.logs, str(ROTATED)]


class FloorPrefixed(Floor):
    name, format, exact = "C pump prefixed", "prefixed", False

    def logger(self):
        return [*super().logger(), *HEADS[self.format]]


class FloorJson(FloorPrefixed):
    name, format = "C pump json", "json"


class Holdfast(Logger):
    name = "holdfast"
    binary = [HOLDFAST]

    @classmethod
    def missing(cls):
        return None if shutil.which(cls.binary[0]) else "not built (no ./holdfast here)"

    def prepare(self):
        self.logs = os.path.join(self.place, "state", "log")
        with open(os.path.join(self.place, "bench.yaml"), "w", encoding="ascii") as file:
            json.dump({"version": 1, "processes": {"p": {"command": self.program, "logging": {"file": {
                "format": self.format, "rotation": {"max_size": ROTATED, "max_backups": BACKUPS}}}}},
                "global": {"logging": {"max_total_size": "20GiB"}}}, file)
        procs.run([*self.binary, "version"], self.env(), 900, self.output, self.place)  # builds on first use

    def env(self):
        return os.environ  # the build needs what the caller has

    def command(self):
        return [*self.binary, "--dir", os.path.join(self.place, "state"), "up", "--quiet",
                os.path.join(self.place, "bench.yaml")]

    def files(self):
        return super().files() if os.path.isdir(self.logs) else []


class HoldfastPrefixed(Holdfast):
    name, format, exact = "holdfast prefixed", "prefixed", False


class HoldfastJson(Holdfast):
    name, format, exact = "holdfast json", "json", False


class S6(Logger):
    name = "s6-log"
    needs = ("s6-log",)
    directives = ()

    def logger(self):
        return ["s6-log", *self.directives, f"n{BACKUPS}", f"s{ROTATED}", self.logs]

    def is_log(self, name):
        return name == "current" or name.startswith("@")


class S6Times(S6):
    name, format, exact, directives = "s6-log T", "prefixed", False, ("T",)


class Svlogd(Logger):
    name = "svlogd"
    needs = ("svlogd",)
    options = ()

    def prepare(self):
        super().prepare()
        with open(os.path.join(self.logs, "config"), "w", encoding="ascii") as file:
            file.write(f"s{ROTATED}\nn{BACKUPS}\n")

    def logger(self):
        return ["svlogd", *self.options, self.logs]

    def is_log(self, name):
        return name == "current" or name.startswith("@")


class SvlogdTimes(Svlogd):
    name, format, exact, options = "svlogd -ttt", "prefixed", False, ("-ttt",)


class Multilog(Logger):
    name = "multilog"
    needs = ("multilog",)
    actions = ()

    def logger(self):
        return ["multilog", *self.actions, f"n{BACKUPS}", f"s{ROTATED}", self.logs]

    def is_log(self, name):
        return name == "current" or name.startswith("@")


class MultilogTimes(Multilog):
    name, format, exact, actions = "multilog t", "prefixed", False, ("t",)


class Supervisord(Logger):
    name = "supervisord"
    needs = ("supervisord",)

    def prepare(self):
        super().prepare()
        with open(os.path.join(self.place, "supervisord.conf"), "w", encoding="ascii") as file:
            file.write(f"[supervisord]\nnodaemon=true\nlogfile={self.place}/supervisord.log\n"
                       f"pidfile={self.place}/supervisord.pid\n[program:p]\ncommand={shlex.join(self.program)}\n"
                       f"startsecs=0\nstdout_logfile={self.logs}/current\nstdout_logfile_maxbytes={ROTATED}\n"
                       f"stdout_logfile_backups={BACKUPS}\n")

    def command(self):
        return ["supervisord", "-c", os.path.join(self.place, "supervisord.conf")]


class Pm2(Logger):
    """Does not rotate: an add-on would."""
    name = "pm2"
    needs = ("node",)

    @classmethod
    def missing(cls):
        return super().missing() or (None if os.access(PM2, os.X_OK) else "pm2 not installed (bench/setup)")

    def prepare(self):
        super().prepare()
        with open(os.path.join(self.place, "ecosystem.config.json"), "w", encoding="ascii") as file:
            json.dump({"apps": [{
                "name": "p", "script": self.program[0], "args": self.program[1:], "interpreter": "none",
                "exec_mode": "fork", "out_file": os.path.join(self.logs, "current"), "error_file": "/dev/null",
                "merge_logs": True}]}, file)

    def env(self):
        return super().env() | {"PM2_HOME": os.path.join(self.place, "pm2"), "PM2_DISABLE_VERSION_CHECK": "true"}

    def start(self):
        started = super().start()
        procs.wait(started, 60, "pm2 start")
        return started

    def command(self):
        return [PM2, "start", os.path.join(self.place, "ecosystem.config.json")]


ALL = (Floor, Holdfast, S6, Svlogd, Multilog, Supervisord, Pm2, FloorPrefixed, HoldfastPrefixed, S6Times, SvlogdTimes,
       MultilogTimes, FloorJson, HoldfastJson)
FLOOR = {"raw": Floor.name, "prefixed": FloorPrefixed.name, "json": FloorJson.name}
