package io.nearcast.edge.flow;

import io.nearcast.edge.rules.Fields;
import io.nearcast.edge.rules.RequestHead;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** The heads that the node makes of a client's head, for those who send them. */
public final class SentOn {
  private static final InetSocketAddress CLIENT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);

  private static final UpstreamHeads.Hop BY = new UpstreamHeads.Hop("fuzz", false);

  private SentOn() {}

  /** The head of a request that is passed. */
  public static RequestHead passed(RequestHead head, String authority) {
    return UpstreamHeads.passed(head, authority, CLIENT, BY);
  }

  /** The head of a fill, which is a GET. */
  public static RequestHead fill(RequestHead head, String authority) {
    return UpstreamHeads.fill(head, authority, CLIENT, BY, Fields.EMPTY);
  }
}
