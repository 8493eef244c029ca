package weir.http;

import static weir.options.Arguments.positive;

import java.util.Objects;
import weir.http.body.BodyRule;
import weir.http.coding.Compression;
import weir.net.ByteBufConversions;

/**
 * What the builder of a server has about messages: how strictly requests are read, what their
 * bodies are, and how responses are written. Each method returns the builder.
 *
 * @param <B> the builder itself
 */
public abstract class ServerMessages<B extends ServerMessages<B>> extends ServerLimits<B> {

  RequestBodyType bodyType = RequestBodyType.INPUT_STREAM;
  boolean severalLengths;
  boolean validateHeaders = true;
  String serverHeader = HttpServer.DEFAULT_SERVER_HEADER;
  HeaderCase headerCase = HeaderCase.TITLE;
  boolean plainTextIsUtf8 = true;
  ServerNamePolicy serverNamePolicy = ServerNamePolicy.LOCAL_ADDRESS;
  boolean alwaysBody;
  BodyRule bodyRule = BodyRule.BY_TYPE;
  int outputBufferBytes = HttpServer.DEFAULT_OUTPUT_BUFFER_BYTES;
  Compression compression;
  boolean endFailedBodies;

  ServerMessages(String threadPrefix) {
    super(threadPrefix);
  }

  /** Sets what request bodies are for the handler; the default is an InputStream. */
  public B requestBodyType(RequestBodyType type) {
    if (type == RequestBodyType.RAW_STREAM) {
      ByteBufConversions.install(); // what byte-streams makes of such buffers
    }
    bodyType = Objects.requireNonNull(type, "type");
    return self();
  }

  /** Gives handlers request bodies as streams of buffers which they release. Default: off. */
  public B rawStream(boolean on) {
    return requestBodyType(on ? RequestBodyType.RAW_STREAM : RequestBodyType.INPUT_STREAM);
  }

  /**
   * Takes several Content-Length headers for one if they are equal; by default they are answered 400,
   * as different ones always are (RFC 9112 §6.3).
   */
  public B allowDuplicateContentLengths(boolean on) {
    severalLengths = on;
    return self();
  }

  /** Refuses illegal characters in header fields with 400. Default: on. */
  public B validateHeaders(boolean on) {
    validateHeaders = on;
    return self();
  }

  /** Sets the Server header; null for none. Default: {@value HttpServer#DEFAULT_SERVER_HEADER}. */
  public B serverHeader(String value) {
    serverHeader = value;
    return self();
  }

  /** Sets how the names of response headers are spelled. Default: {@link HeaderCase#TITLE}. */
  public B headerCase(HeaderCase spelling) {
    headerCase = Objects.requireNonNull(spelling, "spelling");
    return self();
  }

  /** Sends {@code text/plain} as a Content-Type with the charset UTF-8. Default: on. */
  public B plainTextIsUtf8(boolean on) {
    plainTextIsUtf8 = on;
    return self();
  }

  /** Sets where a request's server name and port come from. Default: the socket. */
  public B serverName(ServerNamePolicy policy) {
    serverNamePolicy = Objects.requireNonNull(policy, "policy");
    return self();
  }

  /** Gives requests without a body an empty stream instead of null. Default: off. */
  public B alwaysBody(boolean on) {
    alwaysBody = on;
    return self();
  }

  /** Sets which response bodies write themselves; the default is each {@link BodyWriter}. */
  public B bodyRule(BodyRule rule) {
    bodyRule = Objects.requireNonNull(rule, "rule");
    return self();
  }

  /**
   * Sets how many bytes a body that writes itself may write before anything is sent. Default: {@link
   * HttpServer#DEFAULT_OUTPUT_BUFFER_BYTES}.
   *
   * @throws IllegalArgumentException if it is not above zero
   */
  public B outputBufferBytes(int n) {
    outputBufferBytes = positive("outputBufferBytes", n);
    return self();
  }

  /**
   * Encodes response bodies as the client's Accept-Encoding asks for, unless they are small, of a type
   * that is compressed already, a part of a whole, or encoded by the handler. Such responses get a
   * Vary field and weak ETags. The default is null, which never does.
   */
  public B compression(Compression newCompression) {
    compression = newCompression;
    return self();
  }

  /**
   * Ends a body that fails while it writes itself as if it were complete. By default the connection
   * is cut, so that the client can tell.
   */
  public B endFailedBodies(boolean on) {
    endFailedBodies = on;
    return self();
  }
}
