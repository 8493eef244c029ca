package weir.net.tls;

import static weir.options.Options.illegal;

import clojure.lang.IPersistentMap;
import clojure.lang.Keyword;
import clojure.lang.PersistentArrayMap;
import clojure.lang.RT;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/**
 * Options that name key stores, as clj-http has them, as the map that {@code :ssl-context} may be:
 * {@code :keystore}, {@code :keystore-type}, {@code :keystore-pass}, {@code :trust-store}, {@code
 * :trust-store-type}, {@code :trust-store-pass} and {@code :trust-managers}.
 */
public final class KeyStores {

  /** The names of these options, without colons. */
  public static final List<String> NAMES =
      List.of(
          "keystore",
          "keystore-type",
          "keystore-pass",
          "trust-store",
          "trust-store-type",
          "trust-store-pass",
          "trust-managers");

  private static final Keyword PRIVATE_KEY = Keyword.intern("private-key");
  private static final Keyword CHAIN = Keyword.intern("certificate-chain");
  private static final Keyword TRUST = Keyword.intern("trust-store");

  private KeyStores() {}

  /**
   * Returns what the options say, or null if there are none of these.
   *
   * @throws IllegalArgumentException if a store cannot be read, or has no key
   */
  public static IPersistentMap options(Map<?, ?> given) {
    IPersistentMap options = PersistentArrayMap.EMPTY;
    Object keys = get(given, "keystore");
    if (keys != null) {
      options = withKey(options, keys, given);
    }
    Object trust = get(given, "trust-store");
    Object managers = get(given, "trust-managers");
    if (trust != null) {
      options = options.assoc(TRUST, factory(load("trust-store", trust, given)));
    } else if (managers != null) {
      options = options.assoc(TRUST, first(managers));
    }
    return options.count() == 0 ? null : options;
  }

  private static Object get(Map<?, ?> given, String name) {
    return given.get(Keyword.intern(name));
  }

  private static TrustManager first(Object managers) {
    if (RT.first(managers) instanceof TrustManager manager) {
      return manager;
    }
    throw illegal(":trust-managers", managers, "an array or a collection of TrustManagers");
  }

  private static IPersistentMap withKey(IPersistentMap options, Object keys, Map<?, ?> given) {
    KeyStore store = load("keystore", keys, given);
    char[] password = password(get(given, "keystore-pass"));
    try {
      for (String alias : Collections.list(store.aliases())) {
        if (store.isKeyEntry(alias)) {
          return options
              .assoc(PRIVATE_KEY, store.getKey(alias, password))
              .assoc(CHAIN, RT.vector((Object[]) store.getCertificateChain(alias)));
        }
      }
    } catch (GeneralSecurityException e) {
      throw unreadable("keystore", keys, e);
    }
    throw illegal(":keystore", keys, "a key store with a private key");
  }

  private static TrustManagerFactory factory(KeyStore store) {
    try {
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      return factory;
    } catch (GeneralSecurityException e) {
      throw unreadable("trust-store", store, e);
    }
  }

  private static KeyStore load(String name, Object from, Map<?, ?> given) {
    if (from instanceof KeyStore store) {
      return store;
    }
    Object type = get(given, name + "-type");
    try (InputStream in = open(name, from)) {
      KeyStore store =
          KeyStore.getInstance(type == null ? KeyStore.getDefaultType() : type.toString());
      store.load(in, password(get(given, name + "-pass")));
      return store;
    } catch (IOException | GeneralSecurityException e) {
      throw unreadable(name, from, e);
    }
  }

  private static InputStream open(String name, Object from) throws IOException {
    if (from instanceof InputStream in) {
      return in;
    }
    if (from instanceof String || from instanceof File || from instanceof Path) {
      return Files.newInputStream(Path.of(from.toString()));
    }
    throw illegal(":" + name, from, "a path, an InputStream or a KeyStore");
  }

  private static char[] password(Object given) {
    return given == null ? null : given instanceof char[] c ? c : given.toString().toCharArray();
  }

  private static IllegalArgumentException unreadable(String name, Object value, Exception cause) {
    IllegalArgumentException e =
        illegal(":" + name, value, "a key store that can be read: " + cause.getMessage());
    e.initCause(cause);
    return e;
  }
}
