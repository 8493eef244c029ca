package weir.http.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LongTextTest {

  private final LongText encoder = new LongText();

  private void assertEncodedAsJavaDoes(String text) {
    ByteBuf encoded = encoder.encode(text);
    try {
      assertEquals(LongText.HEADROOM, encoded.readerIndex());
      assertArrayEquals(text.getBytes(StandardCharsets.UTF_8), ByteBufUtil.getBytes(encoded));
    } finally {
      encoded.release();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "\u00e9", "\u20ac", "\ud83d\ude00", "\ud83d", "\ude00"})
  void textsOfEveryLengthAroundAPieceAreEncodedAsJavaDoes(String unit) {
    for (int n = 4090; n < 4102; n++) {
      assertEncodedAsJavaDoes(unit.repeat(n));
      assertEncodedAsJavaDoes("x".repeat(n) + unit + "y".repeat(5000));
      assertEncodedAsJavaDoes("x".repeat(n) + unit);
    }
  }

  @Test
  void anyCharactersAreEncodedAsJavaDoes() {
    Random random = new Random(20_261_121);
    for (int i = 0; i < 200; i++) {
      StringBuilder text = new StringBuilder();
      int length = random.nextInt(20_000);
      while (text.length() < length) {
        text.append((char) random.nextInt(random.nextInt(1 << 16) + 1));
      }
      assertEncodedAsJavaDoes(text.toString());
    }
  }
}
