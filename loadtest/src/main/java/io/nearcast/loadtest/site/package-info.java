/**
 * The origin of the demo and of end-to-end tests: a real web site, served from a folder that a
 * person can edit. Start with {@link io.nearcast.loadtest.site.SiteOrigin}.
 */
@NullMarked
package io.nearcast.loadtest.site;

import org.jspecify.annotations.NullMarked;
