package io.nearcast.control;

import java.net.InetSocketAddress;
import java.nio.file.Path;

/**
 * What a control plane needs to know.
 *
 * @param data the directory of this process alone; made where it is missing
 * @param listen where REST, feed and dashboard are served, port 0 for any free one
 */
public record ControlPlaneOptions(Path data, InetSocketAddress listen) {}
