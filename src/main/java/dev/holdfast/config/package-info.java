/** One strict YAML file to immutable specs; every key, its type, default and meaning live in the records. */
@NullMarked
package dev.holdfast.config;

import org.jspecify.annotations.NullMarked;
