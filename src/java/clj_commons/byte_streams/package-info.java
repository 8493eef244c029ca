/**
 * Types that existing programs name by class: streams over a buffer or over a Clojure {@code reify}.
 * There is no logic here; see {@link weir.bytes}. Neither stream may be shared by threads.
 */
package clj_commons.byte_streams;
