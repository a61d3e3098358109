/**
 * Why the control plane does not do what it was asked, before it becomes an HTTP answer. Start with
 * {@link io.nearcast.control.problem.Refusal}.
 */
@NullMarked
package io.nearcast.control.problem;

import org.jspecify.annotations.NullMarked;
