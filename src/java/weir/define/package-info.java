/**
 * Macros that define functions and protocols faster than Clojure's own: what a program waits for when
 * it loads a namespace from source.
 *
 * <p>Read {@link weir.define.Definitions} first; the namespace {@code weir.define} has the macros under
 * their names. Simple functions are written as classes straight away, everything else is left to
 * Clojure's compiler. Called by threads that load or compile a namespace.
 */
package weir.define;
