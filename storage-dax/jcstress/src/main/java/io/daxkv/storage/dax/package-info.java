/** Stress tests of the DAX layer's memory ordering; in its package, because they reach for its insides. */
package io.daxkv.storage.dax;
