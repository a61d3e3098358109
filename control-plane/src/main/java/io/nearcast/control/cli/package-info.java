/**
 * The operator's commands, which ask the REST API. Start with {@link
 * io.nearcast.control.cli.CliMain}.
 */
@NullMarked
package io.nearcast.control.cli;

import org.jspecify.annotations.NullMarked;
