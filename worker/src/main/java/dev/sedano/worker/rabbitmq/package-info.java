/** Connections, consumers, the settler, and everything that is published: dead letters, waiting copies, follow-ups, replies. Only this package sees the AMQP client. */
@NullMarked
package dev.sedano.worker.rabbitmq;

import org.jspecify.annotations.NullMarked;
