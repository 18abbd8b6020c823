package dev.holdfast.testkernel;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * These tests run only in the test kernel's systemd flavour: as root within a unit of a small Debian that has booted
 * with systemd as PID 1. {@code testkernel/test systemd} runs them, the host's Maven does not.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Tag("kernel")
@Tag("systemd")
@ExtendWith(InGuest.class)
public @interface OnSystemdKernel {}
