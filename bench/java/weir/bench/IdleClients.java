package weir.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Opens many connections at once, asks once on each, keeps them until its input ends. */
public final class IdleClients {

  private IdleClients() {}

  /** Takes the port and the number of connections; prints {@code done} when each has an answer. */
  public static void main(String[] args) throws IOException {
    InetSocketAddress address =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0]));
    List<SocketChannel> all = new ArrayList<>();
    for (int i = 0; i < Integer.parseInt(args[1]); i++) {
      SocketChannel channel = SocketChannel.open();
      channel.configureBlocking(false);
      channel.connect(address);
      all.add(channel);
    }
    for (SocketChannel channel : all) {
      while (!channel.finishConnect()) {
        Thread.onSpinWait();
      }
      channel.configureBlocking(true);
      channel.write(
          ByteBuffer.wrap(
              "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
    }
    ByteBuffer answer = ByteBuffer.allocate(4096);
    for (SocketChannel channel : all) {
      if (channel.read(answer.clear()) <= 0) {
        throw new IOException("a connection was closed instead of answered");
      }
    }
    System.out.println("done");
    System.in.read();
    for (SocketChannel channel : all) {
      channel.close();
    }
  }
}
