/** Who may do what: tokens and their roles. Start with {@link io.nearcast.control.auth.Tokens}. */
@NullMarked
package io.nearcast.control.auth;

import org.jspecify.annotations.NullMarked;
