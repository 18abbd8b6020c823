<?php
/** Submits a mail and waits for its end: php submit.php ID ADDRESS. */
declare(strict_types=1);

require __DIR__ . '/holdfast.php';

Holdfast\submit('mails', ['to' => $argv[2]], $argv[1]);
$job = Holdfast\ask("jobs/{$argv[1]}?wait=60", null, 90);
echo "{$job['id']} " . strtoupper($job['state']) . " {$job['detail']}\n";
exit($job['state'] === 'succeeded' ? 0 : 1);
