package dev.holdfast.api;

/** What can be asked of tokens. Thread-safe. */
public interface TokensPort {
    TokenList list();

    /**
     * Makes one, and shows it this once.
     *
     * @throws ControlPort.Refused 400 for a name, a scope or a time that is none, 409 when there is one of this name, or when
     *     it cannot be kept
     */
    TokenMade create(TokenOrder order, String by) throws ControlPort.Refused;

    /** From now on it is nobody's. @throws ControlPort.Refused 404 when there is none of this name */
    TokenList revoke(String name, String by) throws ControlPort.Refused;
}
