/** The one thread that owns the state of processes: tasks, descriptors, deadlines, how late it is, and how others have it do something. */
@NullMarked
package dev.holdfast.loop;

import org.jspecify.annotations.NullMarked;
