/** How alerts are kept and sent: the file, mail servers, webhooks. */
@NullMarked
package dev.holdfast.post;

import org.jspecify.annotations.NullMarked;
