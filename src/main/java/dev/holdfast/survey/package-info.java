/** All auditors over this host: what they look at, what their claims come to, and how what they propose is carried out. */
@NullMarked
package dev.holdfast.survey;

import org.jspecify.annotations.NullMarked;
