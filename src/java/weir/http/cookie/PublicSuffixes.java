package weir.http.cookie;

import java.util.Set;

/**
 * Says which domains are shared by parties that do not trust each other, such as {@code com} and
 * {@code co.uk}: no cookie may be set for all of such a domain.
 *
 * <p>This is a rule and a short list, not the whole public suffix list of the browsers, which changes
 * every week. The rule: a domain of one label is one; so is a domain of two labels if the last has two
 * letters and the first is one of the words under which countries register, such as {@code co} or
 * {@code ac}. The list: services that give every customer a name below their own. Whoever needs more
 * gives a {@link MemoryCookieJar} a predicate.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6265#section-5.3">RFC 6265 §5.3, step 5</a>
 */
public final class PublicSuffixes {

  private static final Set<String> SECOND_LEVELS =
      Set.of(
          "ac", "academy", "asn", "asso", "biz", "co", "com", "ed", "edu", "ernet", "firm", "gen",
          "go", "gob", "gok", "gouv", "gov", "govt", "gv", "id", "idf", "iwi", "k12", "ltd", "me",
          "mil", "mod", "muni", "ne", "net", "nhs", "nic", "nom", "or", "org", "plc", "police",
          "pro", "res", "sch", "school", "store", "web");

  private static final Set<String> SERVICES =
      Set.of(
          "amplifyapp.com",
          "appspot.com",
          "azureedge.net",
          "azurestaticapps.net",
          "azurewebsites.net",
          "blogspot.com",
          "bitbucket.io",
          "cloudapp.net",
          "cloudfront.net",
          "codeberg.page",
          "deno.dev",
          "duckdns.org",
          "dyndns.org",
          "elasticbeanstalk.com",
          "firebaseapp.com",
          "fly.dev",
          "github.io",
          "githubusercontent.com",
          "gitlab.io",
          "glitch.me",
          "herokuapp.com",
          "netlify.app",
          "ngrok.io",
          "ngrok-free.app",
          "no-ip.org",
          "onrender.com",
          "pages.dev",
          "readthedocs.io",
          "repl.co",
          "run.app",
          "s3.amazonaws.com",
          "surge.sh",
          "vercel.app",
          "web.app",
          "wordpress.com",
          "workers.dev");

  private PublicSuffixes() {}

  /** Returns whether a domain, in lower case and without dots at its ends, is such a suffix. */
  public static boolean contains(String domain) {
    int dot = domain.indexOf('.');
    if (dot < 0 || SERVICES.contains(domain)) {
      return true;
    }
    String top = domain.substring(dot + 1);
    return top.length() == 2
        && top.indexOf('.') < 0
        && SECOND_LEVELS.contains(domain.substring(0, dot));
  }
}
