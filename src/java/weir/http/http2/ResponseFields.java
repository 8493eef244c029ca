package weir.http.http2;

import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.Map;

/**
 * The field section of a received response, read and checked in one pass.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9113#section-8.3.2">RFC 9113 §8.3.2</a>
 */
public final class ResponseFields {

  private static final int SWITCHING_PROTOCOLS = 101;

  private final Http2Fields fields = new Http2Fields();
  private int status;
  private long contentLength = -1;
  private String fault;

  private ResponseFields() {}

  /** Reads a field section; {@link #fault} tells whether it is one of a response. */
  public static ResponseFields of(Http2Headers section) {
    ResponseFields response = new ResponseFields();
    boolean regular = false;
    for (Map.Entry<CharSequence, CharSequence> field : section) {
      CharSequence name = field.getKey();
      if (FieldRules.isPseudo(name)) {
        response.pseudo(name, field.getValue(), regular);
      } else {
        regular = true;
        response.regular(name, field.getValue());
      }
    }
    if (response.status == 0 && response.fault == null) {
      response.fault = "no :status";
    }
    return response;
  }

  private void pseudo(CharSequence name, CharSequence value, boolean late) {
    if (late) {
      fault = "a pseudo-header field behind others";
    } else if (!AsciiString.contentEquals(":status", name)) {
      fault = "the pseudo-header field " + name;
    } else if (status != 0) {
      fault = "a pseudo-header field twice";
    } else {
      status = status(value);
      if (status < 100 || status == SWITCHING_PROTOCOLS) { // §8.6: nothing is upgraded
        fault = "the status \"" + value + "\"";
      }
    }
  }

  private static int status(CharSequence value) {
    int n = 0;
    for (int i = 0; i < value.length(); i++) {
      int digit = value.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      n = n * 10 + digit;
    }
    return value.length() == 3 ? n : -1;
  }

  private void regular(CharSequence name, CharSequence value) {
    if (!FieldRules.isName(name)) {
      fault = "a field name that is no token in lower case";
    } else if (!FieldRules.isValue(value)) {
      fault = "a field value with a control character or spaces around it";
    } else if (FieldRules.isOfConnection(name, value)) {
      fault = "the field " + name + ", which speaks of the connection";
    } else {
      if (name.length() == 14 && AsciiString.contentEquals("content-length", name)) {
        length(value.toString());
      }
      fields.append(name, value);
    }
  }

  private void length(String text) {
    boolean digits = !text.isEmpty() && text.length() < 19;
    for (int i = 0; digits && i < text.length(); i++) {
      digits = text.charAt(i) >= '0' && text.charAt(i) <= '9';
    }
    long length = digits ? Long.parseLong(text) : -1;
    if (length < 0 || contentLength >= 0 && contentLength != length) {
      fault = "a content-length that is no number, or more than one";
    } else {
      contentLength = length;
    }
  }

  /** Returns why this is no response, in a few words; null if it is one. */
  public String fault() {
    return fault;
  }

  /** Returns the status code. */
  public int status() {
    return status;
  }

  /** Returns whether it comes before the final one (RFC 9110 §15.2). */
  public boolean isInterim() {
    return status < 200;
  }

  /** Returns the announced length of the body, or -1. */
  public long contentLength() {
    return contentLength;
  }

  /** Returns the other fields. */
  public Http2Fields fields() {
    return fields;
  }
}
