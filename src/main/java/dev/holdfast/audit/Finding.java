package dev.holdfast.audit;

import java.util.List;

/**
 * Something in the host's configuration that will break.
 *
 * @param rule its id, {@code PROGRAM-WHAT}, such as {@code php-fpm-overcommit}; never changes its meaning
 * @param sites where it is written, the one to be changed first; none: what is wrong is missing
 * @param subject what it is about besides the file, such as a pool's name: with the rule and the file it tells findings
 *     apart, whatever the line; may be empty
 * @param what one sentence with the numbers
 * @param evidence how they come about, one fact a line: values as they stand, who overrides whom, the arithmetic
 * @param why what happens when it stays so
 */
public record Finding(
        String rule,
        Grade grade,
        List<Site> sites,
        String subject,
        String what,
        List<String> evidence,
        String why,
        Fix fix) {
    public Finding {
        sites = List.copyOf(sites);
        evidence = List.copyOf(evidence);
    }
}
