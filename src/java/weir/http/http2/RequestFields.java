package weir.http.http2;

import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.Map;
import weir.http.HeaderName;

/**
 * The field section of a received request, read and checked in one pass.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9113#section-8.3.1">RFC 9113 §8.3.1</a>
 */
public final class RequestFields {

  private static final AsciiString HOST = AsciiString.cached("host");
  private static final AsciiString UPGRADE = AsciiString.cached("upgrade");
  private static final AsciiString CONNECTION = AsciiString.cached("connection");
  private static final int NO_LENGTH = -1;

  private final Http2Fields fields = new Http2Fields();
  private String method;
  private String scheme;
  private String authority;
  private String path;
  private String protocol;
  private String priority;
  private long contentLength = NO_LENGTH;
  private String fault;

  private RequestFields() {}

  /** Reads a field section; {@link #fault} tells whether it is one of a request. */
  public static RequestFields of(Http2Headers section) {
    RequestFields request = new RequestFields();
    boolean regular = false;
    for (Map.Entry<CharSequence, CharSequence> field : section) {
      CharSequence name = field.getKey();
      if (FieldRules.isPseudo(name)) {
        request.pseudo(name, field.getValue(), regular);
      } else {
        regular = true;
        request.regular(name, field.getValue());
      }
    }
    request.checkTogether();
    return request;
  }

  private void pseudo(CharSequence name, CharSequence value, boolean late) {
    String text = value.toString();
    String before = null;
    if (late) {
      fault = "a pseudo-header field behind others";
    } else if (!FieldRules.isValue(value)) {
      fault = "a control character in a pseudo-header field";
    } else if (is(":method", name)) {
      before = method;
      method = text;
    } else if (is(":path", name)) {
      before = path;
      path = text;
    } else if (is(":scheme", name)) {
      before = scheme;
      scheme = text;
    } else if (is(":authority", name)) {
      before = authority;
      authority = text;
    } else if (is(":protocol", name)) {
      before = protocol;
      protocol = text;
    } else {
      fault = "an unknown pseudo-header field";
    }
    if (before != null) {
      fault = "a pseudo-header field twice";
    }
  }

  private static boolean is(String expected, CharSequence name) {
    return AsciiString.contentEquals(expected, name);
  }

  private void regular(CharSequence name, CharSequence value) {
    if (!FieldRules.isName(name)) {
      fault = "a field name that is no token in lower case";
    } else if (!FieldRules.isValue(value)) {
      fault = "a field value with a control character or spaces around it";
    } else if (FieldRules.isOfConnection(name, value)) {
      fault = "a field that speaks of the connection";
    } else {
      if (name.length() == 14 && is("content-length", name)) {
        length(value.toString());
      } else if (name.length() == 8 && is("priority", name)) {
        priority = priority == null ? value.toString() : priority + "," + value;
      }
      fields.append(name, value);
    }
  }

  private void length(String text) {
    long length = NO_LENGTH;
    boolean digits = !text.isEmpty() && text.length() < 19;
    for (int i = 0; digits && i < text.length(); i++) {
      digits = text.charAt(i) >= '0' && text.charAt(i) <= '9';
    }
    if (digits) {
      length = Long.parseLong(text);
    }
    if (length < 0 || contentLength >= 0) {
      fault = "a content-length that is no number, or more than one";
    } else {
      contentLength = length;
    }
  }

  private void checkTogether() {
    if (fault != null) {
      return;
    }
    if (method == null || !isToken(method)) {
      fault = "no :method, or none that is a token";
    } else if (path != null && path.indexOf(' ') >= 0) {
      fault = "a :path with a space";
    } else if (method.equals("CONNECT") && protocol == null) {
      if (authority == null || scheme != null || path != null) {
        fault = "a CONNECT needs :authority, and neither :scheme nor :path";
      }
    } else if (protocol != null && !method.equals("CONNECT")) {
      fault = ":protocol without CONNECT";
    } else if (scheme == null || path == null || path.isEmpty()) {
      fault = "no :scheme or no :path";
    }
    if (fault == null) {
      hostOfAuthority();
    }
  }

  private static boolean isToken(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < 'A' || c > 'Z') {
        return HeaderName.isToken(text);
      }
    }
    return !text.isEmpty();
  }

  /** What handlers look for in Host stands in {@code :authority}; both must say the same. */
  private void hostOfAuthority() {
    String host = fields.get(HOST);
    if (authority == null) {
      authority = host;
    } else if (host == null) {
      fields.append(HOST, authority);
    } else if (!host.equalsIgnoreCase(authority) || fields.getAll(HOST).size() > 1) {
      fault = "another host than :authority";
    }
  }

  /** Returns why this is no request, in a few words; null if it is one. */
  public String fault() {
    return fault;
  }

  /** Returns the method token. */
  public String method() {
    return method;
  }

  /** Returns the scheme, null with a plain CONNECT. */
  public String scheme() {
    return scheme;
  }

  /** Returns the authority, or what Host has said instead; null if nobody has. */
  public String authority() {
    return authority;
  }

  /** Returns the request target as HTTP/1 has it: the authority with a plain CONNECT. */
  public String target() {
    return path == null ? authority : path;
  }

  /** Returns the protocol of an extended CONNECT (RFC 8441), else null. */
  public String protocol() {
    return protocol;
  }

  /** Returns what the Priority field says (RFC 9218 §5), null if there is none. */
  public String priority() {
    return priority;
  }

  /** Returns the announced length of the body, or -1. */
  public long contentLength() {
    return contentLength;
  }

  /** Adds the fields with which HTTP/1 asks for another protocol. */
  public void asUpgrade(String to) {
    fields.append(UPGRADE, to);
    fields.append(CONNECTION, UPGRADE);
  }

  /** Returns the other fields, with {@code host}. */
  public Http2Fields fields() {
    return fields;
  }

  /** Returns the fields behind a body; null if they are none that may stand there. */
  public static Http2Fields trailers(Http2Headers section) {
    Http2Fields fields = new Http2Fields();
    for (Map.Entry<CharSequence, CharSequence> field : section) {
      CharSequence name = field.getKey();
      CharSequence value = field.getValue();
      if (!FieldRules.isName(name) // a colon is in no name
          || !FieldRules.isValue(value)
          || FieldRules.isOfConnection(name, value)) {
        return null;
      }
      fields.append(name, value);
    }
    return fields;
  }
}
