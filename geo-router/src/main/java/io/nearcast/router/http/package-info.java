/**
 * HTTP redirects to the nearest edge, the same as JSON, and the admin endpoint. Start with {@link
 * io.nearcast.router.http.Redirects}.
 */
@NullMarked
package io.nearcast.router.http;

import org.jspecify.annotations.NullMarked;
