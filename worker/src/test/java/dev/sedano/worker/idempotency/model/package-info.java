/** A model of the idempotency protocol, explored state by state; see README.md beside this file. */
@NullMarked
package dev.sedano.worker.idempotency.model;

import org.jspecify.annotations.NullMarked;
