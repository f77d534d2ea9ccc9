package io.daxkv.storage.dax;

import io.daxkv.storage.pmem.PmemException;

/** An access to a DAX file that the layer refuses. The subclass says why. */
public class DaxException extends PmemException {
    private static final long serialVersionUID = 1L;

    public DaxException(String message) {
        super(message);
    }
}
