/**
 * Drives a real browser, headless Chromium, over the DevTools protocol, with nothing but the JDK.
 * Read {@link weir.browser.Chromium} first, then {@link weir.browser.Page}. Calls block the test's
 * thread; each waits at most for its deadline.
 */
package weir.browser;
