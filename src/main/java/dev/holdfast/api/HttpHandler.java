package dev.holdfast.api;

/** Answers requests. Thread-safe; may wait, and is called on a thread that may. */
@FunctionalInterface
public interface HttpHandler {
    /** Whatever is wrong with the request is said in the answer: nothing is thrown but a bug. */
    HttpAnswer answer(HttpRequest request, Caller caller);
}
