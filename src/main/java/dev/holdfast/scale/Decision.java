package dev.holdfast.scale;

import org.jspecify.annotations.Nullable;

/**
 * What follows from a look.
 *
 * @param number how many there are to be
 * @param wanted how many the figure alone asks for, within {@code min} and {@code max}; null: it is not known
 * @param reason why it is not another number
 * @param why in words
 * @param news whether people are to be told of the reason now
 */
public record Decision(int number, @Nullable Integer wanted, Reason reason, String why, boolean news) {}
