package dev.holdfast.testkernel;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * These tests run only in the test kernel's plain flavour: as root of a bare host with cgroup v2, pressure files, an
 * empty disk {@code /dev/vda} and our own PID 1. {@code testkernel/test plain} runs them, the host's Maven does not.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Tag("kernel")
@Tag("plain")
@ExtendWith(InGuest.class)
public @interface OnPlainKernel {}
