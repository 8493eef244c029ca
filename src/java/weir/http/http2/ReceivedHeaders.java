package weir.http.http2;

import io.netty.handler.codec.http.HttpHeaders;

/** The fields of a received message: handlers between us and the program may remove some only. */
abstract class ReceivedHeaders extends HttpHeaders {

  @Override
  public HttpHeaders clear() {
    throw readOnly();
  }

  @Override
  public HttpHeaders add(String name, Object value) {
    throw readOnly();
  }

  @Override
  public HttpHeaders add(String name, Iterable<?> values) {
    throw readOnly();
  }

  @Override
  public HttpHeaders addInt(CharSequence name, int value) {
    throw readOnly();
  }

  @Override
  public HttpHeaders addShort(CharSequence name, short value) {
    throw readOnly();
  }

  @Override
  public HttpHeaders set(String name, Object value) {
    throw readOnly();
  }

  @Override
  public HttpHeaders set(String name, Iterable<?> values) {
    throw readOnly();
  }

  @Override
  public HttpHeaders setInt(CharSequence name, int value) {
    throw readOnly();
  }

  @Override
  public HttpHeaders setShort(CharSequence name, short value) {
    throw readOnly();
  }

  private static UnsupportedOperationException readOnly() {
    return new UnsupportedOperationException("the fields of a received message do not change");
  }
}
