package dev.holdfast.audit;

import java.util.List;

/**
 * What an auditor has found.
 *
 * @param looked the files it has read, for whoever wonders whether it has seen the right ones; empty: the program is not here
 */
public record Verdict(List<Finding> findings, List<Claim> claims, List<String> looked) {
    public static final Verdict NOTHING = new Verdict(List.of(), List.of(), List.of());

    public Verdict {
        findings = List.copyOf(findings);
        claims = List.copyOf(claims);
        looked = List.copyOf(looked);
    }
}
