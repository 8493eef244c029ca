/**
 * How option maps of Clojure programs are read: each value is checked, each unknown key reported once.
 *
 * <p>Read {@link weir.options.Options} first. A facade hands its map to the engine's own table of
 * names, such as {@code weir.http.ServerOptions}, so that reading it costs no compilation at start-up.
 * Called by whatever thread starts a server or makes a pool.
 */
package weir.options;
