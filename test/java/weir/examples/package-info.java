/** The examples, used as their readers would use them: in a browser. */
package weir.examples;
