/**
 * Interop types of {@code manifold.time}: the interface that programs implement and extend
 * protocols to. Implementations live in {@link weir.time}. Start with {@link manifold.time.IClock},
 * which any thread may call.
 */
package manifold.time;
