package weir.http;

/** Where {@code :server-name} and {@code :server-port} of a request come from. */
public enum ServerNamePolicy {
  /** The local address of the socket, as in Aleph. No name service is asked. */
  LOCAL_ADDRESS,

  /**
   * The host and port that the client named: the authority of an absolute-form target, else the
   * {@code Host} header, as Ring's own adapter does. Without a port it is the default one of the
   * scheme; without either header it is the local address.
   */
  HOST_HEADER
}
