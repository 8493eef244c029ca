package weir.http.websocket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/**
 * Sequences of frames, cut anywhere: the valid ones give the same events however they are cut, and the
 * invalid ones end the connection with the right code. Buffers are counted.
 */
class CodecPropertyTest {

  private static final int LIMIT = 4096;

  /** Calls the listener at once, on the thread of the test. */
  private static final Carrier HERE =
      new Carrier() {
        @Override
        public void deliver(WebSocketSession session) {
          while (session.runEvents()) {
            Thread.onSpinWait();
          }
        }

        @Override
        public void outgoing(WebSocketSession session) {
          session.writeOutgoing();
        }
      };

  /** Writes down what it hears. */
  private static final class Heard implements WebSocketListener {
    final List<String> events = new ArrayList<>();

    @Override
    public void onText(WebSocket socket, String text) {
      events.add("text " + text);
    }

    @Override
    public void onBinary(WebSocket socket, byte[] data) {
      events.add("binary " + Base64.getEncoder().encodeToString(data));
    }

    @Override
    public void onPing(WebSocket socket, byte[] data) {
      events.add("ping " + Base64.getEncoder().encodeToString(data));
    }

    @Override
    public void onPong(WebSocket socket, byte[] data) {
      events.add("pong " + Base64.getEncoder().encodeToString(data));
    }

    @Override
    public void onClose(WebSocket socket, int code, String reason) {
      events.add("close " + code);
    }
  }

  /** Frames as bytes, and what they mean. */
  private static final class Script {
    final Random random;
    final MessageDeflater deflater;
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    final List<String> expected = new ArrayList<>();

    Script(Random random, PerMessageDeflate deflate) {
      this.random = random;
      this.deflater = deflate == null ? null : deflate.deflater(false, 6);
    }

    void frame(boolean last, int bits, int opcode, byte[] payload) {
      bytes.writeBytes(
          RawWebSocket.frame((last ? 0x80 : 0) | bits << 4 | opcode, payload, random.nextInt()));
    }

    void messages(int n) {
      for (int i = 0; i < n; i++) {
        boolean text = random.nextBoolean();
        byte[] payload = text ? text().getBytes(StandardCharsets.UTF_8) : binary(LIMIT);
        expected.add(
            text
                ? "text " + new String(payload, StandardCharsets.UTF_8)
                : "binary " + Base64.getEncoder().encodeToString(payload));
        boolean compressed = deflater != null && payload.length > 0 && random.nextInt(4) > 0;
        byte[] sent = payload;
        if (compressed) {
          MessageDeflater.Compressed c = deflater.deflate(payload);
          sent = Arrays.copyOf(c.bytes, c.size);
        }
        fragments(text ? Opcode.TEXT : Opcode.BINARY, compressed ? 4 : 0, sent);
      }
    }

    private void fragments(int opcode, int bits, byte[] sent) {
      int at = 0;
      int code = opcode;
      int reserved = bits;
      List<String> between = new ArrayList<>();
      while (random.nextInt(3) == 0 && at < sent.length) {
        int n = random.nextInt(sent.length - at + 1);
        frame(false, reserved, code, Arrays.copyOfRange(sent, at, at + n));
        at += n;
        code = Opcode.CONTINUATION;
        reserved = 0;
        if (random.nextBoolean()) {
          between.add(control());
        }
      }
      frame(true, reserved, code, Arrays.copyOfRange(sent, at, sent.length));
      expected.addAll(expected.size() - 1, between);
    }

    private String control() {
      byte[] data = binary(125);
      boolean ping = random.nextBoolean();
      frame(true, 0, ping ? Opcode.PING : Opcode.PONG, data);
      return (ping ? "ping " : "pong ") + Base64.getEncoder().encodeToString(data);
    }

    private byte[] binary(int most) {
      byte[] bytes =
          new byte[random.nextInt(4) == 0 ? random.nextInt(most + 1) : random.nextInt(9)];
      random.nextBytes(bytes);
      return bytes;
    }

    private String text() {
      int n = random.nextInt(60);
      StringBuilder s = new StringBuilder();
      for (int i = 0; i < n; i++) {
        int c = random.nextInt(new int[] {0x80, 0x800, 0xd800, 0x110000}[random.nextInt(4)]);
        s.appendCodePoint(c >= 0xd800 && c < 0xe000 ? 'x' : c);
      }
      return s.toString();
    }
  }

  private static PerMessageDeflate deflate(Random random) {
    if (random.nextInt(3) == 0) {
      return null;
    }
    int server = 8 + random.nextInt(8);
    int client = 8 + random.nextInt(8);
    return new PerMessageDeflate(random.nextBoolean(), random.nextBoolean(), server, client, "");
  }

