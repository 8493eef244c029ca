package weir.http.body;

import java.io.IOException;
import java.io.InputStream;

/** A body that can say how it is read, such as one that is put together of others. */
public interface StreamedContent {

  /** Returns what reads it from its start; called on a thread that may block, once per sending. */
  InputStream open() throws IOException;

  /** Returns whether it can be opened more than once. */
  boolean isReplayable();

  /** Lets go of it: it will not be opened. */
  void discard();
}
