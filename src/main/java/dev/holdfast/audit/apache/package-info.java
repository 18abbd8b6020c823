/** Apache's httpd, as far as others depend on it: how long it waits for FastCGI. Pure. */
@NullMarked
package dev.holdfast.audit.apache;

import org.jspecify.annotations.NullMarked;
