package org.httpkit.client;

import java.util.Map;
import org.httpkit.DynamicBytes;

/** Looks at a response while it comes, and may refuse it: the request then fails. */
public interface IFilter {

  /** Accepts every response. */
  IFilter ACCEPT_ALL = new MaxBodyFilter(Integer.MAX_VALUE);

  /** Returns whether a response with these headers is wanted. */
  boolean accept(Map<String, Object> headers);

  /** Returns whether more is wanted of a body that has come so far. */
  boolean accept(DynamicBytes partialBody);

  /** Refuses bodies that are larger than a limit. */
  class MaxBodyFilter implements IFilter {

    /** How many bytes a body may have. */
    public final int maxLength;

    /** Creates a filter. */
    public MaxBodyFilter(int maxLength) {
      this.maxLength = maxLength;
    }

    @Override
    public boolean accept(Map<String, Object> headers) {
      return true;
    }

    @Override
    public boolean accept(DynamicBytes partialBody) {
      return partialBody.length() <= maxLength;
    }
  }
}
