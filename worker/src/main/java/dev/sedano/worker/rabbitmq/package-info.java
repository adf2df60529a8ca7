/** Connections, consumers, the settler and the dead letters. Only this package sees the AMQP client. */
@NullMarked
package dev.sedano.worker.rabbitmq;

import org.jspecify.annotations.NullMarked;
