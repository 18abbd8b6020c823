package dev.holdfast.audit;

/** Reads one program's configuration. Holds no state; thread-safe. */
public interface Auditor {
    /** The program, as {@code holdfast audit PROGRAM} names it, such as {@code php-fpm}. */
    String program();

    /**
     * What its configuration says of the host. A file that is broken or unreadable is a finding, never an exception; a
     * program that is not there has {@link Verdict#NOTHING}.
     */
    Verdict audit(Grounds host);
}
