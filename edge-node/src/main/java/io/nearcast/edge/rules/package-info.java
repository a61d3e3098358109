/**
 * The rules of HTTP caching as pure functions of (request, stored response, policy, now): no
 * clocks, no I/O, only {@code java.*} and the model. Start with {@link
 * io.nearcast.edge.rules.Decide}.
 *
 * <p>To check them against the specifications, section by section:
 *
 * <table>
 *   <caption>Where each section is</caption>
 *   <tr><th>RFC 9111</th><th>about</th><th>class</th></tr>
 *   <tr><td>2</td><td>the cache key</td><td>{@code CacheKeys}, {@code CacheKey}</td></tr>
 *   <tr><td>3, 3.5</td><td>may it be stored?</td><td>{@code Storability}, {@code Statuses}</td></tr>
 *   <tr><td>3.1</td><td>which fields are stored</td><td>{@code HopByHop}</td></tr>
 *   <tr><td>3.2</td><td>updating stored fields</td><td>{@code Validation}</td></tr>
 *   <tr><td>3.3, 3.4</td><td>incomplete and partial</td><td>{@code PartialContent}</td></tr>
 *   <tr><td>4</td><td>answering from the store</td><td>{@code Decide}, {@code Decision}</td></tr>
 *   <tr><td>4.1</td><td>Vary</td><td>{@code VaryRule}, {@code Variant}, {@code Preferences}</td></tr>
 *   <tr><td>4.2</td><td>age and lifetime</td><td>{@code Freshness}, {@code HttpDate}</td></tr>
 *   <tr><td>4.2.4</td><td>stale content</td><td>{@code Freshness}, {@code StaleOnError}</td></tr>
 *   <tr><td>4.3.1, 4.3.3, 4.3.4</td><td>validating</td><td>{@code Validation}</td></tr>
 *   <tr><td>4.3.2</td><td>a client's conditions</td><td>{@code Conditions}</td></tr>
 *   <tr><td>4.3.5</td><td>HEAD</td><td>{@code Validation}, {@code Decide}</td></tr>
 *   <tr><td>4.4</td><td>invalidation</td><td>{@code Invalidation}, {@code References}</td></tr>
 *   <tr><td>5.1, 5.3</td><td>Age, Expires</td><td>{@code Freshness}</td></tr>
 *   <tr><td>5.2</td><td>Cache-Control</td><td>{@code CacheControl}</td></tr>
 *   <tr><td>5.2.1, 5.4</td><td>requests' directives, Pragma</td><td>{@code RequestTraits}, {@code
 *       ClientWishes}</td></tr>
 *   <tr><td>5.2.2</td><td>responses' directives</td><td>{@code ResponseControl}</td></tr>
 *   <tr><th>others</th><th></th><th></th></tr>
 *   <tr><td>RFC 9110, 8.8</td><td>validators</td><td>{@code EntityTag}, {@code Validators}</td></tr>
 *   <tr><td>RFC 9110, 12.5</td><td>codings</td><td>{@code AcceptedCodings}, {@code
 *       ContentCodings}</td></tr>
 *   <tr><td>RFC 9110, 13</td><td>conditions</td><td>{@code Conditions}</td></tr>
 *   <tr><td>RFC 9110, 14</td><td>ranges</td><td>{@code Ranges}, {@code ContentRange}</td></tr>
 *   <tr><td>RFC 5861</td><td>stale-while-revalidate, stale-if-error</td><td>{@code Freshness}</td></tr>
 *   <tr><td>RFC 8246</td><td>immutable</td><td>{@code StoredView}, {@code ClientWishes}</td></tr>
 *   <tr><td>RFC 9213, 9651</td><td>CDN-Cache-Control</td><td>{@code ResponseControl}, {@code
 *       StructuredDictionary}</td></tr>
 *   <tr><td>RFC 9211</td><td>the words of Cache-Status</td><td>{@code Reason}</td></tr>
 * </table>
 *
 * <p>Beyond the specifications: {@code Deception} and {@code UnkeyedFields} (poisoned caches),
 * {@code Tags} (purges), {@code FreshnessSteps} (the arithmetic in words).
 */
@NullMarked
package io.nearcast.edge.rules;

import org.jspecify.annotations.NullMarked;
