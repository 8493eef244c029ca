package weir.http.server;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;
import jdk.jfr.Timespan;

/** A request in a Flight Recorder recording, from its head to the end of its response. */
@Name("weir.HttpRequest")
@Label("HTTP Request")
@Description("A request to a Weir server; the query is left out")
@Category({"Weir", "HTTP Server"})
@StackTrace(false)
@Threshold("10 ms")
final class RequestEvent extends Event {

  @Label("Method")
  String method;

  @Label("Path")
  String path;

  @Label("Remote Address")
  String remote;

  @Label("Status")
  int status;

  @Label("Outcome")
  String outcome;

  @Label("Response Body")
  @DataAmount
  long bodyBytes;

  @Label("Queued")
  @Timespan
  long queued;

  @Label("Handled")
  @Timespan
  long handled;

  @Label("Written")
  @Timespan
  long written;
}
