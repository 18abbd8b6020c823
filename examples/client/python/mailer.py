"""A worker of the queue "mails": python3 mailer.py OUTBOX [AT_ONCE]. The file OUTBOX stands for a mail server."""
import signal
import sys
import time

import holdfast


def send(job):
    to = job.payload["to"]
    if "@" not in to:
        raise holdfast.Failed("address", to + " is no address")
    until = time.monotonic() + float(job.payload.get("seconds", "0"))
    while time.monotonic() < until:
        if job.stop.wait(0.1):
            raise holdfast.Failed("cancelled", "stopped on the way")
    with open(sys.argv[1], "a") as outbox:
        outbox.write(job.id + " " + to + "\n")
    return "sent to " + to


at_once = int(sys.argv[2]) if len(sys.argv) > 2 else 1
worker = holdfast.Worker("mails", send, wait=2, concurrency=at_once)
signal.signal(signal.SIGTERM, lambda *_: worker.stop())
holdfast.notify("READY=1\nSTATUS=takes mails")
print("takes mails as " + worker.name, flush=True)
recycled = worker.run()
print("ended: " + ("recycled" if recycled else "stopped"), flush=True)
sys.exit(12 if recycled else 0)
