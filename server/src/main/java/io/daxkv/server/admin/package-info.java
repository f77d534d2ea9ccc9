/** The operator's HTTP port: metrics, liveness, readiness. On its own thread, so a scrape never stops an event loop. */
package io.daxkv.server.admin;
