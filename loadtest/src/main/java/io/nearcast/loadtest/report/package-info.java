/**
 * What came of a load run, for people and for programs. Start with {@link
 * io.nearcast.loadtest.report.HtmlReport}.
 */
@NullMarked
package io.nearcast.loadtest.report;

import org.jspecify.annotations.NullMarked;
