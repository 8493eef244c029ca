package weir.http.coding;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import weir.testing.IsolatedLoader;

/** brotli4j and zstd-jni are used when they are there, and not needed. */
class AbsentLibrariesTest {

  @Test
  void gzipAndDeflateNeedNoLibrary() throws Exception {
    try (IsolatedLoader loader = new IsolatedLoader("brotli4j", "zstd-jni")) {
      Class<?> program = loader.loadClass(Program.class.getName());
      Callable<?> run = (Callable<?>) program.getDeclaredConstructor().newInstance();
      assertEquals("[gzip, deflate] gzip, deflate false false gzip text", run.call());
    }
  }

  /** Runs in its own class loader. */
  public static final class Program implements Callable<String> {
    /** Made by reflection. */
    public Program() {}

    @Override
    public String call() throws Exception {
      Compression compression = Compression.standard();
      Encoder encoder = compression.encoder("gzip");
      ByteBuf coded =
          Unpooled.wrappedBuffer(
              encoder.encode(Unpooled.copiedBuffer("text", UTF_8)), encoder.finish());
      encoder.release();
      byte[] bytes = ByteBufUtil.getBytes(coded);
      coded.release();
      try (InputStream in =
          ContentDecoder.decode(new ByteArrayInputStream(bytes), List.of("gzip"), 100)) {
        return String.join(
            " ",
            compression.names().toString(),
            ContentDecoder.accepted(),
            "" + ContentDecoder.canDecode(List.of("br")),
            "" + ContentDecoder.canDecode(List.of("zstd")),
            compression.choose(List.of("br, zstd, gzip")),
            new String(in.readAllBytes(), UTF_8));
      }
    }
  }
}
