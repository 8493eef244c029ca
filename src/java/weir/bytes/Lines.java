package weir.bytes;

import clojure.lang.ISeq;
import java.io.BufferedReader;
import java.io.Reader;

/** Text line by line. */
public final class Lines {

  private Lines() {}

  /**
   * Returns the lines of {@code reader} without their ends, read as they are asked for, null if
   * there are none. The reader is closed at the end, on failure, and when the sequence is closed; a
   * failure to read is thrown.
   */
  public static ISeq of(Reader reader) {
    BufferedReader lines = reader instanceof BufferedReader b ? b : new BufferedReader(reader);
    return PulledSeq.of(
        new PulledSeq.Puller() {
          @Override
          public Object pull() throws Exception {
            String line = lines.readLine();
            return line == null ? PulledSeq.END : line;
          }

          @Override
          public void close() throws Exception {
            lines.close();
          }
        });
  }
}
