/** The dashboard: pages that a browser loads once, and that then ask the API as any other client does. */
@NullMarked
package dev.holdfast.dashboard;

import org.jspecify.annotations.NullMarked;
