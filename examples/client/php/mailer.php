<?php
/** A worker of the queue "mails": php mailer.php OUTBOX. The file OUTBOX stands for a mail server. */
declare(strict_types=1);

require __DIR__ . '/holdfast.php';

$worker = new Holdfast\Worker('mails', function (Holdfast\Job $job) use ($argv): string {
    $to = $job->payload['to'];
    if (!str_contains($to, '@')) {
        throw new Holdfast\Failed('address', "$to is no address");
    }
    $until = microtime(true) + (float) ($job->payload['seconds'] ?? '0');
    while (microtime(true) < $until) {
        if (!$job->beat()) {
            throw new Holdfast\Failed('cancelled', 'stopped on the way');
        }
        usleep(100_000);
    }
    file_put_contents($argv[1], "{$job->id} $to\n", FILE_APPEND);
    return "sent to $to";
}, 2);

if (function_exists('pcntl_signal')) {
    pcntl_async_signals(true);
    pcntl_signal(SIGTERM, fn () => $worker->stop());
}
Holdfast\notify("READY=1\nSTATUS=takes mails");
echo "takes mails as {$worker->name}\n";
$recycled = $worker->run();
echo 'ended: ' . ($recycled ? 'recycled' : 'stopped') . "\n";
exit($recycled ? 12 : 0);
