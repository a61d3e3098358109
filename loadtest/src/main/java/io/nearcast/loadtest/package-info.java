/** A whole CDN on loopback and the loads that are put on it. */
@NullMarked
package io.nearcast.loadtest;

import org.jspecify.annotations.NullMarked;
