<?php
/**
 * Talks with Holdfast: readiness, submitting, working. PHP 8.1 or later with no extension; SIGTERM is heeded with pcntl.
 * docs/protocol.md says what is asked and answered, and why a try is made again.
 */
declare(strict_types=1);

namespace Holdfast;

/** The daemon said no: nothing was changed. */
final class Refused extends \RuntimeException
{
    public function __construct(public readonly int $status, string $detail, public readonly float $retryAfter)
    {
        parent::__construct("$status: $detail");
    }

    public function later(): bool
    {
        return $this->status === 429 || $this->status === 503;
    }
}

/** No answer came: whether it was done is not known. */
final class NoAnswer extends \RuntimeException
{
}

/** A job failed, with a class that the queue's retry.when may name: a word in lower case. */
final class Failed extends \RuntimeException
{
    public function __construct(public readonly string $failure, string $detail)
    {
        if (!preg_match('/^[a-z][a-z0-9_-]{0,63}$/D', $failure)) {
            throw new \InvalidArgumentException("a class is a word in lower case, such as network, not $failure");
        }
        parent::__construct($detail);
    }
}

function socketPath(): string
{
    return getenv('HOLDFAST_SOCKET') ?: '/run/holdfast/holdfast.sock';
}

/** One request, one connection; the answer's JSON. */
function ask(string $path, ?array $body = null, float $timeout = 30): array
{
    $until = microtime(true) + $timeout;
    $socket = @stream_socket_client('unix://' . socketPath(), $errno, $error, $timeout);
    if ($socket === false) {
        throw new NoAnswer("$error ($errno)");
    }
    try {
        $text = $body === null ? '' : json_encode($body, JSON_THROW_ON_ERROR
            | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_INVALID_UTF8_SUBSTITUTE);
        $all = ($body === null ? 'GET' : 'POST') . " /api/v1/$path HTTP/1.1\r\nHost: holdfast\r\n"
            . "Content-Type: application/json\r\nContent-Length: " . strlen($text) . "\r\nConnection: close\r\n\r\n$text";
        while ($all !== '') {
            $n = @fwrite($socket, $all);
            if ($n === false || $n === 0) {
                throw new NoAnswer('the daemon hung up');
            }
            $all = substr($all, $n);
        }
        return answer($socket, $until);
    } finally {
        fclose($socket);
    }
}

/** @param resource $socket */
function answer($socket, float $until): array
{
    $said = '';
    while (!preg_match('/^(.*?)\r\n\r\n(.*)$/s', $said, $parts)
        || !preg_match('/^content-length: (\d{1,8})\r?$/im', $parts[1], $length)
        || strlen($parts[2]) < (int) $length[1]) {
        $left = $until - microtime(true);
        $read = [$socket];
        $none = null;
        if ($left <= 0 || strlen($said) > 9 << 20) {
            throw new NoAnswer('the daemon did not answer in time');
        }
        // A signal ends the wait, which then goes on.
        if (@stream_select($read, $none, $none, (int) $left, (int) (($left - (int) $left) * 1e6)) > 0) {
            $piece = fread($socket, 65536);
            if ($piece === false || $piece === '') {
                throw new NoAnswer('the daemon hung up before it had answered');
            }
            $said .= $piece;
        }
    }
    if (!preg_match('{^HTTP/1\.1 (\d{3})}', $parts[1], $status)) {
        throw new NoAnswer('this is no answer of HTTP');
    }
    $json = json_decode($parts[2], true);
    if ($status[1][0] === '2' && is_array($json)) {
        return $json;
    }
    preg_match('/^retry-after: (\d+)/im', $parts[1], $later);
    throw new Refused((int) $status[1], $json['detail'] ?? $json['error'] ?? substr($parts[2], 0, 200), (float) ($later[1] ?? 0));
}

/** 0.1 s, doubled up to 10 s, give or take a fifth. */
final class Backoff
{
    private int $tries = 0;

    public function next(float $atLeast = 0): float
    {
        $seconds = min(10, 0.1 * 2 ** min($this->tries++, 7));
        return max($seconds * random_int(800, 1200) / 1000, $atLeast);
    }
}

function pause(float $seconds): void
{
    usleep((int) ($seconds * 1e6));
}

/** False: nobody wants to know. Throws when somebody does and cannot be told for ten seconds. */
function notify(string $message = 'READY=1'): bool
{
    $address = getenv('NOTIFY_SOCKET');
    if ($address === false || $address === '') {
        return false;
    }
    if ($address[0] === '@') {
        $address = "\0" . substr($address, 1);
    }
    $until = microtime(true) + 10;
    while (true) {
        $socket = @stream_socket_client("udg://$address", $errno, $error, 1);
        $sent = $socket !== false && @fwrite($socket, $message) === strlen($message);
        if ($socket !== false) {
            fclose($socket);
        }
        if ($sent) {
            return true;
        }
        if (microtime(true) > $until) { // refused while the daemon is replaced
            throw new NoAnswer("nobody took $message at $address: $error");
        }
        pause(0.05);
    }
}

/** Submits a job once, however often it must be tried; its id. $options: 'delay' => '5m', 'priority' => 10. */
function submit(string $queue, array $payload, ?string $id = null, float $seconds = 30, array $options = []): string
{
    $job = $options + ['payload' => (object) $payload, 'id' => $id ?? bin2hex(random_bytes(16))];
    $until = microtime(true) + $seconds;
    $backoff = new Backoff();
    while (true) {
        try {
            ask('queues/' . rawurlencode($queue) . '/jobs', $job);
            return $job['id'];
        } catch (Refused $e) {
            $pause = $backoff->next($e->retryAfter);
            if (!$e->later() || microtime(true) + $pause > $until) {
                throw $e;
            }
        } catch (NoAnswer $e) {
            $pause = $backoff->next();
            if (microtime(true) + $pause > $until) {
                throw $e;
            }
        }
        pause($pause);
    }
}

