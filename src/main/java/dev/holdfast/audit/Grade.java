package dev.holdfast.audit;

import java.util.Locale;

/** How bad a finding is; in order. */
public enum Grade {
    /** Worth knowing; nothing breaks. */
    NOTE,
    /** It will hurt under load, or hides what happens. */
    WARNING,
    /** It can take the host or the data down. */
    CRITICAL;

    /** As it is written everywhere: {@code note}, {@code warning}, {@code critical}. */
    public String written() {
        return name().toLowerCase(Locale.ROOT);
    }
}
