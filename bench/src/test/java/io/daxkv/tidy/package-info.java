/**
 * The house rules that a machine can check, as ordinary tests over the source tree.
 *
 * <p>They run last, in the module that sees all others. A finding reads {@code file:line: what, use X instead}.
 */
package io.daxkv.tidy;
