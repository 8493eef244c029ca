package org.httpkit;

import java.io.ByteArrayInputStream;

/** A request body in memory, as programs written for http-kit ask it for its bytes. */
public abstract class BytesInputStream extends ByteArrayInputStream {

  /** Creates a stream over the first {@code count} bytes of an array. */
  protected BytesInputStream(byte[] bytes, int count) {
    super(bytes, 0, count);
  }

  /** Returns all bytes of the body, however many were read. */
  public abstract byte[] bytes();

  /** Returns how many bytes the body has. */
  public abstract int getCount();
}
