/** Sending tasks from a Java program that is no worker. */
@NullMarked
package dev.sedano.examples.client;

import org.jspecify.annotations.NullMarked;
