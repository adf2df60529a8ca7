/**
 * Faults against real processes: workers in JVMs of their own, RabbitMQ and Redis of the tests' own. What happened is
 * judged from outside, by ledgers that handlers and a wrapper of the store append to.
 */
@NullMarked
package dev.sedano.conformance.chaos;

import org.jspecify.annotations.NullMarked;
