package dev.sedano.worker.canvas;

import org.jspecify.annotations.Nullable;

/**
 * Where a signature is put when its ids are fixed; null leaves what it has.
 *
 * @param id its own id, unless it has one
 * @param group the group it is a member of, unless it is one of another
 * @param chord the body to which it reports, a {@link Node} or a map
 * @param index its place in the group
 */
record Place(
        @Nullable String id,
        @Nullable String group,
        @Nullable Object chord,
        @Nullable String root,
        @Nullable String parent,
        @Nullable Integer index) {
    static final Place ANYWHERE = new Place(null, null, null, null, null, null);

    static Place below(@Nullable String root) {
        return new Place(null, null, null, root, null, null);
    }
}
