/** What every auditor needs: its rules by name, and a notebook of what one audit has read and found. Pure. */
@NullMarked
package dev.holdfast.audit.note;

import org.jspecify.annotations.NullMarked;
