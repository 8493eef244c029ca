package weir.http.client;

import java.util.Locale;
import weir.http.HeaderFields;
import weir.http.HeaderName;
import weir.http.HttpRequest;

/** The fields of a request, those told apart that decide about its framing. */
final class RequestFields {
  final HeaderFields all;
  boolean hasHost;
  boolean closes;
  boolean expectsContinue;
  String contentType;
  long length = -1;

  RequestFields(HttpRequest request) {
    all = request.fields();
    for (int i = 0; i < all.size(); i++) {
      HeaderName name = all.name(i);
      String value = all.value(i);
      switch (name.role()) {
        case HOST -> hasHost = true;
        case CONTENT_TYPE -> contentType = value;
        case CONTENT_LENGTH -> length = parse(value);
        case CONNECTION -> closes |= value.toLowerCase(Locale.ROOT).contains("close");
        case EXPECT -> expectsContinue = value.equalsIgnoreCase("100-continue");
        default -> {}
      }
    }
  }

  private static long parse(String value) {
    try {
      long n = Long.parseLong(value.trim());
      if (n >= 0) {
        return n;
      }
    } catch (NumberFormatException e) {
      // falls through to the one message for both faults
    }
    throw new IllegalArgumentException(
        "header Content-Length is \"" + value + "\" (expected: a whole number of bytes)");
  }

  void check(long actual) {
    if (length >= 0 && length != actual) {
      throw new IllegalArgumentException(
          "header Content-Length is "
              + length
              + " but the body has "
              + actual
              + " bytes (leave the header out)");
    }
  }
}
