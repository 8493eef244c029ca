package weir.http.server;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Valid requests, and what chance makes of them. The same random numbers give the same bytes. */
final class Mutations {

  private static final String[] PIECES = {
    "\r",
    "\n",
    "\r\n",
    "\r\n\r\n",
    "\n\n",
    "\0",
    "\t",
    " ",
    ":",
    ";",
    ",",
    "0",
    "-",
    "+",
    "0x",
    "\u007f",
    "\u0080",
    "\u00ff",
    "\r\n folded",
    "\r\nHost: b",
    "\r\nContent-Length: 3",
    "\r\nContent-Length: 0",
    "\r\nContent-Length: 99999999999999999999",
    "\r\nTransfer-Encoding: chunked",
    "\r\nTransfer-Encoding: gzip",
    "\r\nTransfer-Encoding : chunked",
    "\r\nTransfer-Encoding:\u000bchunked",
    "\r\nConnection: close",
    "\r\nExpect: 100-continue",
    "GET /smuggled HTTP/1.1\r\nHost: evil\r\n\r\n",
    "ffffffffffffffff\r\n",
    "0\r\n\r\n"
  };

  private final Random random;

  Mutations(Random random) {
    this.random = random;
  }

  /** Returns a request that every server has to answer; {@code target} tells it from others. */
  byte[] valid(String target) {
    String host = " HTTP/1.1\r\nHost: test\r\n";
    return switch (random.nextInt(10)) {
      case 0 -> bytes("GET " + target + host + "\r\n");
      case 1 -> bytes("GET " + target + "?a=1&b=%20" + host + "X-A: 1\r\nX-A: 2\r\nX-B:\r\n\r\n");
      case 2 -> bytes("HEAD " + target + host + "\r\n");
      case 3 -> bytes("GET http://test" + target + host + "Accept: */*\r\n\r\n");
      case 4 -> bytes("DELETE " + target + " HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
      case 5 -> withLength(target + host, random.nextInt(200));
      case 6 -> withLength(target + host, 16_000 + random.nextInt(20_000));
      case 7 ->
          bytes("POST " + target + host + "Expect: 100-continue\r\nContent-Length: 0\r\n\r\n");
      case 8 -> chunked(target + host, "X-Trailer: yes\r\n");
      default -> chunked(target + host, "");
    };
  }

  private byte[] withLength(String start, int n) {
    return join(bytes("POST " + start + "Content-Length: " + n + "\r\n\r\n"), randomBytes(n));
  }

  private byte[] chunked(String start, String trailers) {
    byte[] request = bytes("PUT " + start + "Transfer-Encoding: chunked\r\n\r\n");
    for (int i = random.nextInt(4); i >= 0; i--) {
      byte[] data = randomBytes(1 + random.nextInt(i == 0 ? 3000 : 20));
      String extension = random.nextBoolean() ? "" : ";name=\"value\"";
      String size = Integer.toHexString(data.length) + extension + "\r\n";
      request = join(request, bytes(size), data, bytes("\r\n"));
    }
    return join(request, bytes("0\r\n" + trailers + "\r\n"));
  }

  /** Changes between one and three things. */
  byte[] mutated(byte[] valid) {
    byte[] request = valid;
    for (int i = random.nextInt(3); i >= 0; i--) {
      request = mutatedOnce(request);
    }
    return request;
  }

  private byte[] mutatedOnce(byte[] request) {
    if (request.length == 0) {
      return request;
    }
    int at = place(request);
    int to = Math.min(request.length, at + 1 + random.nextInt(8));
    byte[] before = Arrays.copyOf(request, at);
    byte[] piece = Arrays.copyOfRange(request, at, to);
    byte[] after = Arrays.copyOfRange(request, to, request.length);
    return switch (random.nextInt(8)) {
      case 0 -> join(before, after);
      case 1 -> join(before, piece, piece, after);
      case 2 -> join(before, randomBytes(piece.length), after);
      case 3 -> join(before, flipped(piece), after);
      case 4 -> random.nextInt(4) == 0 ? before : join(piece, before, after);
      case 5 -> random.nextInt(8) == 0 ? flood(before, piece, after) : join(before, after);
      default -> join(before, bytes(PIECES[random.nextInt(PIECES.length)]), piece, after);
    };
  }

  /** Most of what can go wrong is in the head, and at the ends of its lines. */
  private int place(byte[] request) {
    int at = random.nextInt(Math.min(request.length, random.nextInt(8) == 0 ? 40_000 : 160));
    if (random.nextBoolean()) {
      for (int i = at; i < request.length; i++) {
        if (request[i] == '\r') {
          return i;
        }
      }
    }
    return at;
  }

  private byte[] flipped(byte[] piece) {
    byte[] other = piece.clone();
    int i = random.nextInt(other.length);
    other[i] ^= (byte) (1 << random.nextInt(8));
    return other;
  }

  private byte[] flood(byte[] before, byte[] piece, byte[] after) {
    byte[] much = new byte[piece.length * 5000];
    for (int i = 0; i < much.length; i++) {
      much[i] = piece[i % piece.length];
    }
    return join(before, much, after);
  }

  /** Cuts the bytes at random places; most pieces are small at first. */
  List<byte[]> split(byte[] bytes) {
    List<byte[]> pieces = new ArrayList<>();
    int max = random.nextBoolean() ? 64 : 4096;
    int at = 0;
    while (at < bytes.length) {
      int n = pieces.size() < 30 ? 1 + random.nextInt(max) : bytes.length;
      int to = Math.min(bytes.length, at + n);
      pieces.add(Arrays.copyOfRange(bytes, at, to));
      at = to;
    }
    return pieces;
  }

  private byte[] randomBytes(int n) {
    byte[] bytes = new byte[n];
    random.nextBytes(bytes);
    return bytes;
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }
}
