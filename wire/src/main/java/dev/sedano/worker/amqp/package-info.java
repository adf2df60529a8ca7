/** Connections to RabbitMQ that survive what py-amqp writes, and publishing with the broker's word for it. */
@NullMarked
package dev.sedano.worker.amqp;

import org.jspecify.annotations.NullMarked;
