from .base import Peer

CONFIGURATION = """
[supervisord]
nodaemon=true
logfile={dir}/supervisord.log
pidfile={dir}/supervisord.pid
childlogdir={dir}
minfds=8192
minprocs=200

[unix_http_server]
file={dir}/supervisor.sock

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface

[supervisorctl]
serverurl=unix://{dir}/supervisor.sock

[program:p]
command={program} {fifo}
process_name=p%(process_num)04d
numprocs={count}
autorestart=true
startsecs=0
{output}
"""


class Supervisord(Peer):
    name = "supervisord"
    needs = ("supervisord", "supervisorctl")
    output = ""  # its default: each program's output into files of its own

    def configure(self):
        self.write("supervisord.conf", CONFIGURATION.format(
            dir=self.arena.dir, program=self.arena.program, fifo=self.arena.fifo, count=self.count,
            output=self.output))

    def start_command(self):
        return ["supervisord", "-c", self.path("supervisord.conf")]

    def status_commands(self):
        ask = ["supervisorctl", "-c", self.path("supervisord.conf"), "status"]
        return {"all": ask, "one": [*ask, "p:p0000"]}


class SupervisordUncaptured(Supervisord):
    """Without its pipes and log files: what capturing weighs."""
    name = "supervisord -log"
    only = ("memory", "idle")
    output = "stdout_logfile=NONE\nstderr_logfile=NONE"
