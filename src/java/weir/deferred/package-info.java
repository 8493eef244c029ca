/**
 * One eventual value. Start with {@link weir.deferred.Deferred}: its single state word is a pending
 * list of listeners, a claim, a value or an error. Everything here is lock-free and may be called
 * from any thread; listeners run on the deferred's executor or else on the thread that completes it.
 */
package weir.deferred;