/** What a handler gets. PHP has one thread: call beat() at least three times within a lease. */
final class Job
{
    public readonly string $id;
    public readonly array $payload;
    public readonly int $attempt;
    public readonly float $lease;
    private readonly int $token;
    private float $due;

    /** The job is another's, or over: what comes of it here does not count. */
    public bool $lost = false;
    /** Somebody wants it to end: stop, and throw Failed. */
    public bool $cancelled = false;

    public function __construct(array $taken)
    {
        $this->id = $taken['id'];
        $this->token = $taken['token'];
        $this->payload = $taken['payload'];
        $this->attempt = $taken['attempt'];
        $this->lease = (float) $taken['leaseSeconds'];
        $this->due = microtime(true) + $this->lease / 3;
    }

    /** Renews the lease when a third of it is over. False: stop. */
    public function beat(?float $progress = null): bool
    {
        if (microtime(true) < $this->due || $this->lost) {
            return !$this->lost && !$this->cancelled;
        }
        try {
            $word = $progress === null || is_nan($progress) ? [] : ['progress' => max(0.0, min(100.0, $progress))];
            $this->cancelled = $this->say('heartbeat', $word, min(10, max(0.5, $this->lease / 6)))['cancelled'];
            $this->due = microtime(true) + $this->lease / 3;
        } catch (NoAnswer) {
            $this->due = microtime(true) + min(1, $this->lease / 10); // the next daemon says whether the lease is over
        } catch (Refused $e) {
            $this->due = microtime(true) + min(1, $this->lease / 10);
            $this->lost = $e->status === 404 || $e->status === 409;
            if (!$this->lost) {
                echo "the lease of {$this->id} is not renewed: {$e->getMessage()}\n";
            }
        }
        return !$this->lost && !$this->cancelled;
    }

    public function say(string $verb, array $word, float $timeout = 30): array
    {
        return ask('jobs/' . rawurlencode($this->id) . "/$verb", $word + ['token' => $this->token], $timeout);
    }
}

/**
 * Takes jobs one after the other, until stop() or the daemon says that another process is to take its place. For several
 * at once start several: `replicas: 4` in the configuration.
 */
final class Worker
{
    public readonly string $name;
    private bool $stopping = false;

    public function __construct(private readonly string $queue, private readonly \Closure $handler, private readonly float $wait = 20)
    {
        $this->name = (getenv('HOLDFAST_PROCESS') ?: 'php') . '.' . (getenv('HOLDFAST_REPLICA') ?: '0') . '-' . getmypid()
            . '@' . gethostname();
    }

    /** From a signal handler, say: what runs is finished, within the wait of the last request. */
    public function stop(): void
    {
        $this->stopping = true;
    }

    /** True: recycled, end with a planned exit code. False: stopped. */
    public function run(): bool
    {
        $backoff = new Backoff();
        while (!$this->stopping) {
            $asked = microtime(true);
            try {
                $taken = ask('queues/' . rawurlencode($this->queue) . '/take',
                    ['worker' => $this->name, 'wait' => $this->wait], $this->wait + 30);
            } catch (Refused $e) {
                if (in_array($e->status, [400, 401, 403], true)) {
                    throw $e;
                }
                echo "no jobs of {$this->queue}: {$e->getMessage()}\n";
                pause($backoff->next($e->retryAfter));
                continue;
            } catch (NoAnswer $e) {
                echo "no jobs of {$this->queue} for now: {$e->getMessage()}\n";
                pause($backoff->next());
                continue;
            }
            foreach ($taken['jobs'] as $one) {
                $this->work(new Job($one));
            }
            if ($taken['recycle']) {
                return true;
            }
            if (!$taken['jobs'] && microtime(true) - $asked < $this->wait / 2) {
                pause($backoff->next()); // a daemon about to end answers at once
            } else {
                $backoff = new Backoff();
            }
        }
        return false;
    }

    private function work(Job $job): void
    {
        try {
            $output = ($this->handler)($job);
            // Not more than is kept; what is no text is left out: the job is not to be done again because of it.
            [$verb, $word] = ['complete', is_scalar($output) ? ['output' => substr((string) $output, -8192)] : []];
        } catch (Failed $e) {
            [$verb, $word] = ['fail', ['class' => $e->failure, 'detail' => substr($e->getMessage(), 0, 2000)]];
        } catch (\Throwable $e) { // whatever it was, the daemon is to know; where it was is for this program's own log
            [$verb, $word] = ['fail', ['detail' => substr($e::class . ': ' . $e->getMessage(), 0, 2000)]];
            error_log((string) $e);
        }
        if (!$job->lost) {
            $this->tell($job, $verb, $word);
        }
    }

    /** Until the daemon has it. One whose answer was lost is told again: with the same token it is the same end. */
    private function tell(Job $job, string $verb, array $word): void
    {
        $backoff = new Backoff();
        while (true) {
            try {
                $job->say($verb, $word);
                return;
            } catch (NoAnswer) {
                $pause = $backoff->next();
            } catch (Refused $e) {
                if (!$e->later() && $e->status < 500) {
                    echo "the end of {$job->id} does not count: {$e->getMessage()}\n";
                    if ($e->status === 404 || $e->status === 409 || $word === []) {
                        return;
                    }
                    $word = []; // said plainly it may: else the job is done again after its lease
                }
                $pause = $backoff->next($e->retryAfter);
            }
            pause($pause);
        }
    }
}
