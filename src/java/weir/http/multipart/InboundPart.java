package weir.http.multipart;

import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import weir.http.ContentType;
import weir.http.FormEncoding;

/** One part of a multipart body that is being read. */
public final class InboundPart {

  private final Map<String, String> fields;
  private final InputStream content;

  InboundPart(Map<String, String> fields, InputStream content) {
    this.fields = Collections.unmodifiableMap(fields);
    this.content = content;
  }

  /** Returns the header fields by their lower-case names. */
  public Map<String, String> fields() {
    return fields;
  }

  /** Returns the name of the field, or null. */
  public String name() {
    return parameter("name");
  }

  /** Returns the name of the file as its sender has it, which is not to be trusted; or null. */
  public String fileName() {
    String extended = parameter("filename*");
    return extended == null ? parameter("filename") : decoded(extended);
  }

  private String parameter(String name) {
    return ContentType.parameter(fields.get("content-disposition"), name);
  }

  /** RFC 8187: charset, language, value, between apostrophes. */
  private static String decoded(String extended) {
    String[] pieces = extended.split("'", 3);
    if (pieces.length < 3) {
      return extended;
    }
    // A plus stands for itself there.
    return FormEncoding.decode(pieces[2].replace("+", "%2B"), charset(pieces[0]));
  }

  /** Returns the type without parameters and in lower case, or null. */
  public String mimeType() {
    String type = fields.get("content-type");
    return type == null ? null : type.split(";", 2)[0].trim().toLowerCase(Locale.ROOT);
  }

  /** Returns the charset of the type, UTF-8 if it names none that we know. */
  public Charset charset() {
    return charset(ContentType.charset(fields.get("content-type")));
  }

  private static Charset charset(String name) {
    try {
      return name == null ? StandardCharsets.UTF_8 : Charset.forName(name);
    } catch (java.nio.charset.IllegalCharsetNameException | UnsupportedCharsetException e) {
      return StandardCharsets.UTF_8; // as a message without one
    }
  }

  /** Returns the transfer encoding as the sender names it, or null. */
  public String transferEncoding() {
    return fields.get("content-transfer-encoding");
  }

  /** Returns the content, which has to be read before the next part is asked for. */
  public InputStream content() {
    return content;
  }
}
