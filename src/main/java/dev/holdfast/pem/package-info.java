/** Certificates and keys out of files, and who shows and trusts them in TLS. */
@NullMarked
package dev.holdfast.pem;

import org.jspecify.annotations.NullMarked;
