package weir.net;

import java.io.IOException;
import java.net.BindException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The files of unix domain sockets, which the operating system leaves lying about. */
final class UnixSockets {

  private static final Logger LOG = LoggerFactory.getLogger(UnixSockets.class);

  private UnixSockets() {}

  /**
   * Removes a file that no server listens on any more, as one that was killed leaves it.
   *
   * @throws BindException if a server answers there, or the file is no socket
   */
  static void makeRoom(Path path) throws IOException {
    if (!Files.exists(path)) {
      return;
    }
    if (Files.isRegularFile(path) || Files.isDirectory(path)) {
      throw new BindException("cannot listen on " + path + ": it is there, and no socket");
    }
    if (answers(path)) {
      throw new BindException("cannot listen on " + path + ": another server does");
    }
    Files.deleteIfExists(path);
  }

  private static boolean answers(Path path) {
    try (SocketChannel probe = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      return probe.isConnected();
    } catch (IOException refused) {
      return false;
    }
  }

  /** Removes the file of a socket that was closed. */
  static void remove(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      LOG.warn("could not remove the socket {}; the next server there will", path, e);
    }
  }
}
