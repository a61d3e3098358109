package io.nearcast.router.http;

import io.nearcast.router.net.ConnectionBound.MessageDeadline;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers the requests of one connection, in their order. Bodies are read over up to a bound; with
 * more the connection ends, as it does after anything that is not well-formed.
 *
 * <p>On the connection's event loop.
 */
final class ExchangeHandler extends SimpleChannelInboundHandler<HttpObject> {
  private static final Logger LOG = LoggerFactory.getLogger(ExchangeHandler.class);

  /** RFC 9110 section 5.6.7. */
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  /** After these nobody knows where the next request begins. */
  private static final Set<Integer> MALFORMED = Set.of(400, 505);

  private static final int REQUESTS_MAX = 1_000;
  private static final long LINGER_SECONDS = 1;
  private static final long BODY_BYTES_MAX = 64 * 1_024;

  private final Pages pages;
  private final MessageDeadline deadline;
  private int requests;
  private long bodyBytes;
  private boolean ending;

  ExchangeHandler(Pages pages, MessageDeadline deadline) {
    this.pages = pages;
    this.deadline = deadline;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, HttpObject message) {
    if (ending) {
      return;
    }
    if (message.decoderResult().isFailure()) {
      send(context, malformed(message.decoderResult().cause()), null, false);
    } else if (message instanceof HttpRequest request) {
      bodyBytes = 0;
      requests++;
      boolean stay =
          HttpUtil.isKeepAlive(request)
              && requests < REQUESTS_MAX
              && !request.headers().contains(HttpHeaderNames.EXPECT);
      Reply reply = reply(context, request);
      send(context, reply, request, stay && !MALFORMED.contains(reply.status()));
    } else if (message instanceof HttpContent content) {
      bodyBytes += content.content().readableBytes();
      if (bodyBytes > BODY_BYTES_MAX) {
        ending = true;
        linger(context);
      }
    }
  }

  private static Reply malformed(Throwable cause) {
    return switch (cause) {
      case TooLongHttpLineException _ -> Reply.text(414, "the URL is too long");
      case TooLongHttpHeaderException _ -> Reply.text(431, "the headers are too long");
      default -> Reply.text(400, "the request is malformed");
    };
  }

  private Reply reply(ChannelHandlerContext context, HttpRequest request) {
    HttpVersion version = request.protocolVersion();
    if (version.majorVersion() != 1) {
      return Reply.text(505, "only HTTP/1.0 and HTTP/1.1 are spoken here");
    }
    List<String> hosts = request.headers().getAll(HttpHeaderNames.HOST);
    Target target = Target.read(request.uri());
    if (target == null || hosts.size() > 1 || (hosts.isEmpty() && version.minorVersion() > 0)) {
      return Reply.text(400, "the request needs a path and one Host header");
    }
    deadline.met();
    String host = target.authority() != null ? target.authority() : first(hosts);
    InetSocketAddress peer = (InetSocketAddress) context.channel().remoteAddress();
    return pages.answer(
        new Ask(
            request.method().name(),
            host,
            target.pathAndQuery(),
            request.headers(),
            peer.getAddress()));
  }

  private static String first(List<String> hosts) {
    return hosts.isEmpty() ? "" : hosts.getFirst().strip();
  }

  private void send(
      ChannelHandlerContext context, Reply reply, @Nullable HttpRequest request, boolean stay) {
    pages.answered(reply.status());
    boolean head = request != null && request.method().name().equals("HEAD");
    DefaultFullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(reply.status()),
            head ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(reply.body()));
    response.headers().set(HttpHeaderNames.DATE, DATE.format(Instant.now()));
    reply.headers().forEach((name, value) -> response.headers().set(name, value));
    response.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, reply.body().length);
    if (stay) {
      if (request != null && request.protocolVersion().minorVersion() == 0) {
        response.headers().set(HttpHeaderNames.CONNECTION, "keep-alive");
      }
      var _ = context.write(response, context.voidPromise());
    } else {
      ending = true;
      response.headers().set(HttpHeaderNames.CONNECTION, "close");
      var _ = context.writeAndFlush(response).addListener(_ -> linger(context));
    }
  }

  /**
   * Ends the connection so that the client gets what was sent to it: to close while it still sends
   * would make its system throw that away (RFC 9112 section 9.6).
   */
  private static void linger(ChannelHandlerContext context) {
    if (context.channel() instanceof DuplexChannel channel && channel.isActive()) {
      var _ = channel.shutdownOutput();
      Runnable close =
          () -> {
            var _ = channel.close();
          };
      var _ = context.executor().schedule(close, LINGER_SECONDS, TimeUnit.SECONDS);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    context.flush();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    context.channel().config().setAutoRead(context.channel().isWritable());
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (!(cause instanceof IOException)) {
      LOG.warn("a request failed", cause);
    }
    var _ = context.close();
  }
}
