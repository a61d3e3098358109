/** The edge server: wires the packages below it. */
@NullMarked
package io.nearcast.edge;

import org.jspecify.annotations.NullMarked;
