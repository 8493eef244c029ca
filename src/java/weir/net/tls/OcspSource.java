package weir.net.tls;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.util.function.Supplier;

/** Where the OCSP response (RFC 6960, DER) comes from that a server staples to its certificate. */
sealed interface OcspSource {

  /** Returns what gives the response of each handshake. */
  Supplier<byte[]> open();

  /** The response itself. */
  record Given(byte[] response) implements OcspSource {
    @Override
    public Supplier<byte[]> open() {
      byte[] checked = checked(response, "the OCSP response");
      return () -> checked;
    }
  }

  /** A file, read when the context is built, and again with the others of the context. */
  record OfFile(File file) implements OcspSource {
    @Override
    public Supplier<byte[]> open() {
      try {
        byte[] checked = checked(Files.readAllBytes(file.toPath()), file.toString());
        return () -> checked;
      } catch (IOException e) {
        throw TlsBuilder.invalid("cannot read " + file + ": " + e.getMessage(), e);
      }
    }
  }

  /** A function, asked by the event loop for each handshake. */
  record Asked(Supplier<byte[]> function) implements OcspSource {
    @Override
    public Supplier<byte[]> open() {
      return function;
    }
  }

  private static byte[] checked(byte[] response, String what) {
    try {
      new DerReader(response).sequence();
      return response;
    } catch (IllegalArgumentException e) {
      throw TlsBuilder.invalid(what + " is no OCSP response in DER: " + e.getMessage(), e);
    }
  }
}
