package dev.holdfast.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Another way to write a section: a static factory of its record with one parameter, whose type says which YAML it
 * takes. String takes a scalar, List a sequence, Map a mapping whose keys are not the record's own. It may throw
 * IllegalArgumentException to refuse.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface Form {}
