package org.httpkit;

/** Bytes of a response that a filter looks at, and the body of responses with {@code :as :none}. */
public interface DynamicBytes {

  /** Returns the bytes; only the first {@link #length} of them count. Not to be changed. */
  byte[] get();

  /** Returns how many bytes there are. */
  int length();

  /** Returns a copy of the bytes that count. */
  byte[] bytes();
}
