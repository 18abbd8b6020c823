/** Kernel facts and calls as typed Java: /proc, pidfd, epoll, FIFOs. Roots are constructor arguments. */
@NullMarked
package dev.holdfast.linux;

import org.jspecify.annotations.NullMarked;
