package weir.bench;

import java.io.IOException;
import java.net.InetSocketAddress;

/** Bare Netty from nothing to one answer. */
public final class LimitOnce {

  private LimitOnce() {}

  /** Starts, asks, ends. */
  public static void main(String[] args) throws IOException {
    OneRequest.askAndExit(((InetSocketAddress) LimitServer.start().localAddress()).getPort());
  }
}
