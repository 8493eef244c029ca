/** Netty handlers that programs written for Aleph make by name. They call functions; no more. */
package aleph.http;
