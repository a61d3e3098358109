package io.nearcast.edge.upstream;

import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioSocketChannel;

/** The kinds of channel that an event loop can run. */
final class Channels {
  private Channels() {}

  static ChannelFactory<SocketChannel> sockets(EventLoop loop) {
    return isEpoll(loop) ? EpollSocketChannel::new : NioSocketChannel::new;
  }

  static ChannelFactory<DatagramChannel> datagrams(EventLoop loop) {
    return isEpoll(loop) ? EpollDatagramChannel::new : NioDatagramChannel::new;
  }

  private static boolean isEpoll(EventLoop loop) {
    return loop instanceof IoEventLoop io && io.isIoType(EpollIoHandler.class);
  }
}
