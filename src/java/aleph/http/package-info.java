/** What programs written for Aleph make by name to give it to Netty. It calls functions; no more. */
package aleph.http;
