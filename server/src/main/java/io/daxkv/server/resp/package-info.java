/** RESP2 as bytes: requests in, by increments and with limits; replies out, without an object per reply. */
package io.daxkv.server.resp;
