/** What a run shows: progress while it goes, a table at its end, JSON for machines, and on what it was measured. */
package io.daxkv.bench.report;
