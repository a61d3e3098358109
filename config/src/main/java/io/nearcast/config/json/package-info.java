/**
 * Documents as JSON and YAML: reads and writes every record that processes share. Start with {@link
 * io.nearcast.config.json.Documents}.
 */
@NullMarked
package io.nearcast.config.json;

import org.jspecify.annotations.NullMarked;
