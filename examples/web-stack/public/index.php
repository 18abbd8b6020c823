<?php
// Counts visitors in Redis, in its own protocol over a plain socket: no extension needed.
declare(strict_types=1);

header('Content-Type: application/json');

function hits(int $port): int
{
    $redis = @stream_socket_client("tcp://127.0.0.1:$port", $code, $message, 1.0);
    if ($redis === false) {
        throw new RuntimeException("redis: $message");
    }
    stream_set_timeout($redis, 1);
    fwrite($redis, "*2\r\n\$4\r\nINCR\r\n\$4\r\nhits\r\n");
    $reply = fgets($redis);
    fclose($redis);
    if ($reply === false || $reply[0] !== ':') {
        throw new RuntimeException('redis: ' . ($reply === false ? 'no answer' : trim($reply)));
    }
    return (int) substr($reply, 1);
}

try {
    echo json_encode(['hits' => hits((int) getenv('REDIS_PORT')), 'worker' => getmypid()]), "\n";
} catch (RuntimeException $e) {
    http_response_code(503);
    echo json_encode(['error' => $e->getMessage()]), "\n";
}
