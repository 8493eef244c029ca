package weir.bytes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import clojure.lang.Keyword;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import weir.testing.IsolatedLoader;

/** A program in Java must not wait for clojure.core, which is loaded with the class RT. */
class NoClojureLoadedTest {

  @Test
  void conversionsFromJavaDontLoadClojure() throws Exception {
    try (IsolatedLoader loader = new IsolatedLoader()) {
      Class<?> program = loader.loadClass(JavaProgram.class.getName());
      Callable<?> run = (Callable<?>) program.getDeclaredConstructor().newInstance();
      assertEquals("é é é é é é é é", run.call());
      assertTrue(loader.hasLoaded("clojure.lang.Keyword"));
      assertFalse(loader.hasLoaded("clojure.lang.RT"));
    }
  }

  /** What a program does with bytes; runs in its own class loader. */
  public static final class JavaProgram implements Callable<String> {
    /** Made by reflection. */
    public JavaProgram() {}

    @Override
    public String call() throws Exception {
      byte[] utf8 = "é".getBytes(StandardCharsets.UTF_8);
      Options latin1 = Options.of(Map.of(Keyword.intern(null, "encoding"), "latin1"));
      weir.stream.Stream<Object> source = weir.stream.Stream.buffered(2);
      source.put(utf8);
      source.close();
      Path file = Files.createTempFile("weir", ".txt");
      Files.write(file, utf8);
      try (InputStream in = Bytes.toInputStream(ByteBuffer.wrap(utf8))) {
        return String.join(
            " ",
            Bytes.toString(Bytes.toByteArray("é")),
            Bytes.toString("é".getBytes(StandardCharsets.ISO_8859_1), latin1),
            Bytes.toString(in),
            Bytes.toString(source),
            (String) Conversions.convert(file, String.class),
            (String) Conversions.convert(List.of("", utf8), String.class),
            Conversions.convert(new ByteArrayInputStream(utf8), CharSequence.class).toString(),
            Bytes.toString(Conversions.convert("é", Type.vectorOf(ByteBuffer.class))));
      } finally {
        Files.delete(file);
      }
    }
  }
}
