/** For programs that run under Holdfast: readiness, shutdown, queues. No dependencies. */
module dev.holdfast.client {
    requires java.net.http;
    requires static org.jspecify;

    exports dev.holdfast.client;
}
