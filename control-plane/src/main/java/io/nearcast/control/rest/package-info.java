/** The REST API, on Javalin. Start with {@link io.nearcast.control.rest.RestServer}. */
@NullMarked
package io.nearcast.control.rest;

import org.jspecify.annotations.NullMarked;
