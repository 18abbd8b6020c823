"""Talks with Holdfast: readiness, submitting, working. Python 3.8 or later, its standard library alone.

docs/protocol.md says what is asked and answered, and why a try is made again.
"""
import http.client
import json
import os
import queue as queues
import random
import re
import socket
import threading
import time
import urllib.parse
import uuid

SOCKET = os.environ.get("HOLDFAST_SOCKET", "/run/holdfast/holdfast.sock")


class Refused(Exception):
    """The daemon said no: nothing was changed."""

    def __init__(self, status, problem, retry_after):
        super().__init__("%d: %s" % (status, problem.get("detail", problem.get("error", ""))))
        self.status = status
        self.fields = {f["field"]: f["problem"] for f in problem.get("fields") or []}
        self.retry_after = retry_after

    def later(self):
        return self.status in (429, 503)


class _Connection(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(SOCKET)


def ask(path, body=None, timeout=30):
    """One request, one connection. OSError or HTTPException: no answer, whether it was done is not known."""
    connection = _Connection("localhost", timeout=timeout)
    try:
        # Half of a surrogate pair, of a file name say, is no UTF-8.
        text = None if body is None else json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        connection.request("GET" if body is None else "POST", "/api/v1/" + path, text,
                           {"Content-Type": "application/json", "Connection": "close"})
        answer = connection.getresponse()
        said = answer.read(8 << 20)
        if answer.status // 100 == 2:
            return json.loads(said)
        try:
            problem = json.loads(said)
        except ValueError:
            problem = {"detail": said[:200].decode("utf-8", "replace")}
        raise Refused(answer.status, problem, float(answer.headers.get("Retry-After") or 0))
    finally:
        connection.close()


NO_ANSWER = (OSError, http.client.HTTPException, ValueError)


class Backoff:
    """0.1 s, doubled up to 10 s, give or take a fifth."""

    def __init__(self):
        self.tries = 0

    def next(self, at_least=0.0):
        seconds = min(10, 0.1 * 2 ** min(self.tries, 7))
        self.tries += 1
        return max(seconds * random.uniform(0.8, 1.2), at_least)


def notify(message="READY=1"):
    """False: nobody wants to know. Raises OSError when somebody does and cannot be told for ten seconds."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return False
    if address[0] == "@":
        address = "\0" + address[1:]
    until = time.monotonic() + 10
    while True:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
                s.settimeout(1)
                s.sendto(message.encode(), address)
            return True
        except OSError:  # refused while the daemon is replaced
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def submit(queue, payload, job_id=None, seconds=30, **options):
    """Submits a job once, however often it must be tried; its id. options: delay="5m", priority=10."""
    job = dict(options, payload=payload, id=job_id or str(uuid.uuid4()))
    until = time.monotonic() + seconds
    backoff = Backoff()
    while True:
        try:
            ask("queues/%s/jobs" % urllib.parse.quote(queue, ""), job)
            return job["id"]
        except Refused as e:
            pause = backoff.next(e.retry_after)
            if not e.later() or time.monotonic() + pause > until:
                raise
        except NO_ANSWER:
            pause = backoff.next()
            if time.monotonic() + pause > until:
                raise
        time.sleep(pause)


class Failed(Exception):
    """A job failed, with a class that the queue's retry.when may name: a word in lower case."""

    def __init__(self, failure, detail):
        if not re.fullmatch("[a-z][a-z0-9_-]{0,63}", failure):
            raise ValueError("a class is a word in lower case, such as network, not %r" % failure)
        super().__init__(detail)
        self.failure = failure


class Job:
    """What a handler gets. Look at stop now and then: it is set when the job was cancelled or is another's."""

    def __init__(self, taken):
        self.id = taken["id"]
        self.token = taken["token"]
        self.payload = taken["payload"]
        self.attempt = taken["attempt"]
        self.lease = taken["leaseSeconds"]
        self.progress = None
        self.stop = threading.Event()
        self.lost = False

    def path(self, verb):
        return "jobs/%s/%s" % (urllib.parse.quote(self.id, ""), verb)


def _text(value):
    """Of whatever a handler came with: what it did is not to be done again because of it."""
    try:
        return str(value)
    except Exception as e:
        return "%s, of which there is no text: %s" % (type(value).__name__, type(e).__name__)


def _percent(value):
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return max(0.0, min(100.0, number)) if number == number else None  # NaN is not


def _rest(seconds, over):
    """In short pieces: a signal's handler sets what over() says, and may not touch a lock."""
    until = time.monotonic() + seconds
    while not over() and time.monotonic() < until:
        time.sleep(max(0, min(0.2, until - time.monotonic())))


class Worker:
    """Takes jobs until stop() or the daemon says that another process is to take its place.

    concurrency: how many at once, each in a thread; a single one is worked on in the thread of run().
    """

    def __init__(self, queue, handler, name=None, wait=20, concurrency=1):
        if not 1 <= concurrency <= 100:
            raise ValueError("concurrency is from 1 to 100, not %r" % concurrency)
        self.queue = queue
        self.handler = handler
        self.name = name or "%s.%s-%d@%s" % (os.environ.get("HOLDFAST_PROCESS", "python"),
                                            os.environ.get("HOLDFAST_REPLICA", "0"), os.getpid(), socket.gethostname())
        self.wait = wait
        self.concurrency = concurrency
        self.stopping = False
        self._running = 0
        self._ended = queues.SimpleQueue()  # of threads: what each wants the program to end with, or None

    def stop(self):
        """From a signal handler, say: what runs is finished, within the wait of the last request."""
        self.stopping = True

    def run(self):
        """True: recycled, end with a planned exit code. False: stopped. What was begun is over then."""
        try:
            recycled = self._take()
        finally:
            while self._running:
                self._one_less()
        return recycled

    def _one_less(self):
        wanted = self._ended.get()
        self._running -= 1
        if wanted is not None:
            raise wanted

    def _take(self):
        backoff = Backoff()
        while not self.stopping:
            while self._running and (self._running >= self.concurrency or not self._ended.empty()):
                self._one_less()
            if self.stopping:
                break
            asked = time.monotonic()
            try:
                taken = ask("queues/%s/take" % urllib.parse.quote(self.queue, ""),
                            {"worker": self.name, "wait": self.wait, "most": self.concurrency - self._running},
                            self.wait + 30)
            except Refused as e:
                if e.status in (400, 401, 403):
                    raise
                print("no jobs of %s: %s" % (self.queue, e), flush=True)
                _rest(backoff.next(e.retry_after), lambda: self.stopping)
                continue
            except NO_ANSWER as e:
                print("no jobs of %s for now: %s" % (self.queue, e), flush=True)
                _rest(backoff.next(), lambda: self.stopping)
                continue
            for one in taken["jobs"]:
                self._begin(Job(one))
            if taken["recycle"]:
                return True
            if not taken["jobs"] and time.monotonic() - asked < self.wait / 2:
                _rest(backoff.next(), lambda: self.stopping)  # a daemon about to end answers at once
            else:
                backoff = Backoff()
        return False

    def _begin(self, job):
        if self.concurrency == 1:
            self._do(job)
            return
        try:
            threading.Thread(target=self._aside, args=(job,)).start()
            self._running += 1
        except RuntimeError as e:  # no more threads
            self._tell(job, "fail", {"class": "spawn", "detail": _text(e)[:2000]})

    def _aside(self, job):
        wanted = None
        try:
            self._do(job)
        except BaseException as e:  # such as sys.exit(): run() ends with it
            wanted = e
        self._ended.put(wanted)

    def _do(self, job):
        over = threading.Event()
        heart = threading.Thread(target=self._beat, args=(job, over), daemon=True)
        heart.start()
        try:
            try:
                output = self.handler(job)
                verb, word = "complete", {} if output is None else {"output": _text(output)[-8192:]}
            except Failed as e:
                verb, word = "fail", {"class": e.failure, "detail": _text(e)[:2000]}
            except Exception as e:  # whatever it was, the daemon is to know
                verb, word = "fail", {"detail": ("%s: %s" % (type(e).__name__, _text(e)))[:2000]}
            if not job.lost:
                self._tell(job, verb, word)
        finally:
            over.set()
        heart.join()

    @staticmethod
    def _beat(job, over):
        pause = job.lease / 3
        while not over.wait(pause):
            pause = min(1, job.lease / 10)  # without an answer soon again: the next daemon says whether the lease is over
            try:
                word = {"token": job.token}
                progress = _percent(job.progress)
                if progress is not None:
                    word["progress"] = progress
                if ask(job.path("heartbeat"), word, min(10, max(0.5, job.lease / 6)))["cancelled"]:
                    job.stop.set()
                pause = job.lease / 3
            except Refused as e:
                if e.status in (404, 409):
                    job.lost = not over.is_set()
                    job.stop.set()
                    return
                print("the lease of %s is not renewed: %s" % (job.id, e), flush=True)
            except NO_ANSWER:
                pass  # the daemon is away
            except Exception as e:  # without this thread the lease would end
                print("the lease of %s is not renewed: %r" % (job.id, e), flush=True)

    def _tell(self, job, verb, word):
        """Until the daemon has it. One whose answer was lost is told again: with the same token it is the same end."""
        backoff = Backoff()
        while True:
            try:
                ask(job.path(verb), dict(word, token=job.token))
                return
            except Refused as e:
                if not e.later() and e.status < 500:
                    print("the end of %s does not count: %s" % (job.id, e), flush=True)
                    if e.status in (404, 409) or not word:
                        return
                    word = {}  # said plainly it may: else the job is done again after its lease
                pause = backoff.next(e.retry_after)
            except NO_ANSWER:
                pause = backoff.next()
            time.sleep(pause)
