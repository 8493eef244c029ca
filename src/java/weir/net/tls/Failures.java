package weir.net.tls;

import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;

/** Says what is behind a failed handshake, which providers put in many ways. */
public final class Failures {

  private Failures() {}

  /**
   * Returns the failure of a connection to a host with a message that names the cause; others than
   * those of TLS come back as they are.
   */
  public static Throwable atClient(Throwable cause, String host, int port) {
    if (!(cause instanceof SSLException) || cause instanceof Explained) {
      return cause;
    }
    String why = reason(cause, "server");
    String text = "TLS with " + host + ":" + port + " failed: ";
    return new Explained(text + (why == null ? "" : why + ": ") + cause.getMessage(), cause);
  }

  /** Returns one line about the failure of a client's handshake. */
  static String atServer(Throwable cause, String[] enabled) {
    String why = reason(cause, "client");
    if (why != null && why.contains(VERSIONS) && enabled != null) {
      why += ", and this server " + versions(enabled);
    }
    return (why == null ? "" : why + ": ") + cause.getMessage();
  }

  /** OpenSSL has them in no order, and names a form of greeting among them. */
  private static List<String> versions(String[] enabled) {
    return Arrays.stream(enabled)
        .filter(version -> version.startsWith("TLS"))
        .sorted(Comparator.reverseOrder())
        .toList();
  }

  private static final String VERSIONS = "offers no version of TLS that is enabled";

  private static String reason(Throwable cause, String peer) {
    for (Throwable t = cause; t != null; t = t.getCause()) {
      String found = ofCertificate(t, peer);
      if (found != null) {
        return found;
      }
    }
    // OpenSSL writes the same as the JDK, in capitals and with underscores.
    String text = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT).replace('_', ' ');
    String alert = ofAlert(text, peer);
    return alert != null ? alert : ofText(text, peer);
  }

  private static String ofCertificate(Throwable t, String peer) {
    String text = String.valueOf(t.getMessage()).toLowerCase(Locale.ROOT);
    if (text.contains("ocsp response")) {
      return t.getMessage();
    }
    if (t instanceof CertificateExpiredException || text.contains("certificate has expired")) {
      return "the " + peer + "'s certificate has expired";
    }
    if (t instanceof CertificateNotYetValidException) {
      return "the " + peer + "'s certificate is not valid yet";
    }
    if (text.contains("subject alternative") || text.contains("no name matching")) {
      return "the " + peer + "'s certificate is for another host name";
    }
    if (t instanceof CertPathBuilderException
        || text.contains("unable to find valid certification path")
        || text.contains("path does not chain with any of the trust anchors")
        || text.contains("signature check failed")) {
      return "the " + peer + "'s certificate is signed by an unknown CA";
    }
    return null;
  }

  /** What the peer says about us; alerts are the only thing that it tells. */
  private static String ofAlert(String text, String peer) {
    if (!text.contains("alert")) {
      return null;
    }
    if (text.contains("certificate required")) {
      return "the " + peer + " requires a certificate, and none was sent";
    }
    if (text.contains("unknown ca")) {
      return "the " + peer + " does not know the CA of our certificate";
    }
    if (text.contains("expired")) {
      return "the " + peer + " says that our certificate has expired";
    }
    if (text.contains("certificate")) {
      return "the "
          + peer
          + " refuses our certificate, or the lack of one (unknown CA, expired or another name)";
    }
    if (text.contains("protocol version")) {
      return "the " + peer + " supports none of our versions of TLS";
    }
    if (text.contains("handshake failure")) {
      return "the "
          + peer
          + " finds nothing in common: cipher suites, or a client certificate that it wants";
    }
    if (text.contains("internal error")) { // what OpenSSL's clients say of names and CAs
      return brokenOff(peer);
    }
    return null;
  }

  private static String brokenOff(String peer) {
    return "the " + peer + " broke the handshake off, as when it refuses our certificate";
  }

  private static String ofText(String text, String peer) {
    if (text.contains("empty client certificate")
        || text.contains("did not return a certificate")) {
      return "the client has sent no certificate, and one is required";
    }
    if (text.contains("aead cipher fragment (2)") || text.contains("bad packet length")) {
      return brokenOff(peer); // by an alert in the clear, where none can be
    }
    if (text.contains("not an ssl/tls record")) {
      return "the " + peer + " does not speak TLS";
    }
    if (text.contains("is not enabled or supported")
        || text.contains("not accepted by server preferences")
        || text.contains("unsupported protocol")) {
      return "the " + peer + " " + VERSIONS;
    }
    if (text.contains("cipher suites in common") || text.contains("no shared cipher")) {
      return "the " + peer + " offers no cipher suite that is enabled";
    }
    return null;
  }

  /** A handshake that has failed, with its cause named. */
  private static final class Explained extends SSLHandshakeException {
    private static final long serialVersionUID = 1L;

    Explained(String message, Throwable cause) {
      super(message);
      initCause(cause);
    }
  }
}
