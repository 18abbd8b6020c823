package dev.holdfast.alert;

import java.util.List;

/** Changes that are to be on disk before the actions are done. */
public record Decision(List<Change> changes, List<Action> actions) {}
