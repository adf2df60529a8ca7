/** Sends tasks and reads results: the implementation of {@code dev.sedano.task.client}. Start at {@link CeleryClient}. */
@NullMarked
package dev.sedano.client;

import org.jspecify.annotations.NullMarked;
