package dev.holdfast.testkernel;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/** These tests run on the host, and once more in the test kernel's plain flavour: {@code testkernel/test plain}. */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Tag("plain")
public @interface AlsoOnPlainKernel {}
