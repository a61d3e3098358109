/**
 * The demo: a whole CDN in one process, with a web site, and commands to try it by. Start with
 * {@link io.nearcast.loadtest.demo.Demo}.
 */
@NullMarked
package io.nearcast.loadtest.demo;

import org.jspecify.annotations.NullMarked;
