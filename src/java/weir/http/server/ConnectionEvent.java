package weir.http.server;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A connection in a Flight Recorder recording, from its opening to its end. */
@Name("weir.HttpConnection")
@Label("HTTP Connection")
@Category({"Weir", "HTTP Server"})
@StackTrace(false)
final class ConnectionEvent extends Event {

  @Label("Remote Address")
  String remote;

  @Label("Local Address")
  String local;

  @Label("Encrypted")
  boolean secure;

  @Label("Requests")
  long requests;

  @Label("Bytes Read")
  @DataAmount
  long bytesRead;

  @Label("Bytes Written")
  @DataAmount
  long bytesWritten;
}