  private static EmbeddedChannel open(PerMessageDeflate deflate, Heard heard) {
    EmbeddedChannel channel = new EmbeddedChannel();
    WebSocketConfig config =
        WebSocketConfig.builder()
            .maxFrameBytes(2 * LIMIT)
            .maxMessageBytes(LIMIT)
            .deflate(deflate == null ? null : DeflateConfig.DEFAULT)
            .build();
    new WebSocketSession(config, new Agreement(true, null, deflate), heard, HERE)
        .install(channel.pipeline());
    return channel;
  }

  private static void cutAndFeed(EmbeddedChannel channel, byte[] bytes, Random random) {
    for (int at = 0; at < bytes.length && channel.isActive(); ) {
      int n = Math.min(bytes.length - at, 1 + random.nextInt(random.nextBoolean() ? 4 : 600));
      ByteBuf piece = ByteBufAllocator.DEFAULT.directBuffer(n).writeBytes(bytes, at, n);
      channel.writeInbound(piece);
      at += n;
    }
    channel.runPendingTasks();
  }

  /** Returns the code of the Close that was sent, 0 if there was none. */
  private static int sentClose(EmbeddedChannel channel) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (ByteBuf out; (out = channel.readOutbound()) != null; out.release()) {
      byte[] bytes = new byte[out.readableBytes()];
      out.readBytes(bytes);
      all.writeBytes(bytes);
    }
    byte[] sent = all.toByteArray();
    for (int at = 0; at < sent.length; at += 2 + sent[at + 1]) { // control frames: short lengths
      if ((sent[at] & 0xf) == Opcode.CLOSE) {
        return (sent[at + 2] & 0xff) << 8 | sent[at + 3] & 0xff;
      }
    }
    return 0;
  }

  @Property(tries = 400)
  void validFramesGiveTheSameMessagesHoweverTheyAreCut(
      @ForAll long seed, @ForAll @IntRange(min = 0, max = 30) int messages) {
    Random random = new Random(seed);
    PerMessageDeflate deflate = deflate(random);
    Script script = new Script(random, deflate);
    script.messages(messages);
    script.frame(true, 0, Opcode.CLOSE, RawWebSocket.closePayload(1000, ""));
    script.expected.add("close 1000");
    Heard heard = new Heard();
    EmbeddedChannel channel = open(deflate, heard);
    cutAndFeed(channel, script.bytes.toByteArray(), random);
    assertEquals(script.expected, heard.events);
    assertEquals(1000, sentClose(channel));
    assertFalse(channel.isActive());
    channel.finishAndReleaseAll();
  }

  @Property(tries = 400)
  void anInvalidFrameEndsTheConnectionWithItsCode(
      @ForAll long seed, @ForAll @IntRange(min = 0, max = 10) int messages) {
    Random random = new Random(seed);
    PerMessageDeflate deflate = deflate(random);
    Script script = new Script(random, deflate);
    script.messages(messages);
    List<String> valid = List.copyOf(script.expected);
    int code = fault(script, random, deflate);
    script.messages(2); // which nobody hears
    Heard heard = new Heard();
    EmbeddedChannel channel = open(deflate, heard);
    cutAndFeed(channel, script.bytes.toByteArray(), random);
    assertEquals(code, sentClose(channel));
    channel.close();
    channel.runPendingTasks();
    assertEquals("close " + code, heard.events.get(heard.events.size() - 1));
    assertEquals(valid, heard.events.subList(0, heard.events.size() - 1));
    channel.finishAndReleaseAll();
  }

  private static int fault(Script script, Random random, PerMessageDeflate deflate) {
    byte[] some = {1, 2, 3};
    switch (random.nextInt(9)) {
      case 0 -> script.frame(true, 2, Opcode.TEXT, some);
      case 1 -> script.frame(true, deflate == null ? 4 : 1, Opcode.BINARY, some);
      case 2 -> script.frame(true, 0, 3 + random.nextInt(5), some);
      case 3 -> script.frame(false, 0, Opcode.PING, some);
      case 4 -> script.frame(true, 0, Opcode.CONTINUATION, some);
      case 5 -> script.bytes.writeBytes(new byte[] {(byte) 0x82, 3, 1, 2, 3}); // not masked
      case 6 -> {
        script.frame(true, 0, Opcode.TEXT, new byte[] {'o', 'k', (byte) 0xc0, (byte) 0x80});
        return CloseCode.BAD_DATA;
      }
      case 7 -> {
        script.frame(true, 0, Opcode.BINARY, new byte[2 * LIMIT + 1]);
        return CloseCode.TOO_BIG;
      }
      default -> {
        script.frame(false, 0, Opcode.BINARY, new byte[LIMIT]);
        script.frame(true, 0, Opcode.CONTINUATION, some);
        return CloseCode.TOO_BIG;
      }
    }
    return CloseCode.PROTOCOL_ERROR;
  }
}
