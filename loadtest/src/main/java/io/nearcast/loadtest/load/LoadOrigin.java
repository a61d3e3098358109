package io.nearcast.loadtest.load;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * An origin that has every {@link LoadObject}: it makes the bytes from the path, so it needs no
 * memory and no disk, and is faster than what is measured before it.
 *
 * <p>Counters may be read by any thread.
 */
public final class LoadOrigin implements AutoCloseable {
  private static final int TAGS = 16;

  private final EventLoops loops;
  private final Channel server;
  private final String cacheControl;
  private final LongAdder requests = new LongAdder();
  private final LongAdder bytes = new LongAdder();

  private LoadOrigin(InetSocketAddress address, Duration lifetime) throws IOException {
    this.cacheControl = "public, max-age=" + lifetime.toSeconds();
    this.loops = EventLoops.start("load-origin", 1);
    ChannelFuture bound =
        new ServerBootstrap()
            .group(loops.group())
            .channel(EventLoops.serverChannel())
            .option(ChannelOption.SO_BACKLOG, 1_024)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(new ConnectionStart())
            .bind(address)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      loops.close();
      throw new IOException("cannot listen at " + address, bound.cause());
    }
    this.server = bound.channel();
  }

  /**
   * Serves on a thread of its own.
   *
   * @param address where to listen; port 0 takes a free one
   * @param lifetime the {@code max-age} of every object
   * @throws IOException if the address cannot be bound
   */
  public static LoadOrigin start(InetSocketAddress address, Duration lifetime) throws IOException {
    return new LoadOrigin(address, lifetime);
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return (InetSocketAddress) server.localAddress();
  }

  /** Its URL as a service's origin has it. */
  public URI url() {
    return URI.create("http://" + address().getHostString() + ":" + address().getPort());
  }

  /** How much it has been asked for so far. */
  public OriginCount count() {
    return new OriginCount(requests.sum(), bytes.sum());
  }

  /** Stops at once. */
  @Override
  public void close() {
    loops.close();
  }

  /**
   * What reached an origin.
   *
   * @param requests how many
   * @param bytes of the bodies that it sent
   */
  public record OriginCount(long requests, long bytes) {
    /** What came after an earlier count. */
    OriginCount since(OriginCount earlier) {
      return new OriginCount(requests - earlier.requests, bytes - earlier.bytes);
    }
  }

  private final class ConnectionStart extends ChannelInitializer<Channel> {
    @Override
    protected void initChannel(Channel channel) {
      channel.pipeline().addLast(new HttpServerCodec(), new Answering());
    }
  }

  /** Answers each request as its head comes; request bodies are read and dropped. */
  private final class Answering extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (message instanceof HttpRequest request) {
        FullHttpResponse response = response(request);
        boolean keepAlive = HttpUtil.isKeepAlive(request);
        HttpUtil.setKeepAlive(response, keepAlive);
        ChannelFuture written = context.write(response);
        if (!keepAlive) {
          var _ = written.addListener(ChannelFutureListener.CLOSE);
        }
      }
      ReferenceCountUtil.release(message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      context.flush();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      // A connection that was reset: the other side is gone, nothing is left to answer.
      var _ = context.close();
    }
  }

  private FullHttpResponse response(HttpRequest request) {
    requests.increment();
    LoadObject object = LoadObject.of(pathOf(request.uri()));
    if (!request.method().equals(HttpMethod.GET) && !request.method().equals(HttpMethod.HEAD)) {
      return empty(HttpResponseStatus.METHOD_NOT_ALLOWED);
    }
    return object == null ? empty(HttpResponseStatus.NOT_FOUND) : found(request, object);
  }

  private FullHttpResponse found(HttpRequest request, LoadObject object) {
    String entityTag = "\"" + Long.toHexString(object.seed()) + "-" + object.index() + "\"";
    boolean unchanged = entityTag.equals(ifNoneMatch(request));
    boolean body = !unchanged && request.method().equals(HttpMethod.GET);
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            unchanged ? HttpResponseStatus.NOT_MODIFIED : HttpResponseStatus.OK,
            body ? object.body() : Unpooled.EMPTY_BUFFER,
            DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders(),
            EmptyHttpHeaders.INSTANCE);
    response
        .headers()
        .set(HttpHeaderNames.CACHE_CONTROL, cacheControl)
        .set(HttpHeaderNames.ETAG, entityTag)
        .set("Surrogate-Key", "load load-" + object.index() % TAGS);
    if (!unchanged) {
      response
          .headers()
          .set(HttpHeaderNames.CONTENT_TYPE, "application/octet-stream")
          .set(HttpHeaderNames.CONTENT_LENGTH, object.bytes());
    }
    bytes.add(body ? object.bytes() : 0);
    return response;
  }

  private static @Nullable String ifNoneMatch(HttpRequest request) {
    return request.headers().get(HttpHeaderNames.IF_NONE_MATCH);
  }

  private static String pathOf(String uri) {
    int query = uri.indexOf('?');
    return query < 0 ? uri : uri.substring(0, query);
  }

  private static FullHttpResponse empty(HttpResponseStatus status) {
    FullHttpResponse response =
        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.EMPTY_BUFFER);
    response.headers().set(HttpHeaderNames.CONTENT_LENGTH, 0);
    return response;
  }
}
