/** The geo router: wires the packages below it. */
@NullMarked
package io.nearcast.router;

import org.jspecify.annotations.NullMarked;
