/** The control plane: wires the packages below it. */
@NullMarked
package io.nearcast.control;

import org.jspecify.annotations.NullMarked;
