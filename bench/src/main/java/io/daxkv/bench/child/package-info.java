/** The server under test as a child process: started, awaited, killed without mercy, started again on the same file. */
package io.daxkv.bench.child;
